package room

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/ent/specialist"
	"parley/ent/supportsession"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
)

// A room knows that support sessions are going on in it and who has come in by them. What a session is, and who may come in,
// is decided above it (package session), which tells the room by the means in this file.

// Kinds of events that support sessions tell.
const (
	KindSessionStarted      = "SUPPORT_SESSION_STARTED"
	KindSessionChanged      = "SUPPORT_SESSION_CHANGED"
	KindSessionEnded        = "SUPPORT_SESSION_ENDED"
	KindSpecialistInvited   = "SPECIALIST_INVITED"
	KindInvitationCancelled = "SPECIALIST_INVITATION_CANCELLED"
	KindSpecialistJoined    = "SPECIALIST_JOINED"
	KindSpecialistLeft      = "SPECIALIST_LEFT"
	KindAccessChanged       = "SPECIALIST_ACCESS_CHANGED"
	KindShareStarted        = "SCREEN_SHARE_STARTED"
	KindShareStopped        = "SCREEN_SHARE_STOPPED"
)

// News is something that a support session tells in its room, of the thing with the id.
type News struct {
	By     auth.Viewer // nobody where Parley did it
	Kind   string
	ID     string
	Access specialist.Access // what a specialist got

	notice string
}

// Notice is an entry of the timeline that Parley writes.
func Notice(text string) News { return News{Kind: kindNotice, notice: text} }

func (n News) entry() eventlog.Entry {
	if n.Kind == kindNotice {
		e := by(auth.Viewer{}, kindNotice, nil)
		e.Body = n.notice
		return e
	}
	return by(n.By, n.Kind, data{About: n.ID, Access: n.Access})
}

// Entry is what a viewer has done, for a log other than a room's. The data is a struct that always marshals, or nil.
func Entry(v auth.Viewer, kind string, data any) eventlog.Entry { return by(v, kind, data) }

func entries(news []News) []eventlog.Entry {
	all := make([]eventlog.Entry, len(news))
	for i, n := range news {
		all[i] = n.entry()
	}
	return all
}

// Change runs work for a viewer in a transaction in which a room is locked: the one that find finds, which is asked again where
// that has gone into another meanwhile. A specialist who is removed meanwhile is not let in. What work tells is appended to the
// room's log.
func (s *Service) Change(ctx context.Context, v auth.Viewer, find func(context.Context) (*ent.Room, error), work func(tx *ent.Tx, r *ent.Room) ([]News, error)) error {
	return s.inRoom(ctx, v, find, func(tx *ent.Tx, r *ent.Room) error {
		news, err := work(tx, r)
		if err != nil || len(news) == 0 {
			return err
		}
		return s.appendTx(ctx, tx, r, entries(news)...)
	})
}

// Sessions is what ends with a room.
type Sessions interface {
	// EndTx ends the support session of a room that is locked, if there is one, and says what is to be told of it.
	EndTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room) ([]News, error)
	// StopTx stops the screens that the customer of a room that is locked shares in it, and says what is to be told of it.
	StopTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room) ([]News, error)
}

// Host has the room end sessions when it is closed or goes into another (rules S8, R19). It is to be called before the
// service is used.
func (s *Service) Host(sessions Sessions) { s.sessions = sessions }

// tellTx tells in a room that is locked what has ended there.
func (s *Service) tellTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, end func(context.Context, *ent.Tx, auth.Viewer, *ent.Room) ([]News, error)) error {
	news, err := end(ctx, tx, v, r)
	if err != nil || len(news) == 0 {
		return err
	}
	return s.appendTx(ctx, tx, r, entries(news)...)
}

// SupportSession is the session that is going on in a room; nil for none.
func (s *Service) SupportSession(ctx context.Context, r *ent.Room) (*ent.SupportSession, error) {
	return ActiveSession(ctx, s.ent, r)
}

// ActiveSession is SupportSession by a client, such as that of a transaction.
func ActiveSession(ctx context.Context, client *ent.Client, r *ent.Room) (*ent.SupportSession, error) {
	x, err := client.SupportSession.Query().
		Where(supportsession.RoomID(r.ID), supportsession.StatusEQ(supportsession.StatusActive)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get support session of room: %w", err)
	}
	return x, nil
}

// seated keeps the specialist where they are in a session of the room.
func seated(v auth.Viewer) predicate.Specialist {
	return specialist.And(specialist.ID(v.ID()), specialist.RoomID(v.RoomID), specialist.LeftAtIsNil())
}

// checkSeat tells whether a specialist is still in their session: it is asked each time, since being removed takes effect at
// once (rule S9).
func checkSeat(ctx context.Context, specialists *ent.SpecialistQuery, v auth.Viewer) error {
	sits, err := specialists.Where(seated(v)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find the place of a specialist: %w", err)
	}
	if !sits {
		return missing()
	}
	return nil
}

// KeepSeatTx keeps a specialist, if the viewer is one, in their session until the transaction ends: who removes them waits for it.
// It is NOT_FOUND where they have left.
func KeepSeatTx(ctx context.Context, tx *ent.Tx, v auth.Viewer) error {
	if v.Specialist == nil {
		return nil
	}
	return checkSeat(ctx, tx.Specialist.Query().ForShare(), v)
}

