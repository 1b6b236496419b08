// Package customer keeps the people whom an organisation has invited: they have no account, the link is their
// credential.
//
// It guarantees that what is kept of a customer has passed the rules of package identifier. It does not know rooms.
package customer

import (
	"context"
	"fmt"
	"strings"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/internal/apierr"
	"parley/internal/identifier"
)

// Details are a customer's, checked and normalised.
type Details struct {
	FirstName, LastName string
	Channel             customerinvitation.Channel
	Identifier          string // E.164, or an address as typed
	Key                 string // how the identifier is compared
}

// Check checks a customer's details as they were typed: all are mandatory (rule R3), the identifier by the channel
// (rule R4). Everything that is wrong is said at once.
func Check(channel customerinvitation.Channel, to, firstName, lastName string, longestName int) (Details, error) {
	d := Details{Channel: channel}
	var badFirst, badLast, badTo *apierr.Error
	d.FirstName, badFirst = identifier.ParseName("firstName", firstName, longestName)
	d.LastName, badLast = identifier.ParseName("lastName", lastName, longestName)
	if channel == customerinvitation.ChannelSMS {
		d.Identifier, badTo = identifier.ParsePhone(to)
		d.Key = d.Identifier
	} else {
		d.Identifier, d.Key, badTo = identifier.ParseEmail(to)
	}
	return d, apierr.Join(badTo, badFirst, badLast)
}

// Name is the first and last name.
func (d Details) Name() string { return d.FirstName + " " + d.LastName }

// words are a text's words, in lower case, as PostgreSQL's tsvector writes them: each between quotes.
func words(text string) string {
	escape := strings.NewReplacer(`\`, `\\`, `'`, `''`)
	all := strings.Fields(strings.ToLower(text))
	for i, word := range all {
		all[i] = "'" + escape.Replace(word) + "'"
	}
	return strings.Join(all, " ")
}

// CreateTx keeps a customer.
func CreateTx(ctx context.Context, tx *ent.Tx, organizationID string, d Details) (*ent.Customer, error) {
	create := tx.Customer.Create().SetOrganizationID(organizationID).
		SetFirstName(d.FirstName).SetLastName(d.LastName).SetNameWords(words(d.Name()))
	if d.Channel == customerinvitation.ChannelSMS {
		create.SetPhone(d.Identifier)
	} else {
		create.SetEmail(d.Identifier).SetEmailKey(d.Key)
	}
	c, err := create.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep customer: %w", err)
	}
	return c, nil
}
