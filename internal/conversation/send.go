package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/predefinedmessage"
	"parley/ent/smsconversation"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/optout"
	"parley/internal/sms"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// SendSmsInput is the input of sendSms: a text, and to whom it goes.
type SendSmsInput struct {
	Body                *string
	PredefinedMessageID *string
	ConversationID      *string
	CallID              *string
	ServiceID           *string
	To                  *string
	IdempotencyKey      *string
}

// SendSmsPayload is the answer of sendSms.
type SendSmsPayload struct {
	apierr.Payload
	Message      *Message
	Conversation *ent.SmsConversation
}

// Send texts a customer (rules M1–M5); for members who serve customers. During a call of a contact centre, and in its after-call
// work, it need not be said whom.
func (s *Service) Send(ctx context.Context, in SendSmsInput) (*SendSmsPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	if err := in.check(); err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "sendSms",
		in.Body, in.PredefinedMessageID, in.ConversationID, in.CallID, in.ServiceID, in.To)
	if err != nil {
		return nil, err
	}
	var standing string
	err = s.serve(ctx, v, func(tx *ent.Tx, v auth.Viewer) (err error) {
		standing, err = s.sendOnceTx(ctx, tx, v, key, in)
		return err
	})
	if err != nil && !errors.Is(err, errRepeated) {
		return nil, fmt.Errorf("send a text message: %w", err)
	}
	m, err := s.messageNode(ctx, standing)
	if err != nil {
		return nil, err
	}
	c, err := m.Conversation(ctx)
	if err != nil {
		return nil, err
	}
	return &SendSmsPayload{Message: m, Conversation: c}, nil
}

// check tells whether one text is given, and one way to say whom it is for, or none.
func (in SendSmsInput) check() error {
	switch {
	case in.Body == nil && in.PredefinedMessageID == nil:
		return apierr.Blank("body")
	case in.Body != nil && in.PredefinedMessageID != nil:
		return apierr.New(apierr.BadUserInput, "Give body or predefinedMessageId, not both.")
	}
	ways := 0
	for _, given := range []bool{in.ConversationID != nil, in.CallID != nil, in.ServiceID != nil || in.To != nil} {
		if given {
			ways++
		}
	}
	switch {
	case ways > 1:
		return apierr.New(apierr.BadUserInput, "Give conversationId, callId, or serviceId and to: one of them.")
	case in.ServiceID == nil && in.To != nil:
		return apierr.Blank("serviceId")
	case in.ServiceID != nil && in.To == nil:
		return apierr.Blank("to")
	}
	return nil
}

// to is the field that says whom the text is for.
func (in SendSmsInput) to() string {
	switch {
	case in.ConversationID != nil:
		return "conversationId"
	case in.CallID != nil:
		return "callId"
	}
	return "to"
}

// sendOnceTx sends the message, or returns the one that an earlier request with the same key has sent.
func (s *Service) sendOnceTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, key idempotency.Key, in SendSmsInput) (string, error) {
	made, found, err := key.Made(ctx, tx.Client())
	if err != nil {
		return "", err
	}
	if found {
		return made, errRepeated
	}
	c, err := s.addressTx(ctx, tx, v, in)
	if err != nil {
		return "", err
	}
	id := typeid.New(MessagePrefix)
	standing, err := key.ClaimTx(ctx, tx, id)
	if err != nil {
		return "", err
	}
	if standing != id {
		return standing, errRepeated
	}
	return id, s.writeTx(ctx, tx, v, c, in, id)
}

// addressTx is the viewer's conversation that a text goes into, locked.
func (s *Service) addressTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, in SendSmsInput) (*ent.SmsConversation, error) {
	switch {
	case in.ConversationID != nil:
		return s.onTx(ctx, tx, v, *in.ConversationID)
	case in.ServiceID != nil:
		return s.toTx(ctx, tx, v, *in.ServiceID, *in.To)
	}
	return s.duringTx(ctx, tx, v, in.CallID)
}

// onTx is a conversation that goes on: the viewer's own.
func (s *Service) onTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id string) (*ent.SmsConversation, error) {
	const field = "conversationId"
	asked, err := find(ctx, tx.Client(), v, id)
	if err != nil {
		return nil, err
	}
	held, err := heldTx(ctx, tx, asked.Number) // before the conversation, by the order of locks
	if err != nil {
		return nil, err
	}
	c, err := lockTx(ctx, tx, v, id)
	if err != nil {
		return nil, err
	}
	switch {
	case c.AgentID == nil || *c.AgentID != v.ID():
		return nil, apierr.New(apierr.Forbidden, "Only the agent of a conversation may write in it.")
	case c.Status == smsconversation.StatusEnded:
		return nil, ended(field)
	case held == nil || held.OrganizationID != c.OrganizationID:
		return nil, noSMS(field)
	}
	if err := granted(v); err != nil {
		return nil, err
	}
	_, err = mayTextTx(ctx, tx, v, c.ServiceID, field)
	return c, err
}

