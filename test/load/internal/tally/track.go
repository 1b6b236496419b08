// Package tally keeps the books of a load: what was sent into a room and when, and what each subscriber got of it.
//
// Messages carry in their text who sends and their number, 1, 2, 3 … of each sender, who sends the next when the last is
// answered; so a subscriber that gets another number than the sender's next has lost, got twice, or got out of order. In
// what order those come who send at the same time is not said. A track also holds senders back, so that no more than a
// window of messages is under way.
package tally

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

// Track is the messages of one room.
type Track struct {
	subscribers int32 // that must get a message before it is no longer under way
	window      chan struct{}
	deliveries  atomic.Int64
	latency     atomic.Pointer[Histogram]
	lanes       []lane // of each sender
}

// lane is the messages of one sender.
type lane struct {
	last     atomic.Int64 // number of the newest
	messages []moment     // a ring
}

// moment is what is known of a message under way.
type moment struct {
	sent atomic.Int64 // in nanoseconds of the process's clock
	got  atomic.Int32 // how many have it
}

// ring is how many messages may be under way at most.
const ring = 1 << 12

// stalled is how long a message may take to reach everyone before it is given up.
const stalled = 15 * time.Second

// ErrStalled says that a message did not reach everyone.
var ErrStalled = errors.New("a message has not reached all subscribers in time")

// NewTrack returns the track of a room with so many subscribers and one sender.
func NewTrack(subscribers int) *Track { return NewSharedTrack(subscribers, 1) }

// NewSharedTrack returns the track of a room with so many subscribers and senders.
func NewSharedTrack(subscribers, senders int) *Track {
	t := &Track{subscribers: int32(subscribers), lanes: make([]lane, senders)}
	for i := range t.lanes {
		t.lanes[i].messages = make([]moment, ring)
	}
	t.SetWindow(ring)
	t.Measure()
	return t
}

// SetWindow allows so many messages under way. Nothing must be under way.
func (t *Track) SetWindow(size int) {
	t.window = make(chan struct{}, min(size, ring))
	for range cap(t.window) {
		t.window <- struct{}{}
	}
}

// NewTrackOf returns the track of a room into which so many messages were sent before.
func NewTrackOf(sent int64) *Track {
	t := NewTrack(0)
	t.lanes[0].last.Store(sent)
	return t
}

// Measure begins a new histogram of the time from sending to receiving, and returns it.
func (t *Track) Measure() *Histogram {
	h := &Histogram{}
	t.MeasureInto(h)
	return h
}

// MeasureInto is Measure with a histogram that others have, too.
func (t *Track) MeasureInto(h *Histogram) { t.latency.Store(h) }

// Next waits until one more message may be under way, and returns the number of the sender's. It is sent now.
func (t *Track) Next(ctx context.Context, sender int) (int64, error) {
	if err := t.take(ctx); err != nil {
		return 0, err
	}
	number := t.lanes[sender].last.Add(1)
	m := t.of(sender, number)
	m.got.Store(0)
	m.sent.Store(time.Now().UnixNano())
	if t.subscribers == 0 {
		t.window <- struct{}{}
	}
	return number, nil
}

func (t *Track) take(ctx context.Context) error {
	select {
	case <-t.window:
		return nil
	default:
	}
	late := time.NewTimer(stalled)
	defer late.Stop()
	select {
	case <-t.window:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return fmt.Errorf("%w (of %d)", ErrStalled, t.Last())
	}
}

// Drain waits until no message is under way.
func (t *Track) Drain(ctx context.Context) error {
	for range cap(t.window) {
		if err := t.take(ctx); err != nil {
			return err
		}
	}
	t.SetWindow(cap(t.window))
	return nil
}

// Last is how many messages were sent, which is the number of the newest where there is one sender.
func (t *Track) Last() int64 {
	var sum int64
	for i := range t.lanes {
		sum += t.lanes[i].last.Load()
	}
	return sum
}

// Deliveries is how many messages subscribers have got, each counted for each.
func (t *Track) Deliveries() int64 { return t.deliveries.Load() }

func (t *Track) of(sender int, number int64) *moment { return &t.lanes[sender].messages[number%ring] }

// received notes that a subscriber has got the message for the first time.
func (t *Track) received(sender int, number int64, at time.Time) {
	m := t.of(sender, number)
	t.latency.Load().Add(time.Duration(at.UnixNano() - m.sent.Load()))
	t.deliveries.Add(1)
	if m.got.Add(1) == t.subscribers {
		t.window <- struct{}{}
	}
}
