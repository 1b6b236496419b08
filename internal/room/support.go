package room

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/predicate"
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
	KindSessionEnded        = "SUPPORT_SESSION_ENDED"
	KindSpecialistInvited   = "SPECIALIST_INVITED"
	KindInvitationCancelled = "SPECIALIST_INVITATION_CANCELLED"
	KindSpecialistJoined    = "SPECIALIST_JOINED"
	KindSpecialistLeft      = "SPECIALIST_LEFT"
	KindAccessChanged       = "SPECIALIST_ACCESS_CHANGED"
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

func entries(news []News) []eventlog.Entry {
	all := make([]eventlog.Entry, len(news))
	for i, n := range news {
		all[i] = n.entry()
	}
	return all
}

// Change runs work in a transaction in which a room is locked: the one that find finds, which is asked again where that has
// gone into another meanwhile. What work tells is appended to the room's log.
func (s *Service) Change(ctx context.Context, find func(context.Context) (*ent.Room, error), work func(tx *ent.Tx, r *ent.Room) ([]News, error)) error {
	return settled(func() error {
		r, err := find(ctx)
		if err != nil {
			return err
		}
		return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
			if r, err = lockTx(ctx, tx, r.ID); err != nil {
				return err
			}
			news, err := work(tx, r)
			if err != nil || len(news) == 0 {
				return err
			}
			return s.appendTx(ctx, tx, r, entries(news)...)
		})
	})
}

// Sessions is what ends with a room.
type Sessions interface {
	// EndTx ends the support session of a room that is locked, if there is one, and says what is to be told of it.
	EndTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room) ([]News, error)
}

// Host has the room end sessions when it is closed or goes into another (rules S8, R19). It is to be called before the
// service is used.
func (s *Service) Host(sessions Sessions) { s.sessions = sessions }

// endSessionTx ends the support session of a room that is locked, if there is one.
func (s *Service) endSessionTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room) error {
	news, err := s.sessions.EndTx(ctx, tx, v, r)
	if err != nil || len(news) == 0 {
		return err
	}
	return s.appendTx(ctx, tx, r, entries(news)...)
}

// SupportSession is the session that is going on in a room; nil for none.
func (s *Service) SupportSession(ctx context.Context, r *ent.Room) (*ent.SupportSession, error) {
	x, err := s.ent.SupportSession.Query().
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
func checkSeat(ctx context.Context, client *ent.Client, v auth.Viewer) error {
	sits, err := client.Specialist.Query().Where(seated(v)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find the place of a specialist: %w", err)
	}
	if !sits {
		return missing()
	}
	return nil
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
	}
	return nil
}
