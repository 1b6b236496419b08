package faults

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// received is an event with a cursor, as a subscriber got it.
type received struct {
	cursor, id string
	at         time.Time
}

// reader follows a room and comes back for ever, to one process after the other.
type reader struct {
	r     *run
	name  string
	room  int
	by    carriage
	stall chan struct{} // while it is open and not nil, the reader does not read; guarded by mu
	count atomic.Int64  // of events
	begun atomic.Int64  // subscriptions
	place atomic.Int64  // the process that serves it, none while there is none

	mu   sync.Mutex
	got  []received
	sub  subscription
	told error // why it was sent away for good
}

// none is the place of a reader that nobody serves.
const none = -1

func newReader(r *run, name string, room int, by carriage) *reader {
	x := &reader{r: r, name: name, room: room, by: by}
	x.place.Store(none)
	return x
}

// read follows until the context ends.
func (x *reader) read(ctx context.Context, at int) {
	last := x.r.rooms[x.room].start
	for ; ctx.Err() == nil; at++ {
		err := x.follow(ctx, at%len(x.r.w.processes), &last)
		x.place.Store(none)
		var end *ending
		if errors.As(err, &end) && end.final() && ctx.Err() == nil {
			x.mu.Lock()
			x.told = fmt.Errorf("by process %d: %w", at%len(x.r.w.processes), end)
			x.mu.Unlock()
			return
		}
		x.r.w.rest(ctx)
	}
}

// follow is one subscription.
func (x *reader) follow(ctx context.Context, at int, last *string) error {
	sub, err := x.by(ctx, x.r.w, x.r.w.processes[at], x.r.w.token, vars{"room": x.r.rooms[x.room].id, "after": *last})
	if err != nil {
		return err
	}
	defer sub.cut()
	x.begun.Add(1)
	x.hold(sub)
	defer x.hold(nil)
	for {
		x.wait(ctx)
		payload, err := sub.next()
		if err != nil {
			return err
		}
		e, err := decode(payload)
		if err != nil {
			return err
		}
		x.place.Store(int64(at))
		if e.Cursor != "" {
			*last = e.Cursor
			x.keep(e)
		}
	}
}

func (x *reader) keep(e event) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.got = append(x.got, received{e.Cursor, e.Message.ID, time.Now()})
	x.count.Add(1)
}

// wait returns when the reader is not stalled.
func (x *reader) wait(ctx context.Context) {
	x.mu.Lock()
	stall := x.stall
	x.mu.Unlock()
	if stall == nil {
		return
	}
	select {
	case <-stall:
	case <-ctx.Done():
	}
}

// stalled keeps the reader from reading until the channel is closed.
func (x *reader) stalled(until chan struct{}) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.stall = until
}

func (x *reader) hold(s subscription) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.sub = s
}

// cut ends the connection of the reader, which comes back.
func (x *reader) cut() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.sub != nil {
		x.sub.cut()
	}
}

// reading is what came of it.
func (x *reader) reading() reading {
	x.mu.Lock()
	defer x.mu.Unlock()
	return reading{name: x.name, room: x.room, got: x.got, told: x.told}
}
