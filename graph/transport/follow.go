package transport

import (
	"context"
	"errors"

	"parley/internal/feed"
)

// Follow makes the channel that the generated code wants of a subscription's resolver, of the feed that open returns.
// It is what every such resolver calls: a refusal of open refuses the subscription.
func Follow[T any](ctx context.Context, open func() (*feed.Feed[T], error)) (<-chan T, error) {
	f, ok := ctx.Value(followingKey{}).(*following)
	if !ok {
		return nil, errors.New("follow: this is not a subscription")
	}
	if f.feed == nil {
		opened, err := open()
		if err != nil {
			return nil, err
		}
		f.feed = feed.Select(opened, func(_ context.Context, v T) (any, bool, error) { return v, true, nil })
	}
	values := make(chan T, 1) // the one who puts a value in takes it out
	f.put = func(v any) { values <- v.(T) }
	return values, nil
}

type followingKey struct{}

// following is what Follow and the execution of a subscription tell each other. One that has a feed already is of a
// group: each of its members was let in by the resolver before, and nobody has to be now.
type following struct {
	feed *feed.Feed[any]
	put  func(value any)
}
