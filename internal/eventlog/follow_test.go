package eventlog_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"parley/internal/bus"
	"parley/internal/eventlog"
)

// flaky is a bus between processes that loses a third of the rings, doubles a third, and delays what it likes.
type flaky struct {
	bus.Alone
	rings  chan string
	heard  []func(string)
	missed []func()
}

func newFlaky() *flaky { return &flaky{rings: make(chan string, 10_000)} }

func (f *flaky) Ring(_ string, names ...string) {
	for _, name := range names {
		for range rand.IntN(3) {
			select {
			case f.rings <- name:
			default:
			}
		}
	}
}

func (f *flaky) Hear(topic string, heard func(string), missed func()) {
	if topic == eventlog.TopicGrown {
		f.heard, f.missed = append(f.heard, heard), append(f.missed, missed)
	}
}

// carry brings rings to all processes, also to those that rang, until the context ends.
func (f *flaky) carry(ctx context.Context) {
	held := map[string]bool{}
	for {
		select {
		case <-ctx.Done():
			return
		case name := <-f.rings:
			held[name] = true
		}
		who := rand.IntN(len(f.heard))
		switch rand.IntN(20) {
		case 0:
			f.missed[who]()
		case 1, 2, 3, 4, 5, 6:
			for name := range held {
				f.heard[who](name)
			}
			clear(held)
		}
	}
}

// Many follow from anywhere, in two processes, while many write, in three ways, of which one rings nobody at all.
func TestFollowersGetEverythingOnceAndInOrder(t *testing.T) {
	t.Parallel()
	over := newFlaky()
	here := setup(t)
	here.log = here.open(t, over)
	there := here.open(t, over)
	run(t, here.log)
	run(t, there)
	ctx, cancel := context.WithCancel(t.Context())
	var carrying sync.WaitGroup
	carrying.Go(func() { over.carry(ctx) })
	defer carrying.Wait()
	defer cancel()

	const writers, each, followers = 8, 60, 48
	const apart = writers * each / followers / 2
	var written, last atomic.Int64
	var doors [followers]chan struct{} // they come in one after the other, while the writing goes on
	for i := range doors {
		doors[i] = make(chan struct{})
	}
	var all errgroup.Group
	for w := range writers {
		all.Go(func() error {
			for range each {
				n, err := here.write(t.Context(), w)
				if err != nil {
					return err
				}
				last.Store(n)
				if n := written.Add(1); n%apart == 0 && n <= apart*followers {
					close(doors[n/apart-1])
				}
			}
			return nil
		})
	}
	for i := range followers {
		all.Go(func() error {
			log := here.log
			if i%2 == 0 {
				log = there
			}
			<-doors[i]
			newest := last.Load()
			after := rand.Int64N(newest + 1)
			f := log.Follow(here.stream, after)
			defer f.Close()
			collect(t, f, after, writers*each)
			return nil
		})
	}
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	if here.log.Tails() != 0 || there.Tails() != 0 {
		t.Error("a tail is left without followers")
	}
}

// write writes one event in one of the ways in which events are written, and returns its place.
func (b *bundle) write(ctx context.Context, way int) (int64, error) {
	if way%4 == 0 {
		for {
			events, err := b.append(ctx, b.log, rand.IntN(3) == 0, text("hello"))
			if errors.Is(err, errRollBack) {
				continue
			}
			if err != nil {
				return 0, err
			}
			return events[0].Seq, nil
		}
	}
	e, err := b.post(ctx, "hello")
	switch {
	case err != nil:
		return 0, err
	case way%4 == 1: // by a process that ended before it could ring
	case way%4 == 2:
		b.log.Posted(e)
		b.log.Posted(e)
	default:
		b.log.Posted(e)
	}
	return e.Seq, nil
}

// Without Run, so without the check: rings and hand-overs alone do it while none is lost.
func TestHandOversOutOfOrderAndDoubled(t *testing.T) {
	t.Parallel()
	b := setup(t)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	var posted []eventlog.Event
	for i := range 7 {
		e, err := b.post(t.Context(), strconv.Itoa(i))
		if err != nil {
			t.Fatal(err)
		}
		posted = append(posted, e)
	}
	for _, i := range []int{1, 0, 0, 6, 2, 5, 1, 4, 3} {
		b.log.Posted(posted[i])
	}
	events := collect(t, f, 0, 7)
	for i, e := range events {
		if e.Body != strconv.Itoa(i) {
			t.Errorf("event %d says %q", e.Seq, e.Body)
		}
	}
}

// What is handed over together may be known in part, or come after a gap; nothing at all is nothing.
func TestSeveralEventsAreHandedOver(t *testing.T) {
	t.Parallel()
	b := setup(t)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	var posted []eventlog.Event
	for i := range 9 {
		e, err := b.post(t.Context(), strconv.Itoa(i))
		if err != nil {
			t.Fatal(err)
		}
		posted = append(posted, e)
	}
	b.log.Posted()
	b.log.Posted(posted[0:3]...)
	b.log.Posted(posted[1:5]...)
	b.log.Posted(posted[7:9]...)
	for i, e := range collect(t, f, 0, 9) {
		if e.Body != strconv.Itoa(i) {
			t.Errorf("event %d says %q", e.Seq, e.Body)
		}
	}
}

