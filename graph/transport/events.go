package transport

import (
	"context"
	"strings"
	"sync"
)

// events is the sink of a stream: what waits to be written, bounded in bytes. Over the bound the stream ends.
type events struct {
	ready chan struct{} // holds one sign that something waits
	limit int

	mu      sync.Mutex
	waiting strings.Builder
	last    bool
	taken   chan struct{} // closed when nothing waits any more; nil where nobody waits for it
}

func newEvents(limit int) *events {
	return &events{ready: make(chan struct{}, 1), limit: limit}
}

func (e *events) deliver(results []result) {
	for _, r := range results {
		e.put(asEvent(r.body), false)
	}
}

func (e *events) fail(errs []byte) {
	e.put(asEvent([]byte(`{"errors":`+string(errs)+`}`))+streamComplete, true)
}

func (e *events) complete() { e.put(streamComplete, true) }

func (e *events) put(event string, last bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.last {
		return
	}
	e.last = last
	if n := e.waiting.Len(); e.limit > 0 && n > 0 && n+len(event) > e.limit {
		e.waiting.Reset()
		e.last = true
	} else {
		e.waiting.WriteString(event)
	}
	select {
	case e.ready <- struct{}{}:
	default:
	}
}

// take returns what waits, and whether nothing will follow.
func (e *events) take() (batch string, last bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	batch = e.waiting.String()
	e.waiting.Reset()
	if e.taken != nil {
		close(e.taken)
		e.taken = nil
	}
	return batch, e.last
}

func (e *events) backlog(ctx context.Context, results []result) error {
	if err := e.room(ctx); err != nil {
		return err
	}
	e.deliver(results)
	return nil
}

// room waits until what waits has been taken, where that is more than half of the limit.
func (e *events) room(ctx context.Context) error {
	e.mu.Lock()
	full := e.limit > 0 && 2*e.waiting.Len() > e.limit && !e.last
	if full && e.taken == nil {
		e.taken = make(chan struct{})
	}
	taken := e.taken
	e.mu.Unlock()
	if !full {
		return nil
	}
	select {
	case <-taken:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
