package room

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/specialist"
	"parley/internal/auth"
	"parley/internal/eventlog"
)

// Kinds of events in a room's log. Those of the timeline are also the values of the enum MessageKind.
const (
	kindText                    = "TEXT"
	kindDocument                = "DOCUMENT"
	kindNotice                  = "NOTICE"
	kindCustomerInvited         = "CUSTOMER_INVITED"
	kindInvitationStatusChanged = "INVITATION_STATUS_CHANGED"
	kindCustomerJoined          = "CUSTOMER_JOINED"
	kindRoomRenamed             = "ROOM_RENAMED"
	kindRoomMerged              = "ROOM_MERGED"
	kindRoomClosed              = "ROOM_CLOSED"
	kindDocumentChanged         = "DOCUMENT_CHANGED"
)

// Kinds of what is live only.
const (
	kindTyping   = "TYPING"
	kindPresence = "PRESENCE"
)

// Sides, the values of the enum Side.
const (
	sideMember     = "MEMBER"
	sideCustomer   = "CUSTOMER"
	sideSpecialist = "SPECIALIST"
	sideSystem     = "SYSTEM"
)

func sideOf(v auth.Viewer) string {
	switch {
	case v.Member != nil:
		return sideMember
	case v.Customer != nil:
		return sideCustomer
	case v.Specialist != nil:
		return sideSpecialist
	}
	return sideSystem
}

// data is what an event tells besides its kind.
type data struct {
	Invitation string                    `json:"invitation,omitempty"`
	Status     customerinvitation.Status `json:"status,omitempty"`
	Name       string                    `json:"name,omitempty"`
	From       string                    `json:"from,omitempty"`       // the room that goes into
	Into       string                    `json:"into,omitempty"`       // this one,
	Log        int64                     `json:"log,string,omitempty"` // whose log is this, in the log of the one that goes,
	Place      int64                     `json:"place,omitempty"`      // behind which all is new to who has read that
	Typing     bool                      `json:"typing,omitempty"`
	Present    bool                      `json:"present,omitempty"`
	Document   string                    `json:"document,omitempty"`
	About      string                    `json:"about,omitempty"` // what a support session tells of
	Access     specialist.Access         `json:"access,omitempty"`
}

// by is an entry for something that the viewer did, or Parley where the viewer is nobody.
func by(v auth.Viewer, kind string, d any) eventlog.Entry {
	e := eventlog.Entry{Kind: kind, Side: sideOf(v), ActorID: v.ID()}
	if d != nil {
		raw, _ := json.Marshal(d) // a struct of strings always marshals
		e.Data = string(raw)
	}
	return e
}

// signal is something that is live only.
func signal(kind, side, actorID string, d data) eventlog.Signal {
	raw, _ := json.Marshal(d) // a struct of strings and truths always marshals
	return eventlog.Signal{Kind: kind, Side: side, ActorID: actorID, Data: string(raw)}
}

// Event is something that happened in a room: one of the types below.
type Event interface{ IsRoomEvent() }

// Happening is what all events have.
type Happening struct {
	Cursor     *string // nil for what is live only
	OccurredAt time.Time

	actorID string
	scene   *scene
}

// IsRoomEvent marks an Event.
func (Happening) IsRoomEvent() {}

// Room is where it happened.
func (h Happening) Room(ctx context.Context) (*ent.Room, error) { return h.scene.where(ctx) }

// Actor is who did it, or nil where Parley did.
func (h Happening) Actor(ctx context.Context) (ent.Actor, error) {
	return h.scene.actor(ctx, h.actorID)
}

// The events of a room.
type (
	// MessagePosted says that an entry came to the timeline.
	MessagePosted struct {
		Happening
		Message *Message
	}
	// CustomerInvited says that a customer was invited.
	CustomerInvited struct {
		Happening
		invitationID string
	}
	// InvitationStatusChanged says that an invitation has come further.
	InvitationStatusChanged struct {
		Happening
		Status       customerinvitation.Status
		invitationID string
	}
	// CustomerJoined says that the customer has entered by a link for the first time.
	CustomerJoined struct{ Happening }
	// RoomRenamed says that the room got another name.
	RoomRenamed struct {
		Happening
		Name string
	}
	// RoomMerged says that a room has gone into another. It is the last event of the one that goes.
	RoomMerged struct {
		Happening
		ContinueAfter string
		fromID        string
		intoID        string
		last          bool
	}
	// DocumentChanged says that it is known what a document is that was shared, or that it cannot be known.
	DocumentChanged struct {
		Happening
		documentID string
	}
	// RoomClosed is the last event of a room.
	RoomClosed struct{ Happening }
	// Typing says that somebody is typing, or no longer. It is live only.
	Typing struct {
		Happening
		Typing bool
	}
	// PresenceChanged says that somebody is in the room now, or no longer. It is live only.
	PresenceChanged struct {
		Happening
		Present bool
	}
	// CaughtUp says that all that was stored has been replayed.
	CaughtUp struct{ Happening }
	// Heartbeat says that the subscription is alive.
	Heartbeat struct{ Happening }
)

