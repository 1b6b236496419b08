package conversation

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/service"
	"parley/ent/smsconversation"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/sms"
	"parley/internal/typeid"
)

// Received takes a message from a customer, in the transaction that keeps it: into the conversation of the two numbers that lives,
// or else into a new one, where a service takes new chats on the number (rules M6, M7, M10). What is for nobody is kept by the
// outbox alone. A word that opts the customer out or in (M9) counts in the order in which it comes, and begins no conversation.
func (s *Service) Received(ctx context.Context, tx *ent.Tx, in *ent.InboundMessage) error {
	ours, err := heldTx(ctx, tx, in.Recipient)
	if err != nil || ours == nil {
		return err
	}
	p := pair{organizationID: ours.OrganizationID, number: ours.Number, customerNumber: in.Sender}
	c, err := s.liveTx(ctx, tx, p)
	if err != nil {
		return err
	}
	handled, err := s.words.HeardTx(ctx, tx, in)
	if err != nil {
		return err
	}
	switch {
	case c != nil:
		c, err = s.manTx(ctx, tx, c)
	case handled:
		return nil
	default:
		c, err = s.requestTx(ctx, tx, ours, p)
	}
	if err != nil || c == nil {
		return err
	}
	measured := sms.Measure(in.Body)
	entry := telling(eventlog.Entry{
		ID: typeid.New(MessagePrefix), Kind: kindReceived, Side: sideCustomer, ActorID: value(c.CustomerID), Body: in.Body,
	}, size{measured.Encoding, measured.Segments})
	if c.Status == smsconversation.StatusOffered {
		database.AfterCommit(tx, s.Ring)
	}
	_, err = s.log.AppendTx(ctx, tx, c.StreamID, entry)
	return err
}

// requestTx is the conversation of a pair that begins, or has begun at this moment, under the service that takes new chats on the
// number, locked; nil where none does.
func (s *Service) requestTx(ctx context.Context, tx *ent.Tx, ours *ent.PhoneNumber, p pair) (*ent.SmsConversation, error) {
	of, err := tx.Service.Query().Where(service.PhoneNumberID(ours.ID), service.TakesNewChats(true)).
		Order(service.ByCreatedAt(), service.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the service that takes new chats: %w", err)
	}
	p.serviceID = of.ID
	c, _, err := s.ensureTx(ctx, tx, beginning{pair: p, origin: smsconversation.OriginCustomer})
	return c, err
}

// manTx has a conversation that is locked offered again where its agent may not text any more, and the customer waits.
func (s *Service) manTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation) (*ent.SmsConversation, error) {
	if c.Status != smsconversation.StatusActive {
		return c, nil
	}
	gone, err := desertedTx(ctx, tx, c)
	if err != nil || !gone {
		return c, err
	}
	c, err = tx.SmsConversation.UpdateOne(c).SetStatus(smsconversation.StatusOffered).ClearAgentID().Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("offer a conversation again: %w", err)
	}
	return c, nil
}

// Told notes how far a message has come, in the transaction that says so. A conversation that has ended learns it from the message
// alone: its log is closed.
func (s *Service) Told(ctx context.Context, tx *ent.Tx, d *ent.Delivery) error {
	m, err := tx.Event.Get(ctx, d.AboutID)
	if err != nil {
		return fmt.Errorf("get message of a delivery: %w", err)
	}
	p := progress{MessageID: m.ID, Status: d.Status}
	if d.Status == delivery.StatusFailed {
		p.Reason = value(d.Reason)
	}
	_, err = s.log.AppendTx(ctx, tx, m.StreamID, telling(eventlog.Entry{Kind: kindStatus, Side: sideSystem}, p))
	if errors.Is(err, eventlog.ErrSealed) {
		return nil
	}
	return err
}
