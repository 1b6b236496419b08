package inbox

import (
	"time"

	"parley/ent"
)

// Event is what an inbox tells: one of the types below.
type Event interface{ IsInboxEvent() }

// Happening is what all events have.
type Happening struct {
	Cursor     string
	OccurredAt time.Time
	Actor      ent.Actor // nil where Parley did it, or nobody did anything
}

// IsInboxEvent marks an Event.
func (Happening) IsInboxEvent() {}

// The events of an inbox.
type (
	// RoomUpdated says that a room has news: look.
	RoomUpdated struct {
		Happening
		Room *ent.Room
	}
	// AgentStateChanged says that a member has another state: look.
	AgentStateChanged struct {
		Happening
		Member *ent.Member
	}
	// ChatOffered says that a customer's request is offered to the member.
	ChatOffered struct {
		Happening
		ExpiresAt    time.Time
		Conversation *ent.SmsConversation
	}
	// ChatWithdrawn says that a request that was offered to the member is not any more.
	ChatWithdrawn struct {
		Happening
		Conversation *ent.SmsConversation
	}
	// SmsConversationUpdated says that a conversation of the member's has news: look.
	SmsConversationUpdated struct {
		Happening
		Conversation *ent.SmsConversation
	}
	// CaughtUp says that all that was missed has been told.
	CaughtUp struct{ Happening }
	// Heartbeat says that the subscription is alive.
	Heartbeat struct{ Happening }
)
