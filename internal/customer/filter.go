package customer

import (
	"slices"
	"strings"

	"entgo.io/ent/dialect/sql"

	"parley/ent/customer"
	"parley/ent/predicate"
	"parley/internal/identifier"
)

// Filter is by what customers are looked for; what is blank does not matter.
type Filter struct {
	Name  string // each word is the beginning of one of the words of the customer's name
	Phone string // a number or its beginning
	Email string // an address or its beginning
}

// Predicates are the filter for the customers of an organisation; none where all is blank.
func (f Filter) Predicates(organizationID string) []predicate.Customer {
	var all []predicate.Customer
	if !identifier.Blank(f.Name) {
		all = append(all, named(f.Name))
	}
	if !identifier.Blank(f.Phone) {
		all = append(all, customer.PhoneHasPrefix(identifier.PhoneBeginning(f.Phone)))
	}
	if !identifier.Blank(f.Email) {
		all = append(all, customer.EmailKeyHasPrefix(identifier.EmailKey(f.Email)))
	}
	if len(all) == 0 {
		return nil
	}
	return append(all, customer.OrganizationID(organizationID))
}

// named are the customers in whose names there are words with these beginnings.
func named(beginnings string) predicate.Customer {
	query, ok := asked(beginnings)
	if !ok {
		return func(s *sql.Selector) { s.Where(sql.False()) }
	}
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(customer.FieldNameWords)).WriteString(" @@ ").Arg(query).WriteString("::tsquery")
		}))
	}
}

// longestWord is the most bytes that a word can have in PostgreSQL's tsvector.
const longestWord = 2046

// asked are beginnings of words as PostgreSQL's tsquery writes them; it is false where no word can have one of them.
func asked(beginnings string) (query string, ok bool) {
	all := quoted(beginnings)
	slices.Sort(all)
	all = slices.Compact(all)
	for i, word := range all {
		if len(word) > longestWord {
			return "", false
		}
		all[i] = word + ":*"
	}
	return strings.Join(all, " & "), true
}
