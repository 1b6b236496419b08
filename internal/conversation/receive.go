package conversation

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/service"
	"parley/ent/smsconversation"
	"parley/internal/eventlog"
	"parley/internal/sms"
	"parley/internal/typeid"
)

// Received takes a message from a customer, in the transaction that keeps it: into the conversation of the two numbers that lives,
// or else into a new one, where a service takes new chats on the number (rules M6, M7, M10). What is for nobody is kept by the
// outbox alone.
func (s *Service) Received(ctx context.Context, tx *ent.Tx, in *ent.InboundMessage) error {
	ours, err := heldTx(ctx, tx, in.Recipient)
	if err != nil || ours == nil {
		return err
	}
	word := sms.Keyword(in.Body)
	if err := s.obeyTx(ctx, tx, ours, in, word); err != nil {
		return err
	}
	c, err := s.recipientTx(ctx, tx, ours, in, word)
	if err != nil || c == nil {
		return err
	}
	measured := sms.Measure(in.Body)
	entry := telling(eventlog.Entry{
		ID: typeid.New(MessagePrefix), Kind: kindReceived, Side: sideCustomer, ActorID: value(c.CustomerID), Body: in.Body,
	}, size{measured.Encoding, measured.Segments})
	_, err = s.log.AppendTx(ctx, tx, c.StreamID, entry)
	return err
}

// recipientTx is the conversation that a message goes into, locked; nil for none. A word that is for the carrier, or whoever is in
// its place, begins none.
func (s *Service) recipientTx(ctx context.Context, tx *ent.Tx, ours *ent.PhoneNumber, in *ent.InboundMessage, word sms.Word) (*ent.SmsConversation, error) {
	p := pair{organizationID: ours.OrganizationID, number: ours.Number, customerNumber: in.Sender}
	c, err := s.liveTx(ctx, tx, p)
	if err != nil {
		return nil, err
	}
	if c != nil {
		return s.manTx(ctx, tx, c)
	}
	if word != sms.NoWord {
		return nil, nil
	}
	of, err := tx.Service.Query().Where(service.PhoneNumberID(ours.ID), service.TakesNewChats(true)).
		Order(service.ByCreatedAt(), service.ByID()).First(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the service that takes new chats: %w", err)
	}
	p.serviceID = of.ID
	c, _, err = s.ensureTx(ctx, tx, beginning{pair: p, origin: smsconversation.OriginCustomer})
	return c, err
}

// manTx has a conversation that is locked offered again where its agent has no seat any more, and the customer waits.
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
