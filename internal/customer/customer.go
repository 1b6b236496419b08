// Package customer keeps the people whom an organisation has invited: they have no account, the link is their
// credential.
//
// It guarantees that what is kept of a customer has passed the rules of package identifier. It does not know rooms.
package customer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/customerinvitation"
	"parley/ent/predicate"
	"parley/internal/apierr"
	"parley/internal/database"
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
	d, badTo := CheckIdentifier(channel, to)
	var badFirst, badLast *apierr.Error
	d.FirstName, badFirst = identifier.ParseName("firstName", firstName, longestName)
	d.LastName, badLast = identifier.ParseName("lastName", lastName, longestName)
	return d, apierr.Join(badTo, badFirst, badLast)
}

// CheckIdentifier is Check for the identifier alone.
func CheckIdentifier(channel customerinvitation.Channel, to string) (d Details, refusal *apierr.Error) {
	d.Channel = channel
	if channel == customerinvitation.ChannelSMS {
		d.Identifier, refusal = identifier.ParsePhone(to)
		d.Key = d.Identifier
	} else {
		d.Identifier, d.Key, refusal = identifier.ParseEmail(to)
	}
	return d, refusal
}

// Same tells whether what was typed is the identifier of the details, in whatever spelling.
func Same(d Details, to string) bool {
	other, refusal := CheckIdentifier(d.Channel, to)
	return refusal == nil && other.Key == d.Key
}

// Name is the first and last name.
func (d Details) Name() string { return d.FirstName + " " + d.LastName }

// words are a text's words as PostgreSQL's tsvector writes them.
func words(text string) string { return strings.Join(quoted(text), " ") }

// quoted are a text's words, each between PostgreSQL's quotes.
func quoted(text string) []string {
	all := identifier.Words(text)
	for i, word := range all {
		all[i] = "'" + word + "'"
	}
	return all
}

// CreateTx keeps a customer. It is ErrTaken where the identifier is another customer's of the organisation.
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
		return nil, fmt.Errorf("keep customer: %w", taken(err))
	}
	return c, nil
}

// ErrTaken says that an identifier is that of another customer of the organisation, who has one at most (rule R14). The
// transaction in which it was found is over.
var ErrTaken = errors.New("the identifier is another customer's")

// taken is ErrTaken for what the database says of it.
func taken(err error) error {
	if database.Violates(err, "customer_phone_once") || database.Violates(err, "customer_email_once") {
		return ErrTaken
	}
	return err
}

// Known keeps the customer who has the identifier, if anyone in the organisation.
func Known(organizationID string, d Details) predicate.Customer {
	return customer.And(Had(organizationID, d), customer.RetiredAtIsNil())
}

// Had keeps the customers of the organisation who have the identifier, or had it when they were retired.
func Had(organizationID string, d Details) predicate.Customer {
	has := customer.Phone(d.Identifier)
	if d.Channel == customerinvitation.ChannelEmail {
		has = customer.EmailKey(d.Key)
	}
	return customer.And(customer.OrganizationID(organizationID), has)
}

// Of are a customer's details on a channel, and false where they were never reached by it.
func Of(c *ent.Customer, channel customerinvitation.Channel) (Details, bool) {
	d := Details{FirstName: c.FirstName, LastName: c.LastName, Channel: channel}
	switch {
	case channel == customerinvitation.ChannelSMS && c.Phone != nil:
		d.Identifier, d.Key = *c.Phone, *c.Phone
	case channel == customerinvitation.ChannelEmail && c.Email != nil:
		d.Identifier, d.Key = *c.Email, *c.EmailKey
	}
	return d, d.Identifier != ""
}

// ReachTx keeps where a customer is reached by another channel. It is ErrTaken as CreateTx is.
func ReachTx(ctx context.Context, tx *ent.Tx, c *ent.Customer, d Details) (*ent.Customer, error) {
	update := tx.Customer.UpdateOne(c)
	if d.Channel == customerinvitation.ChannelSMS {
		update.SetPhone(d.Identifier)
	} else {
		update.SetEmail(d.Identifier).SetEmailKey(d.Key)
	}
	c, err := update.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep identifier of customer: %w", taken(err))
	}
	return c, nil
}

// RetireTx frees a customer's identifiers: the next to be invited by them is another customer.
func RetireTx(ctx context.Context, tx *ent.Tx, id string) error {
	if err := tx.Customer.UpdateOneID(id).SetRetiredAt(time.Now()).Exec(ctx); err != nil {
		return fmt.Errorf("retire customer: %w", err)
	}
	return nil
}

// United is a customer with what another has beside: identifiers that they lack, and the name of the older of the two
// (rule R13).
func United(stays, goes *ent.Customer) *ent.Customer {
	one := *stays
	if older(goes, stays) {
		one.FirstName, one.LastName, one.NameWords = goes.FirstName, goes.LastName, goes.NameWords
	}
	if one.Phone == nil {
		one.Phone = goes.Phone
	}
	if one.Email == nil {
		one.Email, one.EmailKey = goes.Email, goes.EmailKey
	}
	return &one
}

func older(a, b *ent.Customer) bool {
	if !a.CreatedAt.Equal(b.CreatedAt) {
		return a.CreatedAt.Before(b.CreatedAt)
	}
	return a.ID < b.ID
}

// UniteTx retires the customer who goes, and keeps what United has made of the one who stays.
func UniteTx(ctx context.Context, tx *ent.Tx, stays, goes *ent.Customer) error {
	if err := RetireTx(ctx, tx, goes.ID); err != nil { // first, since their identifiers may be the other's now
		return err
	}
	err := tx.Customer.UpdateOneID(stays.ID).SetFirstName(stays.FirstName).SetLastName(stays.LastName).SetNameWords(stays.NameWords).
		SetNillablePhone(stays.Phone).SetNillableEmail(stays.Email).SetNillableEmailKey(stays.EmailKey).Exec(ctx)
	if err != nil {
		return fmt.Errorf("unite customers: %w", err)
	}
	return nil
}
