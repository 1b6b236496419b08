package graph

import (
	"context"
	"iter"
)

// Stream is stream.
func Stream[T any](ctx context.Context, id string, after *string, follow func(context.Context, string, *string) (iter.Seq2[T, error], error)) (<-chan T, error) {
	return stream(ctx, id, after, follow)
}
