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
	once  sync.Once
}

// Follow returns a follower that begins behind the place, where there is an event, or the stream's beginning. Close must
// be called.
func (l *Log) Follow(streamID, after int64) *Follower {
	return &Follower{hub: l.hub, tail: l.hub.join(streamID, after), after: after}
}

// Next waits for the next events and returns them: at least one, in order, each once. It fails when the context ends,
// the log cannot be read, or the database has been set back to an earlier state (CURSOR_EXPIRED).
func (f *Follower) Next(ctx context.Context) ([]Event, error) {
	for f.tail.life.Err() == nil {
		events, grown, behind := f.tail.since(f.after)
		if behind {
			var err error
			if events, err = f.hub.read(ctx, f.tail.stream, f.after); err != nil {
				return nil, err
			}
		}
		if len(events) > 0 {
			f.after = events[len(events)-1].Seq
			return events, nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-f.tail.life.Done():
		case <-grown:
		}
	}
	return nil, context.Cause(f.tail.life)
}

// Close ends the following.
func (f *Follower) Close() {
	f.once.Do(func() { f.hub.leave(f.tail) })
}
