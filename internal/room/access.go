package room

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
)

// Get returns a room that the viewer may see. The id of a room that has gone into another leads to that (rule R13).
func (s *Service) Get(ctx context.Context, id string) (*ent.Room, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	return s.find(ctx, v, room.ID(id))
}

// find returns the one room that the viewer may see, or the room that it has become.
func (s *Service) find(ctx context.Context, v auth.Viewer, which predicate.Room) (*ent.Room, error) {
	_, standing, err := s.lookUp(ctx, v, which)
	if err != nil {
		return nil, err
	}
	if !openTo(v, standing) {
		return nil, missing()
	}
	return standing, nil
}

// lookUp returns the one room that is the viewer's, and the room that it has become, which is mostly the same, whether or
// not the viewer may still see it. What is not theirs is not looked at any further than what does not exist, so the time it
// takes says nothing.
func (s *Service) lookUp(ctx context.Context, v auth.Viewer, which predicate.Room) (asked, standing *ent.Room, err error) {
	q := s.ent.Room.Query().Where(which, room.OrganizationID(v.OrganizationID()))
	if v.Member == nil {
		q.Where(same(v.RoomID))
	}
	q.WithStream().WithMergedInto(func(q *ent.RoomQuery) { q.WithStream() })
	err = settled(func() error {
		if asked, err = q.Clone().Only(ctx); err != nil {
			return err
		}
		if standing = asked; asked.MergedIntoID != nil {
			standing = asked.Edges.MergedInto
		}
		if standing.MergedIntoID != nil { // between the two statements
			return errMoved
		}
		return nil
	})
	if ent.IsNotFound(err) {
		return nil, nil, missing()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("get room: %w", err)
	}
	return asked, standing, s.checkGuest(ctx, v, standing)
}

// checkGuest tells whether who has come in by a link or a code is still there.
func (s *Service) checkGuest(ctx context.Context, v auth.Viewer, r *ent.Room) error {
	switch {
	case v.Customer != nil:
		return s.checkCustomer(ctx, v, r)
	case v.Specialist != nil:
		return checkSeat(ctx, s.ent.Specialist.Query(), v)
	}
	return nil
}

// checkCustomer tells whether a customer whose link leads to the room is its customer, or has become one with them.
func (s *Service) checkCustomer(ctx context.Context, v auth.Viewer, r *ent.Room) error {
	if r.CustomerID != nil && *r.CustomerID == v.ID() {
		return nil
	}
	one, err := s.ent.Room.Query().Where(same(r.ID), room.CustomerID(v.ID())).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find who a customer has become: %w", err)
	}
	if !one {
		return missing()
	}
	return nil
}

// openTo tells whether the viewer may see a room that is theirs: members always, all others until it is closed.
func openTo(v auth.Viewer, r *ent.Room) bool {
	return v.Member != nil || r.Status == room.StatusActive || r.Status == room.StatusTimedOut ||
		v.Specialist != nil && r.Status == room.StatusDraft
}

// same keeps the room with the id, and those that are one with it: a customer may be where a link has led to before the
// rooms became one.
func same(id string) predicate.Room {
	return func(s *sql.Selector) {
		r := sql.Table(room.Table).As("mine")
		s.Where(sql.P(func(b *sql.Builder) {
			standing := func(c func(string) string) string {
				return "coalesce(" + c(room.FieldMergedIntoID) + ", " + c(room.FieldID) + ")"
			}
			b.WriteString(standing(s.C) + " = ").Wrap(func(b *sql.Builder) {
				b.Join(sql.Select(standing(r.C)).From(r).Where(sql.EQ(r.C(room.FieldID), id)))
			})
		}))
	}
}

// enter returns the room that another field led to, or the room that it has become, where the viewer may see it.
func (s *Service) enter(ctx context.Context, r *ent.Room) (*ent.Room, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	mine := v.Member != nil && v.OrganizationID() == r.OrganizationID ||
		v.InRoom(r.ID) && r.CustomerID != nil && *r.CustomerID == v.ID()
	if mine && r.MergedIntoID == nil && openTo(v, r) {
		return r, nil
	}
	return s.find(ctx, v, room.ID(r.ID))
}

// steady reads something of a room that another field has led to. A merge empties the log of the room that goes, and leads its
// cursors elsewhere: what was empty, or refused, is read once more where the room has gone meanwhile.
func (s *Service) steady(ctx context.Context, r *ent.Room, read func(r *ent.Room) (empty bool, err error)) error {
	r, err := s.enter(ctx, r)
	if err != nil {
		return err
	}
	return settled(func() error {
		empty, err := read(r)
		if !empty && !apierr.Is(err, apierr.BadUserInput) {
			return err
		}
		if gone, goneErr := s.log.Gone(ctx, r.StreamID); goneErr != nil || !gone {
			return errors.Join(err, goneErr)
		}
		if r, err = s.Get(ctx, r.ID); err != nil {
			return err
		}
		return errMoved
	})
}

