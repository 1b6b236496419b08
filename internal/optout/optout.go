// Package optout keeps which customers want no text messages from which of our numbers (rule M9).
//
// It guarantees that whatever begins after a customer's STOP was taken sees it, in every process, since it is read in the
// transaction of what is to be sent. A customer opts out of an organisation's number, also where the organisation parts with it and
// buys it once more; another one that buys it next starts anew, and learns nothing.
package optout

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/optout"
	"parley/ent/phonenumber"
	"parley/ent/predicate"
	"parley/internal/apierr"
)

// CheckTx refuses what is to be sent from one of our numbers to a customer who has opted out of it; field is the input field
// that says whom it goes to. Call it behind the lock, if any, that puts what is sent and received in order.
func CheckTx(ctx context.Context, tx *ent.Tx, field, from, to string) error {
	out, err := Out(ctx, tx.Client(), from, to)
	if err != nil {
		return err
	}
	if out {
		return apierr.New(apierr.OptedOut,
			"This customer has opted out of text messages from this number. They can opt in by texting START to it; until then reach them another way.").On(field)
	}
	return nil
}

// Out tells whether a customer has opted out of one of our numbers.
func Out(ctx context.Context, client *ent.Client, from, to string) (bool, error) {
	out, err := client.OptOut.Query().Where(of(from, to)...).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("find an opt-out: %w", err)
	}
	return out, nil
}

// OutTx opts a customer out of a number that is held; again changes nothing.
func OutTx(ctx context.Context, tx *ent.Tx, from, to string) error {
	n, err := heldTx(ctx, tx, from)
	if err != nil || n == nil {
		return err
	}
	err = tx.OptOut.Create().SetPhoneNumberID(n.ID).SetCustomerNumber(to).
		OnConflict(entsql.ConflictColumns(optout.FieldPhoneNumberID, optout.FieldCustomerNumber), entsql.DoNothing()).
		Exec(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // it was there
		return fmt.Errorf("keep an opt-out: %w", err)
	}
	return nil
}

// InTx opts a customer back in, and tells whether they were out.
func InTx(ctx context.Context, tx *ent.Tx, from, to string) (wasOut bool, err error) {
	n, err := tx.OptOut.Delete().Where(of(from, to)...).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("forget an opt-out: %w", err)
	}
	return n > 0, nil
}

// of are the opt-outs of a customer from a number, of the organisation that holds it: whenever it bought the number, or had bought
// it before.
func of(from, to string) []predicate.OptOut {
	its := func(s *entsql.Selector) {
		holder := entsql.Table(phonenumber.Table).As("holder")
		s.Where(entsql.In(s.C(phonenumber.FieldOrganizationID), entsql.Select(holder.C(phonenumber.FieldOrganizationID)).From(holder).Where(entsql.And(
			entsql.EQ(holder.C(phonenumber.FieldNumber), from), entsql.EQ(holder.C(phonenumber.FieldStatus), string(phonenumber.StatusHeld)),
		))))
	}
	return []predicate.OptOut{optout.CustomerNumber(to), optout.HasPhoneNumberWith(phonenumber.Number(from), its)}
}

func held(number string) []predicate.PhoneNumber {
	return []predicate.PhoneNumber{phonenumber.Number(number), phonenumber.StatusEQ(phonenumber.StatusHeld)}
}

// heldTx is a number that an organisation holds, with the organisation; nil where none does.
func heldTx(ctx context.Context, tx *ent.Tx, number string) (*ent.PhoneNumber, error) {
	n, err := tx.PhoneNumber.Query().Where(held(number)...).WithOrganization().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find who holds a number: %w", err)
	}
	return n, nil
}
