package conversation

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/sms"
)

// Kinds of events in a conversation's log.
const (
	kindSent     = "SMS_SENT"
	kindReceived = "SMS_RECEIVED"
	kindStatus   = "SMS_STATUS"
	kindAccepted = "ACCEPTED"
	kindEnded    = "ENDED"
)

// Sides, of the values of the enum Side.
const (
	sideMember   = "MEMBER"
	sideCustomer = "CUSTOMER"
	sideSystem   = "SYSTEM"
)

// size is what an event tells of its message besides the text.
type size struct {
	Encoding sms.Encoding `json:"encoding"`
	Segments int          `json:"segments"`
}

// progress is what an event tells of a message that was sent.
type progress struct {
	MessageID string          `json:"message"`
	Status    delivery.Status `json:"status"`
	Reason    string          `json:"reason,omitempty"`
}

// by is an entry for something that the viewer did, or Parley where the viewer is nobody.
func by(v auth.Viewer, kind string) eventlog.Entry {
	e := eventlog.Entry{Kind: kind, Side: sideSystem, ActorID: v.ID()}
	if v.Member != nil {
		e.Side = sideMember
	}
	return e
}

// telling is an entry with data.
func telling(e eventlog.Entry, data any) eventlog.Entry {
	raw, _ := json.Marshal(data) // a struct of strings and numbers always marshals
	e.Data = string(raw)
	return e
}

// told reads the data of an event.
func told[T any](e eventlog.Event) (d T, err error) {
	if err := json.Unmarshal([]byte(e.Data), &d); err != nil {
		return d, fmt.Errorf("read event %s: %w", e.ID, err)
	}
	return d, nil
}

// Event is something that happened in a conversation: one of the types below.
type Event interface{ IsSmsConversationEvent() }

// Happening is what all events have.
type Happening struct {
	Cursor     *string // nil for what is live only
	OccurredAt time.Time

	actorID string
	scene   *scene
}

// IsSmsConversationEvent marks an Event.
func (Happening) IsSmsConversationEvent() {}

// Conversation is where it happened.
func (h Happening) Conversation(ctx context.Context) (*ent.SmsConversation, error) {
	return h.scene.where(ctx)
}

// Actor is who did it; nil where Parley did, or a customer whom nobody knows.
func (h Happening) Actor(ctx context.Context) (ent.Actor, error) {
	return h.scene.actor(ctx, h.actorID)
}

// The events of a conversation.
type (
	// MessageSent says that a member has written.
	MessageSent struct {
		Happening
		Message *Message
	}
	// MessageReceived says that the customer has written.
	MessageReceived struct {
		Happening
		Message *Message
	}
	// MessageStatusChanged says that a message has come further.
	MessageStatusChanged struct {
		Happening
		Status        string
		FailureReason *string
		messageID     string
	}
	// Accepted says that a member answers the customer from now on.
	Accepted struct{ Happening }
	// Ended is the last event of a conversation.
	Ended struct{ Happening }
	// CaughtUp says that all that was stored has been replayed.
	CaughtUp struct{ Happening }
	// Heartbeat says that the subscription is alive.
	Heartbeat struct{ Happening }
)

// Message is the message, as it is now.
func (e *MessageStatusChanged) Message(ctx context.Context) (*Message, error) {
	return e.scene.message(ctx, e.messageID)
}

// happened makes an Event of one in the log; nil of a kind that this version does not know.
func (s *Service) happened(e eventlog.Event, sc *scene) (Event, error) {
	cursor := s.log.Cursor(e.Stream, e.Seq)
	h := Happening{Cursor: &cursor, OccurredAt: e.At, actorID: e.ActorID, scene: sc}
	switch e.Kind {
	case kindSent, kindReceived:
		m, err := s.message(e, sc)
		if err != nil {
			return nil, err
		}
		if e.Kind == kindSent {
			return &MessageSent{h, m}, nil
		}
		return &MessageReceived{h, m}, nil
	case kindStatus:
		p, err := told[progress](e)
		if err != nil {
			return nil, err
		}
		changed := &MessageStatusChanged{Happening: h, Status: string(p.Status), messageID: p.MessageID}
		if p.Reason != "" {
			changed.FailureReason = &p.Reason
		}
		return changed, nil
	case kindAccepted:
		return &Accepted{h}, nil
	case kindEnded:
		return &Ended{h}, nil
	}
	return nil, nil
}
