package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/ent/screenshare"
	"parley/ent/specialist"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/organization"
	rooms "parley/internal/room"
)

// SetSpecialistAccessInput is the input of setSpecialistAccess.
type SetSpecialistAccessInput struct {
	SpecialistID string
	Access       specialist.Access
}

// SetSpecialistAccessPayload is the answer of setSpecialistAccess.
type SetSpecialistAccessPayload struct {
	apierr.Payload
	Specialist *ent.Specialist
}

// SetAccess changes what a specialist may do (rule S9); for members.
func (s *Service) SetAccess(ctx context.Context, in SetSpecialistAccessInput) (*SetSpecialistAccessPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	g, err := s.change(ctx, v, in.SpecialistID, func(tx *ent.Tx, g *ent.Specialist) ([]rooms.News, error) {
		x, err := activeTx(ctx, tx, g.SessionID, "specialistId")
		if err != nil {
			return nil, err
		}
		if err := mayHave(x.Edges.Portal, in.Access); err != nil {
			return nil, err
		}
		if g.LeftAt != nil {
			return nil, apierr.New(apierr.SessionNotActive, "%s is no longer in the support session.", g.Name).On("specialistId")
		}
		if g.Access == in.Access {
			return nil, nil
		}
		if err := tx.Specialist.UpdateOne(g).SetAccess(in.Access).Exec(ctx); err != nil {
			return nil, fmt.Errorf("keep what a specialist may do: %w", err)
		}
		return []rooms.News{{By: v, Kind: rooms.KindAccessChanged, ID: g.ID, Access: in.Access}}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("set access of specialist: %w", err)
	}
	return &SetSpecialistAccessPayload{Specialist: g}, nil
}

// RemoveSpecialistInput is the input of removeSpecialist.
type RemoveSpecialistInput struct{ SpecialistID string }

// RemoveSpecialistPayload is the answer of removeSpecialist.
type RemoveSpecialistPayload struct {
	apierr.Payload
	Specialist *ent.Specialist
}

// Remove ends a specialist's access (rule S9); for members. Removing one who has left changes nothing.
func (s *Service) Remove(ctx context.Context, in RemoveSpecialistInput) (*RemoveSpecialistPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	g, err := s.change(ctx, v, in.SpecialistID, func(tx *ent.Tx, g *ent.Specialist) ([]rooms.News, error) {
		return s.leaveTx(ctx, tx, v, time.Now(), specialist.ID(g.ID))
	})
	if err != nil {
		return nil, fmt.Errorf("remove specialist: %w", err)
	}
	return &RemoveSpecialistPayload{Specialist: g}, nil
}

// LeaveSupportSessionInput is the input of leaveSupportSession.
type LeaveSupportSessionInput struct{ SupportSessionID *string }

// LeaveSupportSessionPayload is the answer of leaveSupportSession.
type LeaveSupportSessionPayload struct {
	apierr.Payload
	Specialist *ent.Specialist
}

// Leave ends the viewer's own access; for specialists. The seat is free then (rule S5).
func (s *Service) Leave(ctx context.Context, in LeaveSupportSessionInput) (*LeaveSupportSessionPayload, error) {
	v, err := auth.Anyone(ctx)
	switch {
	case err != nil:
		return nil, err
	case v.Specialist == nil:
		return nil, apierr.New(apierr.Forbidden, "This is for specialists in a support session.")
	case in.SupportSessionID != nil && *in.SupportSessionID != v.Specialist.SessionID:
		return nil, missing()
	}
	find := func(ctx context.Context) (*ent.Room, error) { return s.rooms.Get(ctx, v.RoomID) }
	err = s.rooms.Change(ctx, v, find, func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		return s.leaveTx(ctx, tx, v, time.Now(), specialist.ID(v.ID()))
	})
	if err != nil {
		return nil, fmt.Errorf("leave support session: %w", err)
	}
	g, err := s.ent.Specialist.Get(ctx, v.ID())
	if err != nil {
		return nil, fmt.Errorf("get specialist: %w", err)
	}
	return &LeaveSupportSessionPayload{Specialist: g}, nil
}

// change does something to a specialist, whose room is locked, and returns them as they are then.
func (s *Service) change(ctx context.Context, v auth.Viewer, id string, work func(tx *ent.Tx, g *ent.Specialist) ([]rooms.News, error)) (*ent.Specialist, error) {
	g, err := s.specialist(ctx, id)
	if err != nil {
		return nil, err
	}
	err = s.rooms.Change(ctx, v, s.roomOf(g.SessionID), func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		g, err := tx.Specialist.Get(ctx, id)
		if err != nil {
			return nil, fmt.Errorf("get specialist: %w", err)
		}
		return work(tx, g)
	})
	if err != nil {
		return nil, err
	}
	return s.specialist(ctx, id)
}

