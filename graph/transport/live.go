package transport

import (
	"context"
	"sync"
)

// live knows everything that must end before the handler has ended: sockets, streams and their goroutines.
type live struct {
	closing chan struct{}
	wg      sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	sockets map[*socket]struct{}
}

func newLive() *live {
	return &live{closing: make(chan struct{}), sockets: make(map[*socket]struct{})}
}

// enter counts one more stream, unless the handler shuts down. Who enters calls leave.
func (l *live) enter() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.wg.Add(1)
	return true
}

func (l *live) leave() { l.wg.Done() }

// add makes a socket that has entered known, so that it is told of the shutdown, even if it is late for it.
func (l *live) add(s *socket) {
	l.mu.Lock()
	l.sockets[s] = struct{}{}
	late := l.closed
	l.mu.Unlock()
	if late {
		s.drain()
	}
}

func (l *live) remove(s *socket) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.sockets, s)
}

func (l *live) all() []*socket {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*socket, 0, len(l.sockets))
	for s := range l.sockets {
		all = append(all, s)
	}
	return all
}

func (l *live) close() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.closed {
		l.closed = true
		close(l.closing)
	}
}

func (l *live) shutdown(ctx context.Context) error {
	l.close()
	for _, s := range l.all() {
		s.drain()
	}
	done := make(chan struct{})
	go func() {
		l.wg.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
	}
	for _, s := range l.all() {
		s.abort()
	}
	return ctx.Err()
}
