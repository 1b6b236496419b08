package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// event is an event of a room as a subscriber gets it.
type event struct {
	Type       string `json:"__typename"`
	Cursor     string
	OccurredAt time.Time
	Room       struct{ ID, Name string }
	Actor      *struct {
		Type string `json:"__typename"`
		Name string
	}
	Name       string
	Status     string
	Document   struct{ ID, Status string }
	Typing     bool
	Present    bool
	Invitation *struct{ ID, Status, FailureReason string }
	Session    struct{ ID, Status string }
	Code       *struct{ ID, Code string }
	Specialist struct{ ID, Name, Access string }
	Access     string
	Share      struct{ ID, LastCursor, StoppedAt string }
	From       struct{ ID string }
	Into       struct{ ID, LastCursor string }
	Continue   string `json:"continueAfter"`
	Message    struct {
		ID, Cursor, Body, Side string
		SentAt                 time.Time
		Author                 *struct{ Name string }
	}
}

const roomEvents = `subscription ($room: ID!, $after: Cursor) { roomEvents(roomId: $room, after: $after) {
	__typename cursor occurredAt room { id name } actor { __typename ... on Member { name } ... on Customer { name } ... on Specialist { name } }
	... on MessagePosted { message { id cursor body side sentAt author { ... on Member { name } ... on Customer { name } ... on Specialist { name } } } }
	... on CustomerInvited { invitation { id status } }
	... on InvitationStatusChanged { status invitation { id status failureReason } }
	... on Typing { typing } ... on PresenceChanged { present }
	... on RoomMerged { from { id } into { id lastCursor } continueAfter }
	... on DocumentChanged { document { id status } }
	... on SupportSessionStarted { session: supportSession { id status } } ... on SupportSessionEnded { session: supportSession { id status } }
	... on SpecialistInvited { code: invitation { id code } } ... on SpecialistInvitationCancelled { code: invitation { id code } }
	... on SpecialistJoined { specialist { id name access } } ... on SpecialistLeft { specialist { id name access } }
	... on SpecialistAccessChanged { access specialist { id name access } }
	... on ScreenShareStarted { share: screenShare { id lastCursor stoppedAt } } ... on ScreenShareStopped { share: screenShare { id lastCursor stoppedAt } }
	... on RoomRenamed { name } } }`

// subscription is what carries one subscription.
type subscription interface {
	next() (payload json.RawMessage, err error) // an *ending where the server has ended it
	cut()                                       // the connection, without a word
}

// ending is how a subscription or its connection ended.
type ending struct {
	complete bool          // with a complete message
	code     ws.StatusCode // of the WebSocket's close
	errors   []refusal
}

func (e *ending) Error() string {
	return fmt.Sprintf("ended: complete %v, close %d, errors %v", e.complete, e.code, e.errors)
}

// carriage is a way to subscribe.
type carriage func(h *house, token, query string, variables vars) (subscription, error)

// carriages are all of them.
var carriages = map[string]carriage{"WebSocket": overSocket, "SSE": overStream}

// feed is a subscriber to roomEvents.
type feed struct {
	t testing.TB
	subscription
	last string // cursor of the newest event
	live bool   // who types and who is here is wanted, too
}

// follow subscribes from the room's start.
func (p *user) follow(room place, by carriage) *feed {
	p.h.t.Helper()
	return p.followAfter(room, room.Start, by)
}

// followAfter subscribes behind a cursor, or from now on where there is none.
func (p *user) followAfter(room place, after string, by carriage) *feed {
	p.h.t.Helper()
	variables := vars{"room": room.ID}
	if after != "" {
		variables["after"] = after
	}
	s, err := by(p.h, p.token, roomEvents, variables)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.h.t.Cleanup(s.cut)
	return &feed{t: p.h.t, subscription: s, last: after}
}

// drain reads for as long as there is something, so that the subscriber stays.
func (f *feed) drain() {
	for {
		if _, err := f.next(); err != nil {
			return
		}
	}
}

// lively has who types and who is here shown, too.
func (f *feed) lively() *feed {
	f.live = true
	return f
}

// event returns the next event.
func (f *feed) event() (e event, err error) {
	for {
		if e, err = f.any(); err != nil || f.live || e.Type != "Typing" && e.Type != "PresenceChanged" {
			return e, err
		}
	}
}

func (f *feed) any() (e event, err error) {
	payload, err := f.next()
	if err != nil {
		return event{}, err
	}
	var result struct {
		Data   struct{ RoomEvents event }
		Errors []refusal
	}
	if err := json.Unmarshal(payload, &result); err != nil {
		return event{}, err
	}
	if len(result.Errors) > 0 {
		return event{}, &ending{errors: result.Errors}
	}
	if e = result.Data.RoomEvents; e.Cursor != "" {
		f.last = e.Cursor
	}
	return e, nil
}

// expect reads exactly these types of events and returns them.
func (f *feed) expect(types ...string) []event {
	f.t.Helper()
	var all []event
	for _, want := range types {
		e, err := f.event()
		if err != nil || e.Type != want {
			f.t.Fatalf("got %s %v, want %s", e.Type, err, want)
		}
		all = append(all, e)
	}
	return all
}

// within cuts a subscription after longEnough, whatever comes meanwhile, so that who waits for something else fails. What it
// returns is called when the waiting is over.
func within(s subscription) (over func() bool) { return time.AfterFunc(longEnough, s.cut).Stop }

// until reads on to an event of one of the types.
func (f *feed) until(types ...string) event {
	f.t.Helper()
	defer within(f)()
	for {
		e, err := f.event()
		if err != nil {
			f.t.Fatalf("waited for %v, %s at most: %v", types, longEnough, err)
		}
		if slices.Contains(types, e.Type) {
			return e
		}
	}
}

// status reads on to the next status of an invitation, which has to be this one.
func (f *feed) status(want string) event {
	f.t.Helper()
	e := f.until("InvitationStatusChanged")
	if e.Status != want {
		f.t.Fatalf("status %s, want %s", e.Status, want)
	}
	return e
}

// end reads to the end and tells how it was. Nothing but these types of events may come before it.
func (f *feed) end(before ...string) *ending {
	f.t.Helper()
	defer within(f)()
	for {
		e, err := f.event()
		var end *ending
		switch {
		case errors.As(err, &end):
			return end
		case err != nil:
			f.t.Fatalf("waited for the end, %s at most: %v", longEnough, err)
		case !slices.Contains(before, e.Type):
			f.t.Fatalf("%s came, want the end", e.Type)
		}
	}
}
