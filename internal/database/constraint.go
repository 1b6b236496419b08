package database

import "github.com/lib/pq"

// Constraint returns the name of the constraint (or unique index) that the statement violated, "" where err is
// something else. It is the one way to tell such errors apart; texts of the database are never read.
func Constraint(err error) string {
	refused := pq.As(err)
	if refused == nil {
		return ""
	}
	return refused.Constraint
}
