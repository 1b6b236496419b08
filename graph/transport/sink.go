package transport

import "context"

// sink is where the results of one operation go. But for backlog its methods do not block. It gets exactly one of fail and
// complete, last, unless the operation was cancelled: then it may get neither.
type sink interface {
	deliver(results []result)
	// backlog delivers what is not new, and so can wait until there is much room for it. It fails when ctx ends first.
	backlog(ctx context.Context, results []result) error
	// fail takes encoded GraphQL errors, a JSON array.
	fail(errs []byte)
	complete()
}
