package transport

import (
	"context"
	"iter"
	"testing"

	"parley/internal/feed"
)

// An operation that is cancelled while its backlog is read makes no more results. It must not join a group then, which
// would deliver what comes behind those that are missing, to a client that is about to come back after the last of them.
func TestACancelledBacklogIsNotComplete(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	stored := func(context.Context, int64, int64) iter.Seq2[feed.Item[any], error] {
		return func(yield func(feed.Item[any], error) bool) {
			cancel()
			for place := int64(1); place <= 3 && yield(feed.Item[any]{Place: place, Value: "x"}, nil); place++ {
			}
		}
	}
	out := &ledger{}
	s := &subscriber{x: &execution{ctx: ctx, follows: &following{feed: &feed.Feed[any]{Stored: stored}}}, out: out}
	if s.read(ctx, 3) || s.at != 0 || len(out.places) != 0 {
		t.Errorf("it goes on behind %d, with %v delivered", s.at, out.places)
	}
}
