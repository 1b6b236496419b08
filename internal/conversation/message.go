package conversation

import (
	"context"
	"fmt"
	"math"
	"time"

	"parley/ent"
	"parley/ent/smsconversation"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/page"
	"parley/internal/sms"
)

// MessagePrefix is the type of ids of messages.
const MessagePrefix = "smsg"

// Directions, the values of the enum SmsDirection.
const (
	inbound  = "INBOUND"
	outbound = "OUTBOUND"
)

// statusReceived is what an inbound message is; the others are those of their deliveries.
const statusReceived = "RECEIVED"

// messageKinds are the kinds of events that are messages.
var messageKinds = []string{kindSent, kindReceived}

// Message is a text message: an event of a conversation's log.
type Message struct {
	ID        string
	Cursor    string
	Direction string
	Body      string
	Side      string
	SentAt    time.Time
	Segments  int
	Encoding  sms.Encoding

	actorID string
	scene   *scene
}

// IsNode marks a Node.
func (*Message) IsNode() {}

// Conversation is the conversation that the message is in.
func (m *Message) Conversation(ctx context.Context) (*ent.SmsConversation, error) {
	return m.scene.where(ctx)
}

// Author is who wrote the message; nil for a customer whom the organisation did not know.
func (m *Message) Author(ctx context.Context) (ent.Actor, error) {
	return m.scene.actor(ctx, m.actorID)
}

// Status is how far the message has come.
func (m *Message) Status(ctx context.Context) (string, error) {
	if m.Direction == inbound {
		return statusReceived, nil
	}
	d, err := m.delivery(ctx)
	if err != nil {
		return "", err
	}
	return string(d.Status), nil
}

// FailureReason is why it was not delivered, for people; nil where it was, or may still be.
func (m *Message) FailureReason(ctx context.Context) (*string, error) {
	if m.Direction == inbound {
		return nil, nil
	}
	d, err := m.delivery(ctx)
	if err != nil {
		return nil, err
	}
	return d.Reason, nil
}

// delivery is what has become of a message that was sent.
func (m *Message) delivery(ctx context.Context) (*ent.Delivery, error) {
	d, err := m.scene.delivery(ctx, m.ID)
	if err == nil && d == nil {
		err = fmt.Errorf("message %s has no delivery", m.ID)
	}
	return d, err
}

// message makes a message of an event of one of the message kinds.
func (s *Service) message(e eventlog.Event, sc *scene) (*Message, error) {
	of, err := told[size](e)
	if err != nil {
		return nil, err
	}
	m := &Message{
		ID: e.ID, Cursor: s.log.Cursor(e.Stream, e.Seq), Direction: outbound, Body: e.Body, Side: e.Side, SentAt: e.At,
		Segments: of.Segments, Encoding: of.Encoding, actorID: e.ActorID, scene: sc,
	}
	if e.Kind == kindReceived {
		m.Direction = inbound
	}
	return m, nil
}

// Messages is a page of a conversation's transcript, in the order in which it was written; for members.
func (s *Service) Messages(ctx context.Context, c *ent.SmsConversation, a page.Args) (*page.Connection[*Message], error) {
	if err := visible(ctx, c); err != nil {
		return nil, err
	}
	w, err := a.Window(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	after, before, err := s.places(ctx, c, w)
	if err != nil {
		return nil, err
	}
	events, err := s.log.Slice(ctx, c.StreamID, after, before, w.Fetch(), w.Backward, messageKinds...)
	if err != nil {
		return nil, err
	}
	sc := s.scene(c.StreamID, events...).in(c)
	messages := make([]*Message, len(events))
	for i, e := range events {
		if messages[i], err = s.message(e, sc); err != nil {
			return nil, err
		}
	}
	count := func(ctx context.Context) (int, error) { return s.log.Count(ctx, c.StreamID, messageKinds...) }
	return page.Of(w, messages, func(m *Message) string { return m.Cursor }, count), nil
}

// places are the bounds of a window in a conversation's log, both exclusive.
func (s *Service) places(ctx context.Context, c *ent.SmsConversation, w page.Window) (after, before int64, err error) {
	before = math.MaxInt64
	if w.After == "" && w.Before == "" {
		return after, before, nil
	}
	last, err := s.log.LastSeq(ctx, c.StreamID)
	if err != nil {
		return 0, 0, err
	}
	if w.After != "" {
		if after, err = s.log.Seq(w.After, c.StreamID, last); err != nil {
			return 0, 0, err
		}
	}
	if w.Before != "" {
		before, err = s.log.Seq(w.Before, c.StreamID, last)
	}
	return after, before, err
}

// visible tells whether a conversation that another field led to may be seen by the viewer.
func visible(ctx context.Context, c *ent.SmsConversation) error {
	v, err := auth.Member(ctx)
	if err == nil && v.OrganizationID() != c.OrganizationID {
		err = missing()
	}
	return err
}

// messageNode returns the message with the id, where the viewer may see its conversation.
func (s *Service) messageNode(ctx context.Context, id string) (*Message, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.log.Find(ctx, id)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		return nil, missingMessage()
	}
	e := found[0]
	c, err := s.ent.SmsConversation.Query().
		Where(smsconversation.StreamID(e.Stream), smsconversation.OrganizationID(v.OrganizationID())).WithStream().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, missingMessage()
	}
	if err != nil {
		return nil, fmt.Errorf("get conversation of message: %w", err)
	}
	return s.message(e, s.scene(e.Stream, e).in(c))
}

func missingMessage() error { return apierr.MissingThing("message") }
