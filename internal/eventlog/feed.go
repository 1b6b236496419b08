package eventlog

import (
	"context"
	"iter"
	"time"

	"parley/ent"
	"parley/internal/feed"
)

// Telling is how the events of a stream are told to those who follow it.
type Telling[T any] struct {
	// Topic is the feed's.
	Topic string
	// Events gives who tells of some events that come together.
	Events func([]Event) Teller[T]
	// CaughtUp is told when all that was stored has been.
	CaughtUp func() T
	// Heartbeat is told when nothing has come for as long as Silence; never where that is zero.
	Heartbeat func() T
	Silence   time.Duration
}

// A Teller makes an item of an event, and says whether it is the last one that there will ever be.
type Teller[T any] func(Event) (i feed.Item[T], last bool, err error)

// Feed is what comes in a stream after a cursor, or from now on without one, as it is told. Which cursors may be given, Place says.
func Feed[T any](ctx context.Context, l *Log, s *ent.Stream, after *string, t Telling[T]) (*feed.Feed[T], error) {
	from := s.LastSeq
	if after != nil {
		var err error
		if from, err = l.Place(ctx, *after, s.ID, s.LastSeq); err != nil {
			return nil, err
		}
	}
	return &feed.Feed[T]{
		Topic: t.Topic, From: from, Head: s.LastSeq, Ended: s.Sealed, CaughtUp: t.CaughtUp,
		Stored: func(ctx context.Context, after, upTo int64) iter.Seq2[feed.Item[T], error] {
			return t.items(l.Stored(ctx, s.ID, after, upTo))
		},
		Live: func(ctx context.Context, after int64, begun func()) iter.Seq2[feed.Item[T], error] {
			return t.items(l.Live(ctx, s.ID, after, t.Silence, begun))
		},
	}, nil
}

// items are made of what comes in batches, of which an empty one is a silence.
func (t Telling[T]) items(batches iter.Seq2[[]Event, error]) iter.Seq2[feed.Item[T], error] {
	return func(yield func(feed.Item[T], error) bool) {
		for events, err := range batches {
			switch {
			case err != nil:
				yield(feed.Item[T]{}, err)
				return
			case len(events) == 0:
				if !yield(feed.Item[T]{Value: t.Heartbeat()}, nil) {
					return
				}
			case !t.give(events, yield):
				return
			}
		}
	}
}

// give hands on what is made of events, and tells whether to go on.
func (t Telling[T]) give(events []Event, yield func(feed.Item[T], error) bool) bool {
	tell := t.Events(events)
	for _, e := range events {
		i, last, err := tell(e)
		if err != nil {
			yield(feed.Item[T]{}, err)
			return false
		}
		if !yield(i, nil) || last {
			return false
		}
	}
	return true
}
