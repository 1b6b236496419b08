package transport

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
)

// sink is where the results of one operation go. Its methods do not block, and it gets exactly one of fail and
// complete, last, unless the operation was cancelled: then it may get neither.
type sink interface {
	// next takes one encoded execution result. It is shared: it must not be changed.
	next(result []byte)
	// fail takes encoded GraphQL errors, a JSON array.
	fail(errs []byte)
	complete()
}

// pump executes a subscription until it ends or ctx does. It knows nothing of connections: each result is encoded
// once, here, and whoever is behind the sink gets the same bytes.
func (e *engine) pump(ctx context.Context, op *graphql.OperationContext, out sink) {
	ctx, end := withEnding(ctx)
	defer func() {
		if value := recover(); value != nil {
			out.fail(encodeErrors(e.presented(ctx, []error{caught(value)})))
		}
	}()
	respond, ctx := e.executor.DispatchOperation(ctx, op)
	for {
		result := respond(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case result == nil:
			e.ended(ctx, end.reason(), out)
			return
		case result.Data == nil: // it has not even begun
			out.fail(encodeErrors(result.Errors))
			return
		}
		out.next(encode(result))
	}
}

func (e *engine) ended(ctx context.Context, reason error, out sink) {
	if reason == nil {
		out.complete()
		return
	}
	out.fail(encodeErrors(e.presented(ctx, []error{reason})))
}