// errMoved says that a room has gone into another since it was looked up.
var errMoved = errors.New("the room has become one with another meanwhile")

// tries is how often something is tried where rooms become one with others at the same time.
const tries = 20

// settled does something that fails with errMoved where rooms move under its hands, until they do not.
func settled(do func() error) error {
	for range tries {
		if err := do(); !errors.Is(err, errMoved) {
			return err
		}
	}
	return apierr.New(apierr.Throttled, "Too many want this at the same moment. Try again.").After(time.Second)
}

// locked runs work in a transaction in which the viewer's room is locked: the one with the id, or the one it has become. A
// specialist who is removed meanwhile is not let in.
func (s *Service) locked(ctx context.Context, v auth.Viewer, id string, work func(tx *ent.Tx, r *ent.Room) error) error {
	find := func(ctx context.Context) (*ent.Room, error) { return s.find(ctx, v, room.ID(id)) }
	return s.inRoom(ctx, v, find, work)
}

// inRoom is locked for the room that find finds, which is asked again where that has gone into another meanwhile.
func (s *Service) inRoom(ctx context.Context, v auth.Viewer, find func(context.Context) (*ent.Room, error), work func(tx *ent.Tx, r *ent.Room) error) error {
	return settled(func() error {
		r, err := find(ctx)
		if err != nil {
			return err
		}
		return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
			if r, err = lockTx(ctx, tx, r.ID); err != nil {
				return err
			}
			if v.Specialist != nil {
				if err := checkSeat(ctx, tx.Specialist.Query(), v); err != nil {
					return err
				}
			}
			return work(tx, r)
		})
	})
}

// lockTx returns a room that was there, locked until the transaction ends, with its customer. It is errMoved where it has
// gone into another.
func lockTx(ctx context.Context, tx *ent.Tx, id string) (*ent.Room, error) {
	rooms, err := lockAllTx(ctx, tx, id)
	if err != nil {
		return nil, err
	}
	return rooms[0], nil
}

// lockPairTx is lockTx for two rooms that are to become one. Of those who want two rooms of an organisation one goes after the
// other: a row that has been waited for stays locked even where its room has gone meanwhile, so the order of ids alone would
// not keep them from waiting for each other in a circle.
func lockPairTx(ctx context.Context, tx *ent.Tx, from, into *ent.Room) (lockedFrom, lockedInto *ent.Room, err error) {
	const q = `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`
	if _, err := tx.ExecContext(ctx, q, "rooms become one in "+from.OrganizationID); err != nil {
		return nil, nil, fmt.Errorf("wait for other merges: %w", err)
	}
	rooms, err := lockAllTx(ctx, tx, from.ID, into.ID)
	if err != nil {
		return nil, nil, err
	}
	return rooms[0], rooms[1], nil
}

// lockAllTx locks rooms in the order of their ids, and returns them as they are named.
func lockAllTx(ctx context.Context, tx *ent.Tx, ids ...string) ([]*ent.Room, error) {
	rows, err := tx.Room.Query().Where(room.IDIn(ids...), room.StatusNEQ(room.StatusMerged)).
		Order(room.ByID()).ForUpdate().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock rooms: %w", err)
	}
	byID := map[string]*ent.Room{}
	for _, r := range rows {
		byID[r.ID] = r
	}
	locked := make([]*ent.Room, len(ids))
	for i, id := range ids {
		if locked[i] = byID[id]; locked[i] == nil {
			return nil, errMoved
		}
		if locked[i].Edges.Customer, err = customerTx(ctx, locked[i]); err != nil {
			return nil, err
		}
	}
	return locked, nil
}

// customerTx is the customer of a room that is locked; nil for none.
func customerTx(ctx context.Context, r *ent.Room) (*ent.Customer, error) {
	if r.CustomerID == nil {
		return nil, nil
	}
	c, err := r.QueryCustomer().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get customer of room: %w", err)
	}
	return c, nil
}

func missing() error { return apierr.MissingThing("room") }

// Open says why nothing can be added to a room; nil where it can.
func Open(r *ent.Room) error {
	if r.Status == room.StatusClosed {
		return closed()
	}
	return nil
}

func closed() *apierr.Error {
	return apierr.New(apierr.RoomIsClosed, "The room is closed: nothing can be added to it.").On("roomId")
}
