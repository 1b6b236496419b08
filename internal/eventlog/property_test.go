package eventlog_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"parley/internal/eventlog"
)

// step is one thing that happens to a stream; which and far say to which event or follower, or how many.
type step struct{ what, which, far int }

const (
	commit    = iota // some events, of which nobody is told
	commitBig        // more than is remembered, or read at once
	hand             // some of the events that were committed are handed over, again or not
	ring
	join // from any place, with a newest place that may be out of date
	leave
	readSome // a follower that was not reading reads once
	readFails
	tell
	settle
	steps
)

// Whatever happens to a stream, in whatever order: each follower gets each event once and in order, and all of them
// once the check has looked; and of what is told, some, in order, none twice and none from before it followed.
func TestAnyInterleaving(t *testing.T) {
	t.Parallel()
	number := rapid.OneOf(rapid.IntRange(0, 3), rapid.IntRange(0, 1000))
	draw := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{rapid.IntRange(0, steps-1).Draw(t, "what"), number.Draw(t, "which"), number.Draw(t, "far")}
	}), 1, 40)
	rapid.Check(t, func(rt *rapid.T) {
		happened := draw.Draw(rt, "steps")
		var err error
		synctest.Test(t, func(*testing.T) { err = play(happened) })
		if err != nil {
			rt.Fatal(err)
		}
	})
}

// stage is a stream without a database, and those who follow it.
type stage struct {
	log       *eventlog.Log
	followers []*spectator
	eager     sync.WaitGroup

	mu     sync.Mutex
	events []eventlog.Event
	fails  bool

	told int // signals
}

// spectator follows; the eager ones always read, the others when they are told to.
type spectator struct {
	*eventlog.Follower
	eager bool
	at    int64
	heard int // number of the last signal
	err   error
}

func play(happened []step) error {
	s := &stage{}
	s.log = eventlog.NewOn(s.read)
	for _, h := range happened {
		s.do(h)
	}
	return s.end()
}

func (s *stage) do(h step) {
	switch h.what {
	case commit:
		s.commit(1 + h.which%3)
	case commitBig:
		s.commit(200 + h.which%800)
	case hand:
		if n := s.last(); n > 0 {
			first := max(1, n-int64(h.far))
			s.log.Posted(s.events[first-1 : min(n, first+int64(h.which%4))]...)
		}
	case ring:
		s.log.Ring(1)
	case join:
		s.join(int64(h.which), int64(h.far))
	case leave:
		if n := len(s.followers); n > 0 {
			i := h.which % n
			if f := s.followers[i]; !f.eager && f.err == nil {
				f.Close()
				s.followers = append(s.followers[:i], s.followers[i+1:]...)
			}
		}
	case readSome:
		if n := len(s.followers); n > 0 && !s.followers[h.which%n].eager {
			s.followers[h.which%n].next(time.Microsecond)
		}
	case readFails:
		s.mu.Lock()
		s.fails = true
		s.mu.Unlock()
	case tell:
		for range 1 + h.which%200 {
			s.told++
			s.log.TellHere(1, eventlog.Signal{Data: strconv.Itoa(s.told)})
		}
	case settle:
		synctest.Wait()
	}
}

// join makes one who follows from so far behind the newest place, of which the caller has read an old one perhaps.
func (s *stage) join(behind, old int64) {
	newest := s.last()
	after := max(0, newest-behind)
	f := &spectator{Follower: s.log.Follow(1, after), eager: old%2 == 0, at: after, heard: s.told}
	s.followers = append(s.followers, f)
	if f.eager {
		s.eager.Go(func() {
			for f.next(24 * time.Hour) {
			}
		})
	}
}

// next reads once, and tells whether there was something to read.
func (f *spectator) next(patience time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	events, err := f.Next(ctx)
	if err != nil {
		if !errors.Is(err, context.DeadlineExceeded) && !errors.Is(err, errAway) {
			f.err = errors.Join(f.err, err)
		}
		return errors.Is(err, errAway)
	}
	for _, e := range events {
		if e.Seq == 0 {
			f.hear(e)
			continue
		}
		if f.at++; e.Seq != f.at {
			f.err = errors.Join(f.err, fmt.Errorf("event %d came where %d was due", e.Seq, f.at))
			return false
		}
	}
	return len(events) > 0
}

// hear notes a signal, of which some may be missing.
func (f *spectator) hear(e eventlog.Event) {
	number, err := strconv.Atoi(e.Data)
	if err != nil || number <= f.heard {
		f.err = errors.Join(f.err, err, fmt.Errorf("signal %q came after %d", e.Data, f.heard))
	}
	f.heard = number
}

// end rings as the check does, and looks at what everybody has got.
func (s *stage) end() (err error) {
	time.Sleep(time.Minute) // failed readings have been tried again
	s.mu.Lock()
	s.fails = false
	s.mu.Unlock()
	s.log.Ring(1)
	s.eager.Wait()
	for _, f := range s.followers {
		for !f.eager && f.next(time.Hour) {
		}
		if f.at != s.last() {
			err = errors.Join(err, fmt.Errorf("a follower is at %d of %d", f.at, s.last()))
		}
		err = errors.Join(err, f.err)
		f.Close()
	}
	if n := s.log.Tails(); n > 0 {
		err = errors.Join(err, fmt.Errorf("%d tails are left", n))
	}
	return err
}

var errAway = errors.New("the database is away")

func (s *stage) read(_ context.Context, _, after int64) ([]eventlog.Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fails {
		s.fails = false
		return nil, errAway
	}
	rest := s.events[min(after, int64(len(s.events))):]
	return append([]eventlog.Event(nil), rest[:min(len(rest), eventlog.Batch)]...), nil
}

func (s *stage) commit(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		s.events = append(s.events, eventlog.Event{Stream: 1, Seq: int64(len(s.events)) + 1})
	}
}

func (s *stage) last() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return int64(len(s.events))
}