// A process that ended between commit and ring leaves something unsaid: the check finds it.
func TestEventsWithoutARingAreFound(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.log)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	b.fill(t, 3)
	collect(t, f, 0, 3)
	b.fill(t, 2*eventlog.Batch+1)
	collect(t, f, 3, 3+2*eventlog.Batch+1)
}

func TestASlowFollowerReadsTheLogAgain(t *testing.T) {
	t.Parallel()
	b := setup(t)
	slow, quick := b.log.Follow(b.stream, 0), b.log.Follow(b.stream, 0)
	defer slow.Close()
	defer quick.Close()
	b.mustAppend(t, 1)
	collect(t, slow, 0, 1)
	const many = 20 * eventlog.Remembered
	b.fill(t, many)
	b.log.Ring(b.stream)
	collect(t, quick, 0, many+1)
	if kept := b.log.Kept(b.stream); kept > 2*eventlog.Remembered+eventlog.Batch {
		t.Errorf("%d events are kept in memory", kept)
	}
	b.mustAppend(t, 1)
	collect(t, slow, 1, many+2)
}

// Who follows knows how far the stream has come, and says so to who followed before; no ring is needed for that.
func TestWhoJoinsBringsTheTailUpToDate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	early := b.log.Follow(b.stream, 0)
	defer early.Close()
	b.mustAppend(t, 1)
	collect(t, early, 0, 1)
	b.fill(t, 3)
	late := b.log.Follow(b.stream, 4)
	defer late.Close()
	collect(t, early, 1, 4)
}

// Wherever the end of what is remembered lies.
func TestJoiningJustBehindWhatIsRemembered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fill(t, 10)
	for after := range int64(10) {
		one := b.log.Follow(b.stream, 10)
		two := b.log.Follow(b.stream, after)
		collect(t, two, after, 10)
		two.Close()
		one.Close()
	}
	one := b.log.Follow(b.stream, 10)
	defer one.Close()
	b.mustAppend(t, 3)
	collect(t, one, 10, 13)
	for after := range int64(13) {
		two := b.log.Follow(b.stream, after)
		collect(t, two, after, 13)
		two.Close()
	}
}

func TestReplayThenLive(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.fill(t, 700)
	f := b.log.Follow(b.stream, 650)
	defer f.Close()
	collect(t, f, 650, 700)
	b.mustAppend(t, 2)
	collect(t, f, 700, 702)
}

func TestARolledBackEventIsNeverSeen(t *testing.T) {
	t.Parallel()
	b := setup(t)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	if _, err := b.append(t.Context(), b.log, true, text("never")); !errors.Is(err, errRollBack) {
		t.Fatal(err)
	}
	if _, err := b.append(t.Context(), b.log, false, text("kept")); err != nil {
		t.Fatal(err)
	}
	if e := collect(t, f, 0, 1); e[0].Body != "kept" {
		t.Errorf("saw %q", e[0].Body)
	}
}

func TestNextEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := setup(t)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	why := errors.New("the room was closed")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(why)
	if _, err := f.Next(ctx); !errors.Is(err, why) {
		t.Errorf("have %v, want the cause", err)
	}
}

func TestTheTailGoesWithItsLastFollower(t *testing.T) {
	t.Parallel()
	b := setup(t)
	one, two := b.log.Follow(b.stream, 0), b.log.Follow(b.stream, 0)
	one.Close()
	one.Close() // counts once
	if n := b.log.Tails(); n != 1 {
		t.Errorf("%d tails, want the one of the other follower", n)
	}
	b.mustAppend(t, 1)
	collect(t, two, 0, 1)
	two.Close()
	if n := b.log.Tails(); n != 0 {
		t.Errorf("%d tails are left", n)
	}
	if _, err := two.Next(t.Context()); err == nil {
		t.Error("a closed follower goes on")
	}
}

// Followers live on while the database is away, and get everything once it is back.
func TestAFollowerOutlivesAReaderThatFails(t *testing.T) {
	t.Parallel()
	var asked atomic.Int64
	log := eventlog.NewOn(func(_ context.Context, _, after int64) ([]eventlog.Event, error) {
		switch n := asked.Add(1); {
		case n == 1:
			return nil, errors.New("the database is away")
		case n == 2:
			panic("the driver is broken")
		case after > 0:
			return nil, nil
		}
		return []eventlog.Event{{Seq: 1}}, nil
	})
	f := log.Follow(1, 0)
	defer f.Close()
	collect(t, f, 0, 1)
}

func BenchmarkFollow(b *testing.B) {
	const behind = 10_000
	s := setup(b)
	s.fill(b, behind)
	for b.Loop() {
		f := s.log.Follow(s.stream, 0)
		collect(b, f, 0, behind)
		f.Close()
	}
	b.ReportMetric(float64(behind)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}
