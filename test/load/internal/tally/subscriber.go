package tally

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// Subscriber checks what one subscriber gets. It implements client.Subscriber.
type Subscriber struct {
	track  *Track
	absent bool // nobody waits for it, and it may come late
	ready  chan struct{}
	begin  func() // closes ready, once

	arrived atomic.Int64 // number of the newest message that has arrived
	lost    atomic.Bool  // its connection

	mu      sync.Mutex
	lanes   []expectation // of each sender
	counted Faults
	cursor  []byte // of the newest message, where it is to come back
	size    int    // bytes of a message
	why     error
}

// expectation is what is to come of one sender.
type expectation struct {
	next    int64
	missing map[int64]struct{} // skipped so far
}

// Faults are what must not be.
type Faults struct {
	Lost       int64 // never came
	Doubled    int64 // came again
	Disordered int64 // came after a later one
	CutOff     int64 // connections that ended by themselves
}

// Plus adds them up.
func (f Faults) Plus(g Faults) Faults {
	return Faults{f.Lost + g.Lost, f.Doubled + g.Doubled, f.Disordered + g.Disordered, f.CutOff + g.CutOff}
}

// NewSubscriber returns a subscriber who gets the messages after the one of each sender with the number, and for whom the
// track waits.
func (t *Track) NewSubscriber(after int64) *Subscriber {
	s := &Subscriber{track: t, lanes: make([]expectation, len(t.lanes)), ready: make(chan struct{})}
	for i := range s.lanes {
		s.lanes[i].next = after + 1
	}
	s.begin = sync.OnceFunc(func() { close(s.ready) })
	s.arrived.Store(after)
	return s
}

// NewWanderer is NewSubscriber of one for whom the track does not wait: it may be away for a while and come back after
// its Cursor.
func (t *Track) NewWanderer(after int64) *Subscriber {
	s := t.NewSubscriber(after)
	s.absent = true
	return s
}

// Text implements client.Subscriber.
func (s *Subscriber) Text(message []byte, at time.Time) {
	sender, number, found := numberIn(message)
	s.mu.Lock()
	defer s.mu.Unlock()
	if !found || sender >= len(s.lanes) {
		s.other(message)
		return
	}
	s.size = len(message)
	if s.absent {
		s.cursor = append(s.cursor[:0], cursorIn(message)...)
	}
	if s.lanes[sender].count(number, &s.counted) && !s.absent {
		s.track.received(sender, number, at)
	}
	s.arrived.Store(s.lanes[0].next - 1)
}

// count tells whether the number has come for the first time.
func (e *expectation) count(number int64, faults *Faults) bool {
	if number >= e.next {
		e.skip(number)
		return true
	}
	if _, late := e.missing[number]; late {
		delete(e.missing, number)
		faults.Disordered++
		return true
	}
	faults.Doubled++
	return false
}

func (e *expectation) skip(to int64) {
	for ; e.next < to; e.next++ {
		if e.missing == nil {
			e.missing = make(map[int64]struct{})
		}
		e.missing[e.next] = struct{}{}
	}
	e.next++
}

// other is a message without a number: the first says that the subscription has begun, an end that it is over.
func (s *Subscriber) other(message []byte) {
	if bytes.Contains(message, []byte(`"type":"next"`)) && !bytes.Contains(message, []byte(`"errors":`)) {
		s.begin()
		return
	}
	s.end(fmt.Errorf("the server ends the subscription: %.300s", message))
}

// Lost implements client.Subscriber.
func (s *Subscriber) Lost(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end(err)
}

func (s *Subscriber) end(err error) {
	s.counted.CutOff++
	s.why = err
	s.lost.Store(true)
	s.begin() // nobody waits in vain
}

// Ready is closed when the subscription has begun, or never will: see Err.
func (s *Subscriber) Ready() <-chan struct{} { return s.ready }

// Reach waits until the first sender's message with the number has arrived, and returns about when it had.
func (s *Subscriber) Reach(ctx context.Context, number int64) (time.Time, error) {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for began := time.Now(); ; {
		switch {
		case s.arrived.Load() >= number:
			return time.Now(), nil
		case s.lost.Load():
			return time.Time{}, s.Err()
		case time.Since(began) > stalled:
			return time.Time{}, fmt.Errorf("%w: number %d is wanted, %d was the last", ErrStalled, number, s.arrived.Load())
		}
		select {
		case <-ctx.Done():
			return time.Time{}, ctx.Err()
		case <-tick.C:
		}
	}
}

// Err is why the connection has ended by itself, if it has.
func (s *Subscriber) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.why
}

// Arrived is the number of the newest message of the first sender that has arrived.
func (s *Subscriber) Arrived() int64 { return s.arrived.Load() }

// Ended tells whether the connection has ended by itself.
func (s *Subscriber) Ended() bool { return s.lost.Load() }

// Cursor is where to come back, of one that wanders; empty where nothing has arrived.
func (s *Subscriber) Cursor() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.cursor)
}

// Size is how many bytes the newest message had.
func (s *Subscriber) Size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.size
}

// Faults are what was wrong, now that all messages of the track should have come.
func (s *Subscriber) Faults() Faults {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := s.counted
	for i, e := range s.lanes {
		f.Lost += int64(len(e.missing)) + max(s.track.lanes[i].last.Load()-e.next+1, 0)
	}
	return f
}
