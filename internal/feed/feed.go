// Package feed is what a subscription follows: things that are stored in an order, each at a place, and after them what
// happens from now on. Domains offer feeds and transports serve them, and neither knows the other.
//
// Feeds of one topic promise to whoever may follow them: the same at the same places.
package feed

import (
	"context"
	"iter"
)

// Feed is one subscriber's view of a topic. The one who made it has checked that the subscriber may follow it.
type Feed[T any] struct {
	// Topic names what is followed.
	Topic string
	// From is the place behind which the subscriber begins, and Head the newest place there was when it was looked up.
	From, Head int64
	// Ended says that nothing comes after Head.
	Ended bool

	// Attend is called when the subscription has begun, and what it returns, once, when it has ended, in whatever way; nil
	// where nobody needs to know. Neither waits.
	Attend func() (leave func())
	// Stored gives what is stored behind a place, up to and including another.
	Stored func(ctx context.Context, after, upTo int64) iter.Seq2[Item[T], error]
	// CaughtUp makes what a subscriber gets when all up to Head has been given; nil for nothing.
	CaughtUp func() T
	// Live gives what comes behind a place, until there is nothing more to come or ctx ends. An error ends it, too. It calls
	// begun once, before it gives anything: what happens from then on is given, what is live only, too.
	Live func(ctx context.Context, after int64, begun func()) iter.Seq2[Item[T], error]
}

// Item is one thing of a feed.
type Item[T any] struct {
	// Place is where it is stored, and zero for what is live only.
	Place int64
	Value T
	// Silent says that there is nothing to tell at this place.
	Silent bool
}

// Select is the feed of what pick makes of things. Where it makes nothing of them their places are silent. Of what says that
// all has been given it makes something without asking anyone, or nothing.
func Select[T, U any](f *Feed[T], pick func(context.Context, T) (U, bool, error)) *Feed[U] {
	selected := &Feed[U]{
		Topic: f.Topic, From: f.From, Head: f.Head, Ended: f.Ended, Attend: f.Attend,
		Stored: func(ctx context.Context, after, upTo int64) iter.Seq2[Item[U], error] {
			return each(ctx, f.Stored(ctx, after, upTo), pick)
		},
		Live: func(ctx context.Context, after int64, begun func()) iter.Seq2[Item[U], error] {
			return each(ctx, f.Live(ctx, after, begun), pick)
		},
	}
	if f.CaughtUp == nil {
		return selected
	}
	caughtUp := func() (U, bool) {
		value, ok, err := pick(context.Background(), f.CaughtUp())
		return value, ok && err == nil
	}
	if _, ok := caughtUp(); ok {
		selected.CaughtUp = func() U {
			value, _ := caughtUp()
			return value
		}
	}
	return selected
}

func each[T, U any](ctx context.Context, items iter.Seq2[Item[T], error], pick func(context.Context, T) (U, bool, error)) iter.Seq2[Item[U], error] {
	return func(yield func(Item[U], error) bool) {
		for i, err := range items {
			picked := Item[U]{Place: i.Place, Silent: true}
			if err == nil && !i.Silent {
				var ok bool
				picked.Value, ok, err = pick(ctx, i.Value)
				picked.Silent = !ok
			}
			if err != nil {
				yield(Item[U]{}, err)
				return
			}
			if !yield(picked, nil) {
				return
			}
		}
	}
}
