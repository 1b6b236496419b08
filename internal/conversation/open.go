package conversation

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/smsconversation"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/organization"
)

// OpenSmsConversationInput is the input of openSmsConversation.
type OpenSmsConversationInput struct {
	ServiceID      string
	To             string
	IdempotencyKey *string
}

// OpenSmsConversationPayload is the answer of openSmsConversation.
type OpenSmsConversationPayload struct {
	apierr.Payload
	Conversation *ent.SmsConversation
}

// errRepeated says that an earlier request with the same key has done what this one asks for: its transaction is to leave no trace.
var errRepeated = errors.New("the request is a repeated one")

// Open opens a conversation with a customer's number, or returns the viewer's own that lives (rules M1, M2, M6); for members who
// serve customers. Nothing is sent.
func (s *Service) Open(ctx context.Context, in OpenSmsConversationInput) (*OpenSmsConversationPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "openSmsConversation", in.ServiceID, in.To)
	if err != nil {
		return nil, err
	}
	var standing string
	err = s.serve(ctx, v, func(tx *ent.Tx, v auth.Viewer) (err error) {
		standing, err = s.openOnceTx(ctx, tx, v, key, in)
		return err
	})
	if err != nil && !errors.Is(err, errRepeated) {
		return nil, fmt.Errorf("open conversation: %w", err)
	}
	c, err := s.Get(ctx, standing)
	if err != nil {
		return nil, err
	}
	return &OpenSmsConversationPayload{Conversation: c}, nil
}

func (s *Service) openOnceTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, key idempotency.Key, in OpenSmsConversationInput) (string, error) {
	made, found, err := key.Made(ctx, tx.Client())
	if err != nil {
		return "", err
	}
	if found {
		return made, errRepeated
	}
	c, err := s.toTx(ctx, tx, v, in.ServiceID, in.To)
	if err != nil {
		return "", err
	}
	standing, err := key.ClaimTx(ctx, tx, c.ID)
	if err == nil && standing != c.ID {
		err = errRepeated
	}
	return standing, err
}

// toTx is the viewer's conversation under a service with a number that was typed.
func (s *Service) toTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, serviceID, to string) (*ent.SmsConversation, error) {
	number, refusal := identifier.ParsePhone(to)
	if refusal != nil {
		return nil, refusal
	}
	return s.ownTx(ctx, tx, v, target{serviceID: serviceID, number: number, origin: smsconversation.OriginAgent, serviceField: "serviceId", field: "to"})
}

// target is whom a member wants to text.
type target struct {
	serviceID, number   string // the customer's
	origin              smsconversation.Origin
	callID              *string
	serviceField, field string // of the input, by which the two were given
}

// ownTx is the viewer's conversation with a customer, locked: their own one that lives, one that waits for somebody and could have
// been offered to them, or a new one.
func (s *Service) ownTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, t target) (*ent.SmsConversation, error) {
	if err := granted(v); err != nil {
		return nil, err
	}
	of, err := mayTextTx(ctx, tx, v, t.serviceID, t.serviceField)
	if err != nil {
		return nil, err
	}
	if !s.limits.SmsCountries.Allow(identifier.Country(t.number)) {
		return nil, apierr.New(apierr.CountryNotAllowed, "Text messages may not go to the country of this number (limit sms-countries).").On(t.field)
	}
	if theirs, err := heldTx(ctx, tx, t.number); err != nil || theirs != nil && theirs.OrganizationID == v.OrganizationID() {
		return nil, cmp.Or(err, error(apierr.New(apierr.PhoneInvalid, "This is a number of your own organisation: give a customer's.").On(t.field)))
	}
	ours, err := organization.HeldTx(ctx, tx, v.OrganizationID(), *of.PhoneNumberID)
	if apierr.Is(err, apierr.NotFound) {
		return nil, noSMS(t.serviceField)
	}
	if err != nil {
		return nil, err
	}
	agentID := v.ID()
	c, _, err := s.ensureTx(ctx, tx, beginning{
		pair{v.OrganizationID(), of.ID, ours.Number, t.number}, t.origin, t.callID, &agentID,
	})
	if err == nil && isAgent(v, c) && c.ServiceID != of.ID { // which has the same number
		_, err = mayTextTx(ctx, tx, v, c.ServiceID, t.serviceField)
	}
	if err != nil {
		return nil, err
	}
	return s.joinTx(ctx, tx, v, c, t.field)
}

// joinTx makes a conversation that lives, and is locked, the viewer's, where it may be: one that is already, that nobody has
// accepted, or whose agent may not text in it any more.
func (s *Service) joinTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation, field string) (*ent.SmsConversation, error) {
	if isAgent(v, c) {
		return c, nil
	}
	if c.Status == smsconversation.StatusActive {
		gone, err := desertedTx(ctx, tx, c)
		if err != nil {
			return nil, err
		}
		if !gone {
			return nil, taken("A colleague is in a conversation with this number. Ask them to end it first.", field)
		}
	}
	could, err := couldTakeTx(ctx, tx, v, c)
	if err != nil {
		return nil, err
	}
	if !could {
		return nil, taken("This customer has written, and waits for somebody whose services and skills fit.", field)
	}
	return s.acceptTx(ctx, tx, v, c)
}

func taken(message, field string) error {
	return apierr.New(apierr.ConversationTaken, "%s", message).On(field)
}

// isAgent tells whether the viewer answers the customer of a conversation that has not ended.
func isAgent(v auth.Viewer, c *ent.SmsConversation) bool {
	return c.Status == smsconversation.StatusActive && c.AgentID != nil && *c.AgentID == v.ID()
}

// acceptTx makes a conversation that is locked, and has not ended, the viewer's.
func (s *Service) acceptTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation) (*ent.SmsConversation, error) {
	kind := chatWithdrawn
	if isOffered(v, c) {
		kind = chatAccepted
	}
	if err := s.settleTx(ctx, tx, c, kind, v.ID()); err != nil {
		return nil, err
	}
	c, err := tx.SmsConversation.UpdateOne(c).SetStatus(smsconversation.StatusActive).SetAgentID(v.ID()).
		ClearOfferedToID().ClearOfferedUntil().Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("accept conversation: %w", err)
	}
	if _, err := s.log.AppendTx(ctx, tx, c.StreamID, by(v, kindAccepted)); err != nil {
		return nil, err
	}
	return c, nil
}
