package transport

import (
	"strings"
	"sync"
)

// events is the sink of a stream: what waits to be written, bounded in bytes. Over the bound the stream ends.
type events struct {
	ready chan struct{}
	limit int

	mu      sync.Mutex
	waiting strings.Builder
	last    bool
}

func newEvents(limit int) *events {
	return &events{ready: make(chan struct{}, 1), limit: limit}
}

func (e *events) next(result []byte) { e.put(asEvent(result), false) }

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
	return batch, e.last
}
