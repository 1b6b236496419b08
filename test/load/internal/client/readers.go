// Package client is the clients of a load: many subscribers and some senders, made to cost so little that what they cost
// does not hide what the server costs.
//
// Subscribers are read by a few goroutines, each with one buffer. A frame is looked at where it lies, and decoded by
// nobody. Of WebSocket they know as much as a server sends: whole frames, pings and the close.
package client

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"parley/test/load/internal/kernel"
)

// Readers read all connections of a process.
type Readers struct {
	readers []*reader
	next    atomic.Uint64
	ended   atomic.Bool
	wg      sync.WaitGroup
}

// reader is one of the goroutines and its connections.
type reader struct {
	poller *kernel.Poller

	mu     sync.Mutex
	conns  map[int32]*Conn
	number int32
}

const (
	// bufferBytes is as much as one read takes: a burst for one subscriber, or several hundred events that it has missed.
	bufferBytes = 256 << 10

	// glance is how long a reader may take to see that it is to end.
	glance = 100 * time.Millisecond
)

// NewReaders starts so many goroutines. Close ends them.
func NewReaders(count int) (*Readers, error) {
	r := &Readers{}
	for range count {
		p, err := kernel.NewPoller()
		if err != nil {
			return nil, errors.Join(err, r.Close())
		}
		one := &reader{poller: p, conns: make(map[int32]*Conn)}
		r.readers = append(r.readers, one)
		r.wg.Go(func() { one.run(&r.ended) })
	}
	return r, nil
}

// Close ends the goroutines. The connections are closed by who opened them.
func (r *Readers) Close() error {
	r.ended.Store(true)
	r.wg.Wait()
	var errs []error
	for _, one := range r.readers {
		errs = append(errs, one.poller.Close())
	}
	return errors.Join(errs...)
}

// add has one of the goroutines read the connection.
func (r *Readers) add(c *Conn) error {
	one := r.readers[r.next.Add(1)%uint64(len(r.readers))]
	one.mu.Lock()
	one.number++
	key := one.number
	one.conns[key] = c
	one.mu.Unlock()
	c.forget = func() { one.forget(key) }
	return one.poller.Add(c.socket, key)
}

func (r *reader) forget(key int32) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.conns, key)
}

func (r *reader) run(ended *atomic.Bool) {
	buffer := make([]byte, bufferBytes)
	var keys []int32
	var conns []*Conn
	for !ended.Load() {
		var err error
		if keys, err = r.poller.Wait(keys[:0], glance); err != nil {
			return
		}
		conns = r.find(conns[:0], keys)
		for _, c := range conns {
			c.read(buffer)
		}
	}
}

// find leaves out what has been closed meanwhile.
func (r *reader) find(conns []*Conn, keys []int32) []*Conn {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		if c := r.conns[key]; c != nil {
			conns = append(conns, c)
		}
	}
	return conns
}
