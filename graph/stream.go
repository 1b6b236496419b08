package graph

import (
	"context"
	"iter"
	"runtime/debug"

	"parley/graph/transport"
)

// stream makes the channel that the generated code wants of what a domain follows. An error on the way ends the
// subscription with it.
func stream[T any](ctx context.Context, id string, after *string, follow func(context.Context, string, *string) (iter.Seq2[T, error], error)) (<-chan T, error) {
	events, err := follow(ctx, id, after)
	if err != nil {
		return nil, err
	}
	out := make(chan T)
	go func() {
		defer close(out)
		defer func() {
			if r := recover(); r != nil {
				transport.End(ctx, &transport.Panic{Value: r, Stack: debug.Stack()})
			}
		}()
		forward(ctx, events, out)
	}()
	return out, nil
}

func forward[T any](ctx context.Context, events iter.Seq2[T, error], out chan<- T) {
	for e, err := range events {
		if err != nil {
			transport.End(ctx, err)
			return
		}
		select {
		case out <- e:
		case <-ctx.Done():
			return
		}
	}
}
