package organization

import "strings"

// What tests look at by itself.
var (
	CheckPassword = checkPassword
	StatusAt      = statusAt
	Having        = having
)

// Distinct are the addresses of a list as they are used, those that are no addresses with a question mark.
func Distinct(typed ...string) string {
	var all []string
	for _, a := range addressed(typed) {
		if !a.valid {
			a.email += "?"
		}
		all = append(all, a.email)
	}
	return strings.Join(all, " ")
}
