package transport

import (
	"context"
	"sync"
)

// outbox is what waits to be written to one socket. Putting something in never blocks. Whoever finds that nobody writes
// becomes the one who does, until nothing waits any more.
type outbox struct {
	limit int

	mu      sync.Mutex
	waiting []frame
	weight  int           // of what waits and what is being written
	writing bool          // somebody writes
	closed  bool          // nothing more is put in
	last    *closing      // why
	roomy   chan struct{} // closed when there is much room again; nil where nobody waits for it
}

// put adds a frame, and tells whether the caller has to write. A client that has left more unread than the limit is
// closed instead; a single frame may be larger than the limit when nothing else waits. It is not ok for a frame that
// will not be sent.
func (o *outbox) put(f frame) (write, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false, false
	}
	if o.limit > 0 && o.weight > 0 && o.weight+f.weight() > o.limit {
		return o.end(tooSlow()), false
	}
	return o.add(f), true
}

// close adds a close frame as the last one, and tells whether the caller has to write. Only the first close counts.
func (o *outbox) close(c *closing) (write bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return !o.closed && o.end(c)
}

func (o *outbox) end(c *closing) (write bool) {
	if c.now {
		o.waiting = nil
	}
	o.closed, o.last = true, c
	o.makeRoom()
	return o.add(c.frame())
}

func (o *outbox) add(f frame) (write bool) {
	o.waiting = append(o.waiting, f)
	o.weight += f.weight()
	if o.writing {
		return false
	}
	o.writing = true
	return true
}

// claim lets the caller write without putting anything in, where nobody writes and nothing waits.
func (o *outbox) claim() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.writing {
		return false
	}
	o.writing = true
	return true
}

// owe counts what the connection did not take at once.
func (o *outbox) owe(bytes int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.weight += bytes
}

// take returns all that waits; what was taken before has been written. When nothing waits, nobody writes any more.
// With the last batch it returns why the connection ends.
func (o *outbox) take() (batch []frame, last *closing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch, o.waiting = o.waiting, nil
	o.weight = 0
	for _, f := range batch {
		o.weight += f.weight()
	}
	if o.isRoomy() {
		o.makeRoom()
	}
	o.writing = len(batch) > 0
	if o.closed {
		last = o.last
	}
	return batch, last
}

// abandon forgets everything: the connection is gone.
func (o *outbox) abandon() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed, o.waiting = true, nil
	o.makeRoom()
}

func (o *outbox) isClosed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}

// room waits while more than half of the limit waits.
func (o *outbox) room(ctx context.Context) error {
	roomy := o.awaitRoom()
	if roomy == nil {
		return nil
	}
	select {
	case <-roomy:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// awaitRoom returns what to wait for; nil for nothing.
func (o *outbox) awaitRoom() <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed || o.isRoomy() {
		return nil
	}
	if o.roomy == nil {
		o.roomy = make(chan struct{})
	}
	return o.roomy
}

func (o *outbox) isRoomy() bool { return o.limit == 0 || 2*o.weight <= o.limit }

func (o *outbox) makeRoom() {
	if o.roomy != nil {
		close(o.roomy)
		o.roomy = nil
	}
}
