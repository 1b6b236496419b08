package transport

import (
	"runtime"
	"sync"
)

// writer writes to the members of the shards that have something new, in turns. It has a goroutine only while there are
// such shards. There are as many writers as can run at once: more would wait for each other.
type writer struct {
	h *Handler

	mu    sync.Mutex
	queue []*shard
	works bool
}

func newWriters(h *Handler) []*writer {
	writers := make([]*writer, runtime.GOMAXPROCS(0))
	for i := range writers {
		writers[i] = &writer{h: h}
	}
	return writers
}

// enqueue has a shard visited, now or, where it is being visited, again if that was too early.
func (w *writer) enqueue(s *shard) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.queued {
		return
	}
	s.queued = true
	w.queue = append(w.queue, s)
	if !w.works {
		w.works = true
		w.h.live.wg.Go(w.work)
	}
}

// serve visits a shard here and now, unless somebody does already, who will look again.
func (w *writer) serve(s *shard) {
	if !w.claim(s) {
		return
	}
	for s.visit() {
	}
	w.done(s, false)
}

func (w *writer) claim(s *shard) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if s.queued {
		return false
	}
	s.queued = true
	return true
}

func (w *writer) work() {
	for s := w.take(); s != nil; s = w.take() {
		w.done(s, s.visit())
	}
}

func (w *writer) take() *shard {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.queue) == 0 {
		w.queue, w.works = nil, false
		return nil
	}
	s := w.queue[0]
	w.queue = w.queue[1:]
	return s
}

// done puts a shard behind all others where there is more to do for it. What became new since it was visited has found
// it queued, so it is looked at once more when it is not.
func (w *writer) done(s *shard, more bool) {
	upTo, last := s.upTo, s.last // which are another's as soon as it is not queued
	w.mu.Lock()
	if more {
		w.queue = append(w.queue, s)
	} else {
		s.queued = false
	}
	w.mu.Unlock()
	if !more && s.group.ahead(upTo, last) {
		w.enqueue(s)
	}
}
