package transport

import "sync"

// outbox is what waits to be written to one socket. Putting something in never blocks. While something waits,
// and only then, a writer is at work.
type outbox struct {
	limit int
	start func() // starts a writer; it is called with the lock held and must not wait

	mu      sync.Mutex
	waiting []frame
	weight  int  // of what waits and what is being written
	writing bool // a writer is at work
	closed  bool // nothing more is put in
	last    *closing
}

// put adds a frame. A client that has left more unread than the limit is closed instead; a single frame may be
// larger than the limit when nothing else waits.
// It returns false for a frame that will not be sent.
func (o *outbox) put(f frame) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return false
	}
	if o.limit > 0 && o.weight > 0 && o.weight+f.weight() > o.limit {
		o.end(tooSlow())
		return false
	}
	o.add(f)
	return true
}

// close adds a close frame as the last one. Only the first close counts.
func (o *outbox) close(c *closing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.closed {
		o.end(c)
	}
}

func (o *outbox) end(c *closing) {
	if c.now {
		o.waiting = nil
	}
	o.closed, o.last = true, c
	o.add(c.frame())
}

func (o *outbox) add(f frame) {
	o.waiting = append(o.waiting, f)
	o.weight += f.weight()
	if !o.writing {
		o.writing = true
		o.start()
	}
}

// take returns all that waits; what was taken before has been written. When nothing waits, the writer is done.
// With the last batch it returns why the connection ends.
func (o *outbox) take() (batch []frame, last *closing) {
	o.mu.Lock()
	defer o.mu.Unlock()
	batch, o.waiting = o.waiting, nil
	o.weight = 0
	for _, f := range batch {
		o.weight += f.weight()
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
}

func (o *outbox) isClosed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.closed
}