func ended(field string) error {
	return apierr.New(apierr.ConversationEnded, "The conversation has ended: nothing is added to it any more. Begin another one.").On(field)
}

// duringTx is the conversation with whom the viewer speaks, or has spoken and works for (rule M2): in the call with the id, or in
// the one that they have.
func (s *Service) duringTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, callID *string) (*ent.SmsConversation, error) {
	c, err := served(ctx, tx.Client(), v, callID)
	if err != nil {
		return nil, err
	}
	field := "callId"
	if callID == nil {
		field = "serviceId"
	}
	number, refusal := identifier.ParsePhone(c.Number)
	if refusal != nil {
		return nil, refusal.On(field)
	}
	return s.ownTx(ctx, tx, v, target{
		serviceID: *c.ServiceID, number: number, origin: smsconversation.OriginCall, callID: &c.ID, serviceField: field, field: field,
	})
}

// writeTx writes into a conversation that is locked, and has the text sent.
func (s *Service) writeTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation, in SendSmsInput, id string) error {
	text, err := s.textTx(ctx, tx, v, c, in)
	if err != nil {
		return err
	}
	if err := s.mayReachTx(ctx, tx, c, in.to()); err != nil {
		return err
	}
	measured := sms.Measure(text)
	entry := telling(by(v, kindSent), size{measured.Encoding, measured.Segments})
	entry.ID, entry.Body = id, text
	if _, err := s.log.AppendTx(ctx, tx, c.StreamID, entry); err != nil {
		return err
	}
	_, err = s.outbox.EnqueueTx(ctx, tx, notify.Message{
		OrganizationID: c.OrganizationID, Channel: delivery.ChannelSMS, From: c.Number, To: c.CustomerNumber, Text: text, AboutID: id,
	})
	if err != nil {
		return err
	}
	return s.counter.TakeTx(ctx, tx, rules(s.limits, v, c.CustomerNumber)...)
}

// mayReachTx tells whether the customer takes texts from the conversation's number, and texts may go to their country. The field of
// the input is the one that says whom the text is for.
func (s *Service) mayReachTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation, field string) error {
	if !s.limits.SmsCountries.Allow(identifier.Country(c.CustomerNumber)) {
		return apierr.New(apierr.CountryNotAllowed, "Text messages may not go to the country of this number (limit sms-countries).").On(field)
	}
	return optout.CheckTx(ctx, tx, field, c.Number, c.CustomerNumber)
}

// textTx is what is sent: what was typed, or a predefined message with the customer's names filled in (rules M3, M4).
func (s *Service) textTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, c *ent.SmsConversation, in SendSmsInput) (string, error) {
	field := "body"
	text := value(in.Body)
	if in.PredefinedMessageID != nil {
		field = "predefinedMessageId"
		var err error
		if text, err = s.filled(ctx, tx.Client(), v, *in.PredefinedMessageID, c.CustomerNumber); err != nil {
			return "", err
		}
	}
	if refusal := sms.Check(field, text, s.limits.SmsCharacters); refusal != nil {
		return "", refusal
	}
	return text, nil
}

// filled is a predefined message of the viewer's, or of a service of their organisation, with the names of the customer whom the
// organisation knows by the number.
func (s *Service) filled(ctx context.Context, client *ent.Client, v auth.Viewer, id, number string) (string, error) {
	p, err := client.PredefinedMessage.Query().Where(
		predefinedmessage.ID(id), predefinedmessage.OrganizationID(v.OrganizationID()),
		predefinedmessage.Or(predefinedmessage.MemberID(v.ID()), predefinedmessage.ServiceIDNotNil()),
	).Only(ctx)
	if ent.IsNotFound(err) {
		return "", apierr.MissingThing("predefined message")
	}
	if err != nil {
		return "", fmt.Errorf("get predefined message: %w", err)
	}
	whom, err := known(ctx, client, v.OrganizationID(), number)
	if err != nil {
		return "", err
	}
	if whom == nil {
		return sms.Fill(p.Body, "", ""), nil
	}
	return sms.Fill(p.Body, whom.FirstName, whom.LastName), nil
}

// rules are how often a member may text a number.
func rules(l limits.Limits, v auth.Viewer, to string) []throttle.Rule {
	const hour, day = time.Hour, 24 * time.Hour
	recipient := v.OrganizationID() + " " + to // nobody learns whom another organisation texts
	return []throttle.Rule{
		{Name: "sms-per-recipient-hour", Of: recipient, Limit: l.SmsPerRecipientHour, Window: hour},
		{Name: "sms-per-recipient-day", Of: recipient, Limit: l.SmsPerRecipientDay, Window: day},
		{Name: "sms-per-member-hour", Of: v.ID(), Limit: l.SmsPerMember, Window: hour},
		{Name: "sms-per-organization-day", Of: v.OrganizationID(), Limit: l.SmsPerOrgDay, Window: day},
	}
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
