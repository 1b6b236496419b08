package room

import (
	"context"
	"errors"
	"iter"
	"time"

	"parley/ent"
	"parley/internal/eventlog"
	"parley/internal/limits"
)

// Follow returns everything that happens in a room: what is stored after the cursor, CaughtUp, and then what happens,
// with a Heartbeat now and then. Without a cursor it begins with what happens from now on. It ends without an error
// when the room's log does.
func (s *Service) Follow(ctx context.Context, roomID string, after *string) (iter.Seq2[Event, error], error) {
	r, err := s.Get(ctx, roomID)
	if err != nil {
		return nil, err
	}
	lastSeq := r.Edges.Stream.LastSeq
	from := lastSeq
	if after != nil {
		if from, err = s.log.Seq(*after, r.StreamID, lastSeq); err != nil {
			return nil, err
		}
	}
	return func(yield func(Event, error) bool) {
		f := following{Service: s, room: r, from: from, lastSeq: lastSeq, yield: yield}
		f.run(ctx)
	}, nil
}

// following is one subscriber's way along the log.
type following struct {
	*Service
	room    *ent.Room
	from    int64 // place of the last event delivered
	lastSeq int64 // newest place when the subscription began
	yield   func(Event, error) bool
}

func (f *following) run(ctx context.Context) {
	follower := f.log.Follow(f.room.StreamID, f.from, f.lastSeq)
	defer follower.Close()
	if f.from == f.lastSeq && (!f.yield(f.caughtUp(), nil) || f.room.Edges.Stream.Sealed) {
		return
	}
	for {
		events, err := f.next(ctx, follower)
		switch {
		case ctx.Err() != nil:
			return
		case errors.Is(err, context.DeadlineExceeded):
			if !f.yield(&Heartbeat{f.live()}, nil) {
				return
			}
		case err != nil:
			f.yield(nil, err)
			return
		case !f.deliver(events):
			return
		}
	}
}

// next waits for events until it is time for a Heartbeat.
func (f *following) next(ctx context.Context, follower *eventlog.Follower) ([]eventlog.Event, error) {
	ctx, cancel := context.WithDeadline(ctx, limits.End(time.Now(), f.limits.Heartbeat))
	defer cancel()
	events, err := follower.Next(ctx)
	if err != nil && ctx.Err() != nil {
		err = ctx.Err() // also where it came in the middle of a read, which says so in its own words
	}
	return events, err
}

// deliver hands events on, and tells whether to go on.
func (f *following) deliver(events []eventlog.Event) bool {
	sc := f.scene(f.room.StreamID, events...)
	for _, stored := range events {
		e, err := f.event(stored, sc)
		if err != nil {
			f.yield(nil, err)
			return false
		}
		if e != nil && !f.yield(e, nil) {
			return false
		}
		if stored.Seq == f.lastSeq && !f.yield(f.caughtUp(), nil) {
			return false
		}
		if stored.Kind == kindRoomClosed {
			return false
		}
	}
	return true
}

func (f *following) caughtUp() *CaughtUp { return &CaughtUp{f.live()} }

func (f *following) live() Happening {
	return Happening{OccurredAt: time.Now().UTC().Truncate(time.Microsecond), scene: f.scene(f.room.StreamID)}
}

// FollowMessages is Follow with the entries of the timeline only.
func (s *Service) FollowMessages(ctx context.Context, roomID string, after *string) (iter.Seq2[*Message, error], error) {
	events, err := s.Follow(ctx, roomID, after)
	if err != nil {
		return nil, err
	}
	return func(yield func(*Message, error) bool) {
		for e, err := range events {
			posted, ok := e.(*MessagePosted)
			switch {
			case err != nil:
				yield(nil, err)
				return
			case ok && !yield(posted.Message, nil):
				return
			}
		}
	}, nil
}
