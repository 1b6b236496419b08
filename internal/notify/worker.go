package notify

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

const (
	// shortRest keeps the worker from turning in circles over a row that is due but held by another.
	shortRest = 50 * time.Millisecond

	// grace is the time for calls to return once they are cancelled.
	grace = 2 * time.Second
)

// errStillCalling says that a Sender did not return although its context had ended. The claims of such calls end by
// themselves.
var errStillCalling = errors.New("notify: calls to a carrier did not end in time")

// Run sends what is due until the context ends, then waits for the calls under way, for a bounded time. One Run at a
// time for each Outbox; any number of outboxes, in any number of processes, for each database.
func (o *Outbox) Run(ctx context.Context) error {
	calling, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	w := &worker{Outbox: o}
	for ctx.Err() == nil {
		o.rest(ctx, w.round(ctx, calling))
	}
	return w.finish(cancel)
}

// worker is one Run.
type worker struct {
	*Outbox
	busy    atomic.Int32
	running sync.WaitGroup
}

// round starts a call for each delivery that is due, as many as may run, and returns the time to rest.
func (w *worker) round(ctx, calling context.Context) time.Duration {
	free := w.tuning.Parallel - int(w.busy.Load())
	if free == 0 {
		return w.tuning.Poll // a call that ends rings
	}
	claims, err := w.claim(ctx, free)
	if err != nil {
		w.complain(ctx, err)
		return w.tuning.Poll
	}
	for _, c := range claims {
		w.start(calling, c)
	}
	if len(claims) == free {
		return w.tuning.Poll
	}
	wait, err := w.untilDue(ctx, w.tuning.Poll)
	if err != nil {
		w.complain(ctx, err)
		return w.tuning.Poll
	}
	return max(wait, shortRest)
}

func (w *worker) start(calling context.Context, c claim) {
	w.busy.Add(1)
	w.running.Go(func() {
		defer w.ring()
		defer w.busy.Add(-1)
		w.deliver(calling, c)
	})
}

// finish waits for the calls under way; those that take too long are cancelled.
func (w *worker) finish(cancel func()) error {
	ended := make(chan struct{})
	go func() {
		w.running.Wait()
		close(ended)
	}()
	if within(ended, w.tuning.Drain) {
		return nil
	}
	cancel()
	if within(ended, grace) {
		return nil
	}
	return errStillCalling
}

func within(ended <-chan struct{}, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ended:
		return true
	case <-timer.C:
		return false
	}
}

// rest returns when the bell rings, the time is over or the context ends.
func (o *Outbox) rest(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-o.bell:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// complain logs an error of the worker's, except where it comes of the end.
func (o *Outbox) complain(ctx context.Context, err error) {
	if ctx.Err() == nil {
		o.log.ErrorContext(ctx, "outbox", "error", err)
	}
}
