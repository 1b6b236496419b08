package eventlog

import (
	"context"
	"sync"
)

// Follower reads a stream from a place on, for one goroutine.
type Follower struct {
	hub   *hub
	tail  *tail
	after int64
	told  int64 // number of the last signal
	once  sync.Once
}

// Follow returns a follower that begins behind the place, where there is an event, or the stream's beginning. Close must
// be called.
func (l *Log) Follow(streamID, after int64) *Follower {
	t := l.hub.join(streamID, after)
	return &Follower{hub: l.hub, tail: t, after: after, told: t.toldSoFar()}
}

// Next waits for what is next and returns it: the next events, in order, each once, and behind them what was told since
// it was called last, or since Follow, with a Seq of 0; at least one of all. It fails when the context ends, the log
// cannot be read, or the database has been set back to an earlier state (CURSOR_EXPIRED).
func (f *Follower) Next(ctx context.Context) ([]Event, error) {
	for f.tail.life.Err() == nil {
		n := f.tail.since(f.after, f.told)
		if n.behind {
			var err error
			if n.events, err = f.hub.read(ctx, f.tail.stream, f.after); err != nil {
				return nil, err
			}
		}
		f.told = n.told
		if len(n.events) > 0 {
			f.after = n.events[len(n.events)-1].Seq
		}
		if all := append(n.events, n.signals...); len(all) > 0 {
			return all, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-f.tail.life.Done():
		case <-n.grown:
		}
	}
	return nil, context.Cause(f.tail.life)
}

// Close ends the following.
func (f *Follower) Close() {
	f.once.Do(func() { f.hub.leave(f.tail) })
}
