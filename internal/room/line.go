package room

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	"parley/internal/limits"
)

// What is written at once, at most.
const (
	togetherMessages = 128
	togetherBytes    = 1 << 20
)

// posting is a message on its way into a room's log, and what becomes of it.
type posting struct {
	place        place
	customerID   string // "" for who is none
	specialistID string // likewise
	event        eventlog.Event
	key          idempotency.Key

	found, posted bool  // what the statement says: there is such a room for the author; the message is in its log
	err           error // why it says nothing
	done          bool  // it has been said

	woken chan struct{} // holds one call: to lead, or where done is set to go
	alone bool          // it was among those that PostgreSQL has refused together, who stand before all others
	left  bool          // its sender waits no longer
}

// place is where messages go. The organisation is the sender's, so whoever names a room of another organisation waits
// in a line of their own, and is in nobody's way.
type place struct{ organizationID, roomID string }

// line is those who write into one room, one after the other. It is there as long as one of them leads.
type line struct {
	place   place
	waiting []*posting
	called  *posting // the first of those who wait, until it takes what it writes
}

// lines are the rooms that are written into at this moment. Where several senders wait for one, the first of them
// writes for all: otherwise they would queue for the log's lock in the database, each for a commit.
type lines struct {
	write func(context.Context, []*posting) error // an error says that none of them was settled
	limit time.Duration                           // for writing what others wait for

	mu  sync.Mutex
	all map[place]*line
}

func newLines(write func(context.Context, []*posting) error, limit time.Duration) *lines {
	return &lines{write: write, limit: limit, all: map[place]*line{}}
}

// post has the message written: at once where nobody writes into the room. Where the context ends first, a message that
// is being written may be accepted all the same.
func (ls *lines) post(ctx context.Context, p *posting) error {
	p.woken = make(chan struct{}, 1)
	l := ls.join(p)
	select {
	case <-p.woken:
	case <-ctx.Done():
		ls.leave(l, p)
		return fmt.Errorf("wait for the room: %w", ctx.Err())
	}
	for !p.done {
		ls.lead(ctx, l)
		<-p.woken // who has led is done, or is the first again
	}
	return p.err
}

// lead writes for those who wait. Whatever happens, they are told, and the next one is called.
func (ls *lines) lead(ctx context.Context, l *line) {
	batch := ls.take(l)
	err := errors.New("the one who wrote for the room has not come to an end")
	defer func() { ls.finish(l, batch, err) }()
	if len(batch) > 1 { // others wait for it, so it does not end with its own sender's request
		var cancel context.CancelFunc
		ctx, cancel = limits.Within(context.WithoutCancel(ctx), ls.limit)
		defer cancel()
	}
	err = ls.write(ctx, batch)
}

func (ls *lines) join(p *posting) *line {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l, busy := ls.all[p.place]
	if !busy {
		l = &line{place: p.place}
		ls.all[p.place] = l
	}
	l.waiting = append(l.waiting, p)
	if !busy {
		ls.callNext(l)
	}
	return l
}

// leave takes the posting out of the line, where it still waits.
func (ls *lines) leave(l *line, p *posting) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	p.left = true
	i := slices.Index(l.waiting, p)
	if i < 0 {
		return
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	if l.called == p {
		ls.callNext(l)
	}
}

// take takes what is to be written now.
func (ls *lines) take(l *line) []*posting {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.called = nil
	var b batch
	l.waiting = slices.DeleteFunc(l.waiting, b.take)
	return b.postings
}

// finish tells the senders what became of their messages, and calls the next one. Of those that PostgreSQL has refused
// together, each is tried alone, in the same order: their neighbours have done nothing wrong.
func (ls *lines) finish(l *line, batch []*posting, err error) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if len(batch) > 1 && database.Refused(err) {
		again := slices.DeleteFunc(batch, func(p *posting) bool { return p.left })
		for _, p := range again {
			p.alone = true
		}
		l.waiting = append(again, l.waiting...)
	} else {
		for _, p := range batch {
			p.err, p.done = err, true
			p.woken <- struct{}{}
		}
	}
	ls.callNext(l)
}

// callNext calls the first of those who wait, and forgets the line where nobody does.
func (ls *lines) callNext(l *line) {
	if len(l.waiting) == 0 {
		delete(ls.all, l.place)
		return
	}
	l.called = l.waiting[0]
	l.called.woken <- struct{}{}
}

// batch is what is written at once, in the order in which it came.
type batch struct {
	postings []*posting
	bytes    int
	keys     map[ownKey]bool
	full     bool
}

// ownKey is an idempotency key, of which each person has their own.
type ownKey struct{ actorID, key string }

// take takes a posting, or leaves it for another time. One that repeats a key of the batch is left, since what it
// repeats has to be there before; those behind it are not.
func (b *batch) take(p *posting) bool {
	text, _ := p.key.Columns()
	key := ownKey{p.event.ActorID, text}
	size := len(p.event.Body)
	if n := len(b.postings); n > 0 {
		b.full = b.full || n == togetherMessages || b.bytes+size > togetherBytes || b.postings[0].alone
		if b.full || b.keys[key] {
			return false
		}
	}
	b.postings = append(b.postings, p)
	b.bytes += size
	if text != "" {
		if b.keys == nil {
			b.keys = map[ownKey]bool{}
		}
		b.keys[key] = true
	}
	return true
}
