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

// Select is the feed of what pick makes of things. Where it makes nothing of them their places are silent.
func Select[T, U any](f *Feed[T], pick func(T) (U, bool)) *Feed[U] {
	item := func(i Item[T]) Item[U] {
		if i.Silent {
			return Item[U]{Place: i.Place, Silent: true}
		}
		value, ok := pick(i.Value)
		return Item[U]{Place: i.Place, Value: value, Silent: !ok}
	}
	selected := &Feed[U]{
		Topic: f.Topic, From: f.From, Head: f.Head, Ended: f.Ended, Attend: f.Attend,
		Stored: func(ctx context.Context, after, upTo int64) iter.Seq2[Item[U], error] {
			return each(f.Stored(ctx, after, upTo), item)
		},
		Live: func(ctx context.Context, after int64, begun func()) iter.Seq2[Item[U], error] {
			return each(f.Live(ctx, after, begun), item)
		},
	}
	if f.CaughtUp == nil {
		return selected
	}
	if _, ok := pick(f.CaughtUp()); ok {
		selected.CaughtUp = func() U {
			value, _ := pick(f.CaughtUp())
			return value
		}
	}
	return selected
}

func each[T, U any](items iter.Seq2[Item[T], error], f func(Item[T]) Item[U]) iter.Seq2[Item[U], error] {
	return func(yield func(Item[U], error) bool) {
		for i, err := range items {
			if err != nil {
				yield(Item[U]{}, err)
				return
			}
			if !yield(f(i), nil) {
				return
			}
		}
	}
}
