package conversation

import (
	"context"
	"iter"
	"strconv"
	"time"

	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/feed"
)

// Follow returns everything that happens in a conversation: what is stored after the cursor, CaughtUp, and then what happens, with
// a Heartbeat now and then; for members. Without a cursor it begins with what happens from now on. It ends when the conversation
// does.
func (s *Service) Follow(ctx context.Context, id string, after *string) (*feed.Feed[Event], error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	c, err := find(ctx, s.ent, v, id)
	if err != nil {
		return nil, err
	}
	head := c.Edges.Stream.LastSeq
	from := head
	if after != nil {
		if from, err = s.log.Seq(*after, c.StreamID, head); err != nil {
			return nil, err
		}
	}
	f := following{s, c.StreamID}
	return &feed.Feed[Event]{
		Topic: "sms " + strconv.FormatInt(c.StreamID, 16), From: from, Head: head, Ended: c.Edges.Stream.Sealed,
		Stored: f.stored, CaughtUp: f.caughtUp, Live: f.live,
	}, nil
}

// following is a way along the log of a conversation. What it gives depends on nothing of who goes it but their audience.
type following struct {
	conversations *Service
	streamID      int64
}

type (
	item  = feed.Item[Event]
	items = iter.Seq2[item, error]
)

func (f following) stored(ctx context.Context, after, upTo int64) items {
	return f.tell(f.conversations.log.Stored(ctx, f.streamID, after, upTo))
}

func (f following) live(ctx context.Context, after int64, begun func()) items {
	return f.tell(f.conversations.log.Live(ctx, f.streamID, after, f.conversations.limits.Heartbeat, begun))
}

func (f following) caughtUp() Event { return &CaughtUp{f.now()} }

// now is what does not come from the log.
func (f following) now() Happening {
	return Happening{OccurredAt: time.Now().UTC().Truncate(time.Microsecond), scene: f.conversations.scene(f.streamID)}
}

// tell makes items of what the log gives, which is nothing when it is time for a Heartbeat.
func (f following) tell(batches iter.Seq2[[]eventlog.Event, error]) items {
	return func(yield func(item, error) bool) {
		for events, err := range batches {
			switch {
			case err != nil:
				yield(item{}, err)
				return
			case len(events) == 0:
				if !yield(item{Value: &Heartbeat{f.now()}}, nil) {
					return
				}
			case !f.give(events, yield):
				return
			}
		}
	}
}

// give hands events on, and tells whether to go on.
func (f following) give(events []eventlog.Event, yield func(item, error) bool) bool {
	sc := f.conversations.scene(f.streamID, events...)
	for _, stored := range events {
		e, err := f.conversations.happened(stored, sc)
		if err != nil {
			yield(item{}, err)
			return false
		}
		if !yield(item{Place: stored.Seq, Value: e, Silent: e == nil}, nil) || stored.Kind == kindEnded {
			return false
		}
	}
	return true
}
