package eventlog

import (
	"context"
	"errors"
	"iter"
	"time"
)

// Stored gives the events of a stream that come after a place, up to and including another, in order, some at a time.
func (l *Log) Stored(ctx context.Context, streamID, after, upTo int64) iter.Seq2[[]Event, error] {
	return func(yield func([]Event, error) bool) {
		for after < upTo {
			events, err := l.Read(ctx, streamID, after, upTo)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(events) == 0 || !yield(events, nil) {
				return
			}
			after = events[len(events)-1].Seq
		}
	}
}

// Live gives what a follower gets who begins behind a place (Follow), until the context ends, and nothing, to be told so, when
// nothing has come for a while; a while of zero never ends. It calls begun before it gives anything.
func (l *Log) Live(ctx context.Context, streamID, after int64, while time.Duration, begun func()) iter.Seq2[[]Event, error] {
	return func(yield func([]Event, error) bool) {
		follower := l.Follow(streamID, after)
		defer follower.Close()
		begun()
		for {
			events, err := follower.within(ctx, while)
			switch {
			case ctx.Err() != nil:
				return
			case err != nil:
				yield(nil, err)
				return
			case !yield(events, nil):
				return
			}
		}
	}
}

// within is Next for a while only, after which there is nothing.
func (f *Follower) within(ctx context.Context, while time.Duration) ([]Event, error) {
	if while == 0 {
		return f.Next(ctx)
	}
	short, cancel := context.WithTimeout(ctx, while)
	defer cancel()
	events, err := f.Next(short)
	if err != nil && errors.Is(short.Err(), context.DeadlineExceeded) { // also in the middle of a read, which says so in its own words
		return nil, nil
	}
	return events, err
}
