package conversation

import (
	"context"
	stdsql "database/sql"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/phonenumber"
	"parley/ent/smsconversation"
	"parley/ent/stream"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/customer"
	"parley/internal/eventlog"
	"parley/internal/typeid"
)

// pair is between which numbers is texted, and under which service.
type pair struct {
	organizationID, serviceID string
	number, customerNumber    string // ours, which the organisation holds, and theirs
}

// beginning is how a conversation begins.
type beginning struct {
	pair
	origin  smsconversation.Origin
	callID  *string
	agentID *string // nil where somebody has to accept it first
}

// tries is how often the one conversation of a pair is looked for, which others may begin and end at the same time.
const tries = 20

// ensureTx returns the conversation of the pair that lives, or begins one where there is none; locked. Of those who want it at
// the same moment, in any process, one begins it.
func (s *Service) ensureTx(ctx context.Context, tx *ent.Tx, b beginning) (c *ent.SmsConversation, begun bool, err error) {
	for range tries {
		if c, err = s.liveTx(ctx, tx, b.pair); err != nil || c != nil {
			return c, false, err
		}
		if c, err = s.beginTx(ctx, tx, b); err != nil || c != nil {
			return c, true, err
		}
	}
	return nil, false, apierr.New(apierr.Throttled, "Too many want this at the same moment. Try again.").After(time.Second)
}

// liveTx returns the conversation of a pair that lives, locked; nil for none. One of another organisation, which held the number
// before, is ended: it has nobody any more who could.
func (s *Service) liveTx(ctx context.Context, tx *ent.Tx, p pair) (*ent.SmsConversation, error) {
	c, err := tx.SmsConversation.Query().
		Where(smsconversation.Number(p.number), smsconversation.CustomerNumber(p.customerNumber), smsconversation.StatusNEQ(smsconversation.StatusEnded)).
		ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE")).Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("find the conversation of two numbers: %w", err)
	case c.OrganizationID == p.organizationID:
		return c, nil
	}
	_, err = s.endTx(ctx, tx, auth.Viewer{}, c)
	return nil, err
}

// beginTx keeps a new conversation; nil where the pair has one by now.
func (s *Service) beginTx(ctx context.Context, tx *ent.Tx, b beginning) (*ent.SmsConversation, error) {
	customerID, err := knownTx(ctx, tx, b.pair)
	if err != nil {
		return nil, err
	}
	streamID, err := eventlog.CreateTx(ctx, tx, b.organizationID)
	if err != nil {
		return nil, err
	}
	id := typeid.New(Prefix)
	create := tx.SmsConversation.Create().SetID(id).
		SetOrganizationID(b.organizationID).SetServiceID(b.serviceID).SetNumber(b.number).SetCustomerNumber(b.customerNumber).
		SetNillableCustomerID(customerID).SetNillableAgentID(b.agentID).SetNillableCallID(b.callID).SetOrigin(b.origin).
		SetStatus(smsconversation.StatusActive).SetStreamID(streamID)
	if b.agentID == nil {
		create.SetStatus(smsconversation.StatusOffered)
	}
	switch err := create.OnConflict(sql.DoNothing()).Exec(ctx); {
	case errors.Is(err, stdsql.ErrNoRows): // somebody else has begun it at this moment
		if _, err := tx.Stream.Delete().Where(stream.ID(streamID)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("drop the log of a conversation that was not begun: %w", err)
		}
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("begin conversation: %w", err)
	}
	c, err := tx.SmsConversation.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read conversation back: %w", err)
	}
	return c, nil
}

// knownTx is the id of the customer whom the organisation knows by the number; nil for nobody.
func knownTx(ctx context.Context, tx *ent.Tx, p pair) (*string, error) {
	c, err := known(ctx, tx.Client(), p.organizationID, p.customerNumber)
	if err != nil || c == nil {
		return nil, err
	}
	return &c.ID, nil
}

// known is the customer whom the organisation knows by a number at this moment; nil for nobody.
func known(ctx context.Context, client *ent.Client, organizationID, number string) (*ent.Customer, error) {
	details := customer.Details{Channel: customerinvitation.ChannelSMS, Identifier: number}
	c, err := client.Customer.Query().Where(customer.Known(organizationID, details)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find customer by number: %w", err)
	}
	return c, nil
}

// heldTx returns a number that an organisation holds, and keeps it from being released until the transaction ends; nil where
// nobody holds it.
func heldTx(ctx context.Context, tx *ent.Tx, number string) (*ent.PhoneNumber, error) {
	n, err := tx.PhoneNumber.Query().
		Where(phonenumber.Number(number), phonenumber.StatusEQ(phonenumber.StatusHeld)).ForShare().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find who holds a number: %w", err)
	}
	return n, nil
}