// leaveTx has specialists leave who are in a session, and ends what they have open. Their rows are locked in the order of
// their ids, before the log: a message that one of them has under way is in it before, or is refused (post.sql).
func (s *Service) leaveTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, at time.Time, who predicate.Specialist) ([]rooms.News, error) {
	ids, err := tx.Specialist.Query().Where(who, specialist.LeftAtIsNil()).Order(specialist.ByID()).ForUpdate().IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock specialists: %w", err)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	if err := tx.Specialist.Update().Where(specialist.IDIn(ids...)).SetLeftAt(at).Exec(ctx); err != nil {
		return nil, fmt.Errorf("mark specialists as gone: %w", err)
	}
	if err := s.tokens.RevokeTx(ctx, tx, accesstoken.SpecialistIDIn(ids...)); err != nil {
		return nil, err
	}
	news, err := s.stopTx(ctx, tx, v, at, screenshare.SharerIDIn(ids...))
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		news = append(news, rooms.News{By: v, Kind: rooms.KindSpecialistLeft, ID: id})
	}
	return news, nil
}

// specialist returns the specialist with the id, where the viewer may see the room of their session.
func (s *Service) specialist(ctx context.Context, id string) (*ent.Specialist, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	g, err := s.ent.Specialist.Query().Where(specialist.ID(id), specialist.OrganizationID(v.OrganizationID())).Only(ctx)
	if err == nil {
		_, err = s.rooms.Get(ctx, g.RoomID)
	}
	if ent.IsNotFound(err) || apierr.Is(err, apierr.NotFound) {
		return nil, apierr.MissingThing("specialist")
	}
	if err != nil {
		return nil, fmt.Errorf("get specialist: %w", err)
	}
	return g, nil
}

// Viewer is the person who asks, nil for nobody. A specialist is read anew: what they may do changes while their token is known
// (rule S9).
func (s *Service) Viewer(ctx context.Context) (ent.Viewer, error) {
	v := auth.From(ctx)
	if v.Specialist == nil {
		return v.Person(), nil
	}
	g, err := s.ent.Specialist.Get(ctx, v.ID())
	if err != nil {
		return nil, fmt.Errorf("get the specialist who asks: %w", err)
	}
	return g, nil
}

// SpecialistSeats are the places for specialists in a session.
type SpecialistSeats struct {
	Taken int
	Limit *int // nil for no limit
}

// Seats are the places for specialists in a session.
func (s *Service) Seats(ctx context.Context, x *ent.SupportSession) (*SpecialistSeats, error) {
	taken, err := s.ent.Specialist.Query().Where(specialist.SessionID(x.ID), specialist.LeftAtIsNil()).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("count seats of support session: %w", err)
	}
	seats := &SpecialistSeats{Taken: taken}
	if limit := s.limits.SpecialistSeats; limit > 0 {
		seats.Limit = &limit
	}
	return seats, nil
}

// away keeps specialists whose tokens have all ended: nobody can come back to their seats.
func away() predicate.Specialist {
	return specialist.Not(specialist.HasTokensWith(accesstoken.RevokedAtIsNil(), accesstoken.ExpiresAtGT(time.Now())))
}

// FreeSeats has those leave who cannot come back. It is to be called now and then.
func (s *Service) FreeSeats(ctx context.Context) error {
	gone, err := s.ent.Specialist.Query().Where(specialist.LeftAtIsNil(), away()).Limit(1000).All(ctx)
	if err != nil {
		return fmt.Errorf("find specialists whose tokens have ended: %w", err)
	}
	var failed error
	for _, g := range gone {
		find := func(ctx context.Context) (*ent.Room, error) {
			return g.QueryRoom().Where(room.MergedIntoIDIsNil()).Only(ctx)
		}
		err := s.rooms.Change(ctx, auth.Viewer{}, find, func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
			return s.leaveTx(ctx, tx, auth.Viewer{}, time.Now(), specialist.ID(g.ID))
		})
		if !ent.IsNotFound(err) { // else the room has gone into another meanwhile, and its session with it
			failed = errors.Join(failed, err)
		}
	}
	return failed
}

// SignOut ends the viewer's access token, or all of them. A specialist leaves by it: nobody could come back to the seat.
func (s *Service) SignOut(ctx context.Context, in organization.SignOutInput) (*organization.SignOutPayload, error) {
	if auth.From(ctx).Specialist == nil {
		return s.organizations.SignOut(ctx, in)
	}
	if _, err := s.Leave(ctx, LeaveSupportSessionInput{}); err != nil {
		return nil, err
	}
	return &organization.SignOutPayload{}, nil
}