// Invitation is the invitation; nil for those who are not members, and where the customer got a link.
func (e *CustomerInvited) Invitation(ctx context.Context) (*ent.CustomerInvitation, error) {
	return e.scene.rooms.invitationForMember(ctx, e.invitationID)
}

// Invitation is the invitation as it is now; nil for those who are not members.
func (e *InvitationStatusChanged) Invitation(ctx context.Context) (*ent.CustomerInvitation, error) {
	return e.scene.rooms.invitationForMember(ctx, e.invitationID)
}

// From is the room that has gone.
func (e *RoomMerged) From(ctx context.Context) (*ent.Room, error) {
	return e.scene.rooms.byID(ctx, e.fromID)
}

// Into is the room that stays, or that it has become since; as the merge has left it: its last cursor is the one to go on from.
func (e *RoomMerged) Into(ctx context.Context) (*ent.Room, error) {
	r, err := e.scene.rooms.byID(ctx, e.intoID)
	if err == nil && r.MergedIntoID != nil {
		r, err = e.scene.rooms.byID(ctx, *r.MergedIntoID)
	}
	if err != nil {
		return nil, err
	}
	if c, err := eventlog.ParseCursor(e.ContinueAfter); err == nil && c.Stream == r.StreamID {
		r.Edges.Stream.LastSeq = c.Seq
	}
	return r, nil
}

func (s *Service) invitationForMember(ctx context.Context, id string) (*ent.CustomerInvitation, error) {
	if id == "" || !auth.AudienceOf(ctx).IsMembers() {
		return nil, nil
	}
	i, err := s.ent.CustomerInvitation.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("get invitation of an event: %w", err)
	}
	return i, nil
}

// happened makes an Event of what the log gives: what it holds, or what is live only.
func (s *Service) happened(e eventlog.Event, sc *scene) (Event, error) {
	if e.Seq == 0 {
		return live(e, sc), nil
	}
	return s.event(e, sc)
}

// live makes an Event of what is live only, or nil of what this version does not know: it may come from another process.
func live(e eventlog.Event, sc *scene) Event {
	h := Happening{OccurredAt: e.At, actorID: e.ActorID, scene: sc}
	var d data
	switch err := json.Unmarshal([]byte(e.Data), &d); {
	case err != nil:
	case e.Kind == kindTyping:
		return &Typing{h, d.Typing}
	case e.Kind == kindPresence:
		return &PresenceChanged{h, d.Present}
	}
	return nil
}

// event makes an Event of what the log holds, or nil of a kind that this version does not know.
func (s *Service) event(e eventlog.Event, sc *scene) (Event, error) {
	cursor := s.log.Cursor(e.Stream, e.Seq)
	h := Happening{Cursor: &cursor, OccurredAt: e.At, actorID: e.ActorID, scene: sc}
	var d data
	if e.Data != "" {
		if err := json.Unmarshal([]byte(e.Data), &d); err != nil {
			return nil, fmt.Errorf("decode event %s: %w", e.ID, err)
		}
	}
	switch e.Kind {
	case kindText, kindDocument, kindNotice:
		return &MessagePosted{h, s.message(e, sc)}, nil
	case kindCustomerInvited:
		return &CustomerInvited{h, d.Invitation}, nil
	case kindInvitationStatusChanged:
		return &InvitationStatusChanged{h, d.Status, d.Invitation}, nil
	case kindCustomerJoined:
		return &CustomerJoined{h}, nil
	case kindRoomRenamed:
		return &RoomRenamed{h, d.Name}, nil
	case kindRoomMerged:
		return s.merged(h, e, d), nil
	case kindDocumentChanged:
		return &DocumentChanged{h, d.Document}, nil
	case kindRoomClosed:
		return &RoomClosed{h}, nil
	}
	return supportEvent(h, e.Kind, d), nil
}

// merged makes the event of a merge. In the log of the room that stays, one goes on behind the event itself.
func (s *Service) merged(h Happening, e eventlog.Event, d data) *RoomMerged {
	m := &RoomMerged{h, *h.Cursor, d.From, d.Into, d.Log != 0}
	if m.last {
		m.ContinueAfter = s.log.Cursor(d.Log, d.Place)
	}
	return m
}

// last tells whether nothing comes behind an event.
func last(e Event) bool {
	switch e := e.(type) {
	case *RoomClosed:
		return true
	case *RoomMerged:
		return e.last
	}
	return false
}
