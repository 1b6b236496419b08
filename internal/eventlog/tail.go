package eventlog

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"parley/internal/supervise"
)

// What a tail keeps of the newest events, so that followers need not read the log: so many, and so much text at most.
const (
	remembered      = 256
	rememberedBytes = 1 << 20
)

// tail knows the end of one stream. It moves forward event after event: by the next one that this process's writer
// hands over, else by reading the log.
type tail struct {
	stream    int64
	read      reader
	followers int // guarded by the hub

	bell chan struct{} // holds one ring; more say nothing more
	life context.Context
	end  context.CancelCauseFunc

	mu     sync.Mutex
	head   int64         // place of the newest event known
	recent []Event       // the newest events, without gaps, up to head
	bytes  int           // of text in them
	grown  chan struct{} // closed, and replaced, when head moves or something is told

	signals []Event // the newest of what is live only
	told    int64   // number of the newest
}

func newTail(stream, head int64, read reader) *tail {
	t := &tail{stream: stream, read: read, head: head, bell: make(chan struct{}, 1), grown: make(chan struct{})}
	t.life, t.end = context.WithCancelCause(context.Background())
	return t
}

func (t *tail) start(log *slog.Logger) {
	go supervise.Run(t.life, log, "tail of a stream", t.follow)
}

// follow reads the log whenever the bell rings.
func (t *tail) follow(ctx context.Context) error {
	for {
		if err := t.catchUp(ctx); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-t.bell:
		}
	}
}

// catchUp reads the log to its end.
func (t *tail) catchUp(ctx context.Context) error {
	for {
		events, err := t.read(ctx, t.stream, t.at())
		if err != nil {
			return err
		}
		t.extend(events)
		if len(events) < batch {
			return nil
		}
	}
}

func (t *tail) at() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.head
}

// hand takes events from the writer where they are the next ones; where others are missing the log has to be read.
func (t *tail) hand(events []Event) {
	t.extend(events)
	t.ringUpTo(events[len(events)-1].Seq)
}

// extend appends what continues the tail.
func (t *tail) extend(events []Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	moved := false
	for _, e := range events {
		if e.Seq != t.head+1 {
			continue
		}
		t.head, moved = e.Seq, true
		t.recent = append(t.recent, e)
		t.bytes += e.size()
	}
	if moved {
		t.forget()
		t.wake()
	}
}

// wake has the followers look. The caller holds the lock.
func (t *tail) wake() {
	close(t.grown)
	t.grown = make(chan struct{})
}

// forget drops old events. Followers may still hold the old array, so a new one is made, and seldom: when there is
// twice as much as is to be kept.
func (t *tail) forget() {
	if len(t.recent) < 2*remembered && t.bytes < 2*rememberedBytes {
		return
	}
	keep, bytes := 0, 0
	for keep < remembered && bytes < rememberedBytes {
		keep++
		bytes += t.recent[len(t.recent)-keep].size()
	}
	t.recent, t.bytes = slices.Clone(t.recent[len(t.recent)-keep:]), bytes
}

func (t *tail) ring() {
	select {
	case t.bell <- struct{}{}:
	default:
	}
}

func (t *tail) ringUpTo(seq int64) {
	if t.at() < seq {
		t.ring()
	}
}

// news are what a follower has to take.
type news struct {
	events  []Event
	behind  bool    // the tail does not remember the events: the log has to be read
	signals []Event // live only
	told    int64   // number of the last of them
	grown   <-chan struct{}
}

// since returns the events after a place, where the tail remembers them, the signals behind a number, and a channel that
// is closed when there is more.
func (t *tail) since(after, told int64) (n news) {
	t.mu.Lock()
	defer t.mu.Unlock()
	n.grown = t.grown
	n.signals, n.told = t.toldSince(told)
	missing := t.head - after
	switch {
	case missing <= 0:
	case missing > int64(len(t.recent)):
		n.behind = true
	default:
		last := len(t.recent)
		n.events = t.recent[last-int(missing) : last : last]
	}
	return n
}
