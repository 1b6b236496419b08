package room

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
)

// Get returns a room that the viewer may see.
func (s *Service) Get(ctx context.Context, id string) (*ent.Room, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	return s.find(ctx, v, room.ID(id))
}

// find returns the one room that the viewer may see. What is not theirs is not looked at any further than what does
// not exist, so the time it takes says nothing.
func (s *Service) find(ctx context.Context, v auth.Viewer, which predicate.Room) (*ent.Room, error) {
	q := s.ent.Room.Query().Where(which, room.OrganizationID(v.OrganizationID()))
	if v.Member == nil {
		q.Where(room.ID(v.RoomID))
	}
	r, err := q.WithStream().Only(ctx)
	if ent.IsNotFound(err) || err == nil && !maySee(v, r) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("get room: %w", err)
	}
	return r, nil
}

// maySee tells whether the viewer may see the room: members see those of their organisation, a customer the one they
// were invited to, until it is closed.
func maySee(v auth.Viewer, r *ent.Room) bool {
	if v.Member != nil {
		return v.OrganizationID() == r.OrganizationID
	}
	return v.InRoom(r.ID) && r.CustomerID != nil && *r.CustomerID == v.ID() && r.Status == room.StatusActive
}

// check is maySee for a room that another field led to.
func check(ctx context.Context, r *ent.Room) (auth.Viewer, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return auth.Viewer{}, err
	}
	if !maySee(v, r) {
		return auth.Viewer{}, missing()
	}
	return v, nil
}

// ofMember is a room of the viewer's organisation.
func ofMember(v auth.Viewer, id string) predicate.Room {
	return room.And(room.ID(id), room.OrganizationID(v.OrganizationID()))
}

// lockTx returns a room, locked until the transaction ends.
func lockTx(ctx context.Context, tx *ent.Tx, which ...predicate.Room) (*ent.Room, error) {
	r, err := tx.Room.Query().Where(which...).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, missing()
	}
	if err != nil {
		return nil, fmt.Errorf("lock room: %w", err)
	}
	return r, nil
}

func missing() error { return apierr.MissingThing("room") }

func closed() error {
	return apierr.New(apierr.RoomIsClosed, "The room is closed: nothing can be added to it.").On("roomId")
}