// Attends tells whether somebody may be in a room in which a session is going on: a member of its organisation, its customer, also
// one who has become one with them, or a specialist who has a seat.
func (s *Service) Attends(ctx context.Context, r *ent.Room, id string) (attends bool, err error) {
	switch sideOfPerson(id) {
	case sideCustomer:
		attends, err = s.ent.Room.Query().Where(room.Or(room.ID(r.ID), room.MergedIntoID(r.ID)), room.CustomerID(id)).Exist(ctx)
	case sideSpecialist:
		attends, err = s.ent.Specialist.Query().Where(specialist.ID(id), specialist.RoomID(r.ID), specialist.LeftAtIsNil()).Exist(ctx)
	default:
		attends, err = s.ent.Member.Query().Where(member.ID(id), member.OrganizationID(r.OrganizationID), member.DeactivatedAtIsNil()).Exist(ctx)
	}
	if err != nil {
		return false, fmt.Errorf("find out who is in a room: %w", err)
	}
	return attends, nil
}

// specialists are those who are in a session of the room, in the order in which they came.
func (s *Service) specialists(ctx context.Context, r *ent.Room) ([]*ent.Specialist, error) {
	all, err := s.ent.Specialist.Query().Where(specialist.RoomID(r.ID), specialist.LeftAtIsNil()).
		Order(specialist.ByID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find specialists in a room: %w", err)
	}
	return all, nil
}

// The events of support sessions.
type (
	// SupportSessionStarted says that a session was started.
	SupportSessionStarted struct{ aboutSession }
	// SupportSessionChanged says that something else may be done in a session.
	SupportSessionChanged struct{ aboutSession }
	// SupportSessionEnded says that a session has ended.
	SupportSessionEnded struct{ aboutSession }
	// SpecialistInvited says that a code was made.
	SpecialistInvited struct{ aboutInvitation }
	// SpecialistInvitationCancelled says that a code was cancelled.
	SpecialistInvitationCancelled struct{ aboutInvitation }
	// SpecialistJoined says that a specialist has joined.
	SpecialistJoined struct{ aboutSpecialist }
	// SpecialistLeft says that a specialist is no longer there.
	SpecialistLeft struct{ aboutSpecialist }
	// SpecialistAccessChanged says that a specialist may do something else.
	SpecialistAccessChanged struct {
		aboutSpecialist
		Access specialist.Access
	}
	// ScreenShareStarted says that somebody shares a screen.
	ScreenShareStarted struct{ aboutShare }
	// ScreenShareStopped says that a screen is no longer shared.
	ScreenShareStopped struct{ aboutShare }
)

// What the events are about, as it is now.
type (
	aboutSession struct {
		Happening
		id string
	}
	aboutInvitation struct {
		Happening
		id string
	}
	aboutSpecialist struct {
		Happening
		id string
	}
	aboutShare struct {
		Happening
		id string
	}
)

func (e aboutSession) SupportSession(ctx context.Context) (*ent.SupportSession, error) {
	return about(ctx, e.scene.rooms.ent.SupportSession.Get, e.id)
}

func (e aboutInvitation) Invitation(ctx context.Context) (*ent.SpecialistInvitation, error) {
	if !auth.AudienceOf(ctx).IsMembers() {
		return nil, nil
	}
	return about(ctx, e.scene.rooms.ent.SpecialistInvitation.Get, e.id)
}

func (e aboutSpecialist) Specialist(ctx context.Context) (*ent.Specialist, error) {
	return about(ctx, e.scene.rooms.ent.Specialist.Get, e.id)
}

func (e aboutShare) ScreenShare(ctx context.Context) (*ent.ScreenShare, error) {
	return about(ctx, e.scene.rooms.ent.ScreenShare.Get, e.id)
}

// ScreenShare is the share, at the beginning of its log: what was signalled before the event has arrived is still to come.
func (e ScreenShareStarted) ScreenShare(ctx context.Context) (*ent.ScreenShare, error) {
	c, err := e.aboutShare.ScreenShare(ctx)
	if err != nil {
		return nil, err
	}
	c.Edges.Stream = &ent.Stream{ID: c.StreamID}
	return c, nil
}

// about gets what an event is about.
func about[T any](ctx context.Context, get func(context.Context, string) (*T, error), id string) (thing *T, err error) {
	err = database.Again(ctx, func() error {
		thing, err = get(ctx, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get what an event is about: %w", err)
	}
	return thing, nil
}

// supportEvent makes an Event of what a session has told, or nil of another kind.
func supportEvent(h Happening, kind string, d data) Event {
	switch kind {
	case KindSessionStarted:
		return &SupportSessionStarted{aboutSession{h, d.About}}
	case KindSessionChanged:
		return &SupportSessionChanged{aboutSession{h, d.About}}
	case KindSessionEnded:
		return &SupportSessionEnded{aboutSession{h, d.About}}
	case KindSpecialistInvited:
		return &SpecialistInvited{aboutInvitation{h, d.About}}
	case KindInvitationCancelled:
		return &SpecialistInvitationCancelled{aboutInvitation{h, d.About}}
	case KindSpecialistJoined:
		return &SpecialistJoined{aboutSpecialist{h, d.About}}
	case KindSpecialistLeft:
		return &SpecialistLeft{aboutSpecialist{h, d.About}}
	case KindAccessChanged:
		return &SpecialistAccessChanged{aboutSpecialist{h, d.About}, d.Access}
	case KindShareStarted:
		return &ScreenShareStarted{aboutShare{h, d.About}}
	case KindShareStopped:
		return &ScreenShareStopped{aboutShare{h, d.About}}
	}
	return nil
}
