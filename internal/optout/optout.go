// Package optout keeps which customers want no text messages from which of our numbers (rule M9).
//
// It guarantees that whatever begins after a customer's STOP was taken sees it, in every process, since it is read in the
// transaction of what is to be sent. A customer opts out of a number for as long as an organisation holds it: who buys it next
// starts anew, and learns nothing of those who had it. What was in the outbox already is still sent.
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
	out, err := tx.OptOut.Query().Where(of(from, to)...).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find an opt-out: %w", err)
	}
	if out {
		return apierr.New(apierr.OptedOut,
			"This customer has opted out of text messages from this number. They can opt in by texting START to it; until then reach them another way.").On(field)
	}
	return nil
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

// of are the opt-outs of a customer from a number, by whoever holds it.
func of(from, to string) []predicate.OptOut {
	return []predicate.OptOut{optout.CustomerNumber(to), optout.HasPhoneNumberWith(held(from)...)}
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
