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
	return feed.Items(batches, func() Event { return &Heartbeat{f.now()} }, f.happened)
}

func (f following) happened(events []eventlog.Event) func(eventlog.Event) (item, bool, error) {
	sc := f.conversations.scene(f.streamID, events...)
	return func(stored eventlog.Event) (item, bool, error) {
		e, err := f.conversations.happened(stored, sc)
		return item{Place: stored.Seq, Value: e, Silent: e == nil}, stored.Kind == kindEnded, err
	}
}
