package room

import (
	"context"
	"strconv"
	"time"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/feed"
)

// Follow returns everything that happens in a room: what is stored after the cursor, CaughtUp, and then what happens,
// with a Heartbeat now and then. Without a cursor it begins with what happens from now on. It ends when the room's log
// does. While it is followed the viewer counts as being there.
//
// Of a room that has gone into another, the rest is given to who was following it, up to where it went; everyone else
// follows the room that it has become.
func (s *Service) Follow(ctx context.Context, roomID string, after *string) (*feed.Feed[Event], error) {
	return s.follow(ctx, roomID, after, true)
}

// FollowMessages is Follow with the entries of the timeline only. Nothing in them tells where a room has gone, so it is
// the room that it has become that is followed.
func (s *Service) FollowMessages(ctx context.Context, roomID string, after *string) (*feed.Feed[*Message], error) {
	events, err := s.follow(ctx, roomID, after, false)
	if err != nil {
		return nil, err
	}
	return feed.Select(events, func(_ context.Context, e Event) (*Message, bool, error) {
		posted, ok := e.(*MessagePosted)
		if !ok {
			return nil, false, nil
		}
		return posted.Message, true, nil
	}), nil
}

// FollowSpecialists gives the specialists as they join the sessions of a room from now on.
func (s *Service) FollowSpecialists(ctx context.Context, roomID string) (*feed.Feed[*ent.Specialist], error) {
	events, err := s.follow(ctx, roomID, nil, false)
	if err != nil {
		return nil, err
	}
	return feed.Select(events, func(ctx context.Context, e Event) (*ent.Specialist, bool, error) {
		joined, ok := e.(*SpecialistJoined)
		if !ok {
			return nil, false, nil
		}
		g, err := joined.Specialist(ctx)
		return g, true, err
	}), nil
}

// follow is Follow. Whether it gives the rest of a room that has gone is for who can be told of its end.
func (s *Service) follow(ctx context.Context, roomID string, after *string, rest bool) (f *feed.Feed[Event], err error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	err = settled(func() error {
		asked, r, err := s.lookUp(ctx, v, room.ID(roomID))
		if err != nil {
			return err
		}
		if !openTo(v, r) {
			return missing()
		}
		if rest && after != nil && eventlog.Within(*after, asked.StreamID, asked.Edges.Stream.LastSeq) {
			r = asked
		}
		if f, err = s.feed(ctx, v, r, after); apierr.Is(err, apierr.BadUserInput) {
			if gone, goneErr := s.log.Gone(ctx, r.StreamID); goneErr == nil && gone {
				return errMoved // and the cursor leads there
			}
		}
		return err
	})
	return f, err
}

// feed is what happens in a room that the viewer may see.
func (s *Service) feed(ctx context.Context, v auth.Viewer, r *ent.Room, after *string) (*feed.Feed[Event], error) {
	f := following{s, r.StreamID}
	events, err := eventlog.Feed(ctx, s.log, r.Edges.Stream, after, eventlog.Telling[Event]{
		Topic:  "room " + strconv.FormatInt(r.StreamID, 16),
		Events: f.events, CaughtUp: f.caughtUp, Heartbeat: f.heartbeat, Silence: s.limits.Heartbeat,
	})
	if err != nil {
		return nil, err
	}
	events.Attend = s.attend(v.ID(), r.StreamID)
	return events, nil
}

// following is how those are told of a room who follow it. It depends on nothing of them but their audience.
type following struct {
	rooms    *Service
	streamID int64
}

func (f following) events(events []eventlog.Event) eventlog.Teller[Event] {
	sc := f.rooms.scene(f.streamID, events...)
	return func(stored eventlog.Event) (feed.Item[Event], bool, error) {
		e, err := f.rooms.happened(stored, sc)
		return feed.Item[Event]{Place: stored.Seq, Value: e, Silent: e == nil}, last(e), err
	}
}

func (f following) caughtUp() Event { return &CaughtUp{f.now()} }

func (f following) heartbeat() Event { return &Heartbeat{f.now()} }

// now is what does not come from the log.
func (f following) now() Happening {
	return Happening{OccurredAt: time.Now().UTC().Truncate(time.Microsecond), scene: f.rooms.scene(f.streamID)}
}
