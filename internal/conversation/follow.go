package conversation

import (
	"context"
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
	f := following{s, c.StreamID}
	return eventlog.Feed(ctx, s.log, c.Edges.Stream, after, eventlog.Telling[Event]{
		Topic:  "sms " + strconv.FormatInt(c.StreamID, 16),
		Events: f.events, CaughtUp: f.caughtUp, Heartbeat: f.heartbeat, Silence: s.limits.Heartbeat,
	})
}

// following is how those are told of a conversation who follow it. It depends on nothing of them but their audience.
type following struct {
	conversations *Service
	streamID      int64
}

func (f following) events(events []eventlog.Event) eventlog.Teller[Event] {
	sc := f.conversations.scene(f.streamID, events...)
	return func(stored eventlog.Event) (feed.Item[Event], bool, error) {
		e, err := f.conversations.happened(stored, sc)
		return feed.Item[Event]{Place: stored.Seq, Value: e, Silent: e == nil}, stored.Kind == kindEnded, err
	}
}

func (f following) caughtUp() Event { return &CaughtUp{f.now()} }

func (f following) heartbeat() Event { return &Heartbeat{f.now()} }

// now is what does not come from the log.
func (f following) now() Happening {
	return Happening{OccurredAt: time.Now().UTC().Truncate(time.Microsecond), scene: f.conversations.scene(f.streamID)}
}
