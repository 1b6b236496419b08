package transport

import "context"

// sink is where the results of one operation go. But for room its methods do not block. It gets exactly one of fail and
// complete, last, unless the operation was cancelled: then it may get neither.
type sink interface {
	deliver(results []result)
	// room waits until much more can be delivered before what waits would be too much.
	room(ctx context.Context) error
	// fail takes encoded GraphQL errors, a JSON array.
	fail(errs []byte)
	complete()
}
