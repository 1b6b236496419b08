package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gobwas/ws"
)

// Times of the servers (limits) and of the clients, in the proportions that docs/subscriptions.md has.
const (
	serverLimits = "rates=0,heartbeat=1s,socket-ping=2s,socket-pong=2s,socket-write=2s"

	// patience is how long a client waits for a sign of life before it takes the connection for lost.
	patience = 4 * time.Second
)

// event is an event of a room as a subscriber gets it.
type event struct {
	Type     string `json:"__typename"`
	Cursor   string
	Status   string
	Message  struct{ ID string }
	From     struct{ ID string } // of RoomMerged, as what follows
	Into     struct{ ID string }
	Continue string `json:"continueAfter"`
}

const roomEvents = `subscription ($room: ID!, $after: Cursor) { roomEvents(roomId: $room, after: $after) {
	__typename cursor ... on MessagePosted { message { id body } } ... on InvitationStatusChanged { status }
	... on RoomMerged { from { id } into { id } continueAfter } } }`

// subscription is what carries one subscription.
type subscription interface {
	next() (payload json.RawMessage, err error) // an *ending where the server has ended it
	cut()                                       // ends the connection without a word
}

// ending is how a subscription or its connection was ended by the server.
type ending struct {
	complete bool
	code     ws.StatusCode // of the WebSocket's close
	errors   refused
}

// Error implements error.
func (e *ending) Error() string {
	return fmt.Sprintf("ended: complete %v, close %d, errors %v", e.complete, e.code, []refusal(e.errors))
}

// final tells whether a client is not to come back, by the rules of docs/subscriptions.md.
func (e *ending) final() bool {
	if e.complete || e.code == 4400 || e.code == 4401 || e.code == 4403 {
		return true
	}
	for _, r := range e.errors {
		if r.code() != "INTERNAL" && r.code() != "THROTTLED" {
			return true
		}
	}
	return false
}

// carriage is a way to subscribe to a room.
type carriage func(ctx context.Context, w *world, p *process, token string, variables vars) (subscription, error)

// decode reads an event.
func decode(payload json.RawMessage) (event, error) {
	var result struct {
		Data   struct{ RoomEvents event }
		Errors refused
	}
	if err := json.Unmarshal(payload, &result); err != nil {
		return event{}, err
	}
	if len(result.Errors) > 0 {
		return event{}, &ending{errors: result.Errors}
	}
	return result.Data.RoomEvents, nil
}
