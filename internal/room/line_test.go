package room_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"pgregory.net/rapid"

	"parley/internal/room"
)

// desk is where a test writes what comes out of the lines.
type desk struct {
	t     *testing.T
	lines room.Lines
	calls chan call
	posts map[string]*post
}

// call is one execution of the writer, which goes on when the test answers it.
type call struct {
	ctx    context.Context
	bodies string
	answer chan func() error
}

// post is one sender.
type post struct {
	cancel   context.CancelFunc
	done     chan struct{}
	err      error
	panicked any
}

const writing = 7 * time.Second

// atDesk runs a test in a bubble; everybody has gone when it ends.
func atDesk(t *testing.T, test func(d *desk)) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &desk{t: t, calls: make(chan call), posts: map[string]*post{}}
		d.lines = room.NewLines(writing, func(ctx context.Context, bodies []string) error {
			c := call{ctx, strings.Join(bodies, " "), make(chan func() error)}
			d.calls <- c
			return (<-c.answer)()
		})
		test(d)
		synctest.Wait()
		if waiting, busy := d.lines.Waiting(), d.lines.Busy(); waiting > 0 || busy > 0 {
			t.Errorf("%d wait, %d rooms are remembered", waiting, busy)
		}
		for body, p := range d.posts {
			select {
			case <-p.done:
			default:
				t.Errorf("%s is stranded", body)
			}
		}
	})
}

// post sends bodies, one after the other.
func (d *desk) post(bodies ...string) {
	for _, body := range bodies {
		d.postKeyed("", "", body)
	}
}

func (d *desk) postKeyed(actor, key, body string) {
	ctx, cancel := context.WithCancel(d.t.Context())
	p := &post{cancel: cancel, done: make(chan struct{})}
	d.posts[body] = p
	go func() {
		defer close(p.done)
		defer cancel()
		defer func() { p.panicked = recover() }()
		p.err = d.lines.Post(ctx, "room", actor, key, body)
	}()
	synctest.Wait()
}

// next returns the next call of the writer, which has to be with these bodies.
func (d *desk) next(want string) call {
	d.t.Helper()
	select {
	case c := <-d.calls:
		if c.bodies != want {
			d.t.Errorf("%q is written, want %q", c.bodies, want)
		}
		return c
	case <-time.After(time.Hour):
		d.t.Fatalf("nobody writes %q", want)
		return call{}
	}
}

func (c call) end(err error) {
	c.answer <- func() error { return err }
	synctest.Wait()
}

// want fails unless the senders have got the error.
func (d *desk) want(err error, bodies ...string) {
	d.t.Helper()
	for _, body := range bodies {
		p := d.posts[body]
		select {
		case <-p.done:
			if !errors.Is(p.err, err) {
				d.t.Errorf("%s: have %v, want %v", body, p.err, err)
			}
		default:
			d.t.Errorf("%s still waits", body)
		}
	}
}

func TestOneWritesForAllWhoWait(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a", "b", "c", "d")
		first := d.next("a")
		if n := d.lines.Waiting(); n != 3 {
			t.Errorf("%d wait", n)
		}
		first.end(nil)
		d.want(nil, "a")
		second := d.next("b c d")
		d.post("e")
		second.end(nil)
		d.want(nil, "b", "c", "d")
		d.next("e").end(nil)
		d.want(nil, "e")
	})
}

func TestRoomsDoNotWaitForEachOther(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a")
		mine := d.next("a")
		other := make(chan error, 1)
		go func() { other <- d.lines.Post(d.t.Context(), "another", "", "", "x") }()
		d.next("x").end(nil)
		if err := <-other; err != nil {
			t.Error(err)
		}
		mine.end(nil)
	})
}

func TestALoneMessageEndsWithItsSender(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a", "b")
		alone := d.next("a")
		d.posts["a"].cancel()
		<-alone.ctx.Done()
		alone.end(alone.ctx.Err())
		d.want(context.Canceled, "a")
		d.next("b").end(nil)
		d.want(nil, "b")
	})
}

func TestWhatOthersWaitForOutlivesItsSender(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a", "b", "c")
		d.next("a").end(nil)
		together := d.next("b c")
		d.posts["b"].cancel()
		synctest.Wait()
		if err := together.ctx.Err(); err != nil {
			t.Errorf("writing for others ends with its own sender: %v", err)
		}
		if end, ok := together.ctx.Deadline(); !ok || time.Until(end) != writing {
			t.Errorf("it ends %v, %v", end, ok)
		}
		together.end(nil)
		d.want(nil, "b", "c")
	})
}

func TestWhoLeavesTheLineIsNotWritten(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a", "b", "c", "d")
		first := d.next("a")
		for _, body := range []string{"b", "c"} {
			d.posts[body].cancel()
			synctest.Wait()
			d.want(context.Canceled, body)
		}
		first.end(nil)
		d.next("d").end(nil)
		d.want(nil, "a", "d")
	})
}

func TestWhoLeavesWhileBeingWrittenWaitsNoLonger(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a", "b", "c", "d")
		d.next("a").end(nil)
		together := d.next("b c d")
		d.posts["c"].cancel()
		synctest.Wait()
		d.want(context.Canceled, "c")
		together.end(nil)
		d.want(nil, "b", "d")
	})
}

// Who is called at the moment at which they leave passes the call on.
func TestWhoIsCalledAndLeaves(t *testing.T) {
	atDesk(t, func(d *desk) {
		for range 200 {
			ctx, cancel := context.WithCancel(d.t.Context())
			cancel()
			left := make(chan error, 1)
			go func() { left <- d.lines.Post(ctx, "room", "", "", "left") }()
			select {
			case c := <-d.calls:
				c.end(ctx.Err())
				<-left
			case <-left:
			}
			d.post("next")
			d.next("next").end(nil)
			d.want(nil, "next")
		}
	})
}

func TestALeaderThatDoesNotComeToAnEnd(t *testing.T) {
	for name, end := range map[string]func() error{
		"panic": func() error { panic("ouch") },
		"exit":  func() error { runtime.Goexit(); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				d.post("a", "b", "c")
				d.next("a").end(nil)
				together := d.next("b c")
				d.post("d")
				together.answer <- end
				d.next("d").end(nil)
				d.want(nil, "d")
				if name == "panic" && d.posts["b"].panicked != "ouch" {
					t.Errorf("the panic did not come through: %v", d.posts["b"].panicked)
				}
				if err := d.posts["c"].err; err == nil {
					t.Error("c was told that it was written")
				}
			})
		})
	}
}

var errRefused = &pq.Error{Severity: "ERROR", Code: pqerror.CharacterNotInRepertoire}

func TestOfThoseRefusedTogetherEachIsTriedAlone(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a", "b", "c", "d")
		d.next("a").end(nil)
		together := d.next("b c d")
		d.post("e", "f")
		together.end(errRefused)
		d.next("b").end(nil)
		d.want(nil, "b")
		d.next("c").end(errRefused)
		d.want(errRefused, "c")
		d.next("d").end(nil)
		d.next("e f").end(nil)
		d.want(nil, "d", "e", "f")
	})
}

func TestWhoHasLeftIsNotTriedAgain(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a", "b", "c", "d")
		d.next("a").end(nil)
		together := d.next("b c d")
		d.posts["c"].cancel()
		synctest.Wait()
		together.end(errRefused)
		alone := d.next("b")
		d.posts["d"].cancel()
		synctest.Wait()
		d.want(context.Canceled, "c", "d")
		alone.end(nil)
		d.want(nil, "b")
	})
}

func TestNothingIsWrittenAgainWhereItMayHaveBeen(t *testing.T) {
	for name, err := range map[string]error{
		"lost connection":     errors.New("driver: bad connection"),
		"end of the database": &pq.Error{Severity: pqerror.SeverityFatal, Code: pqerror.AdminShutdown},
		"panic of the backend": &pq.Error{
			Severity: pqerror.SeverityPanic, Code: pqerror.InternalError,
		},
		// this it cannot have been, but nobody would fare better alone
		"waited for a lock":  &pq.Error{Severity: "ERROR", Code: pqerror.LockNotAvailable},
		"waited for the end": &pq.Error{Severity: "ERROR", Code: pqerror.QueryCanceled},
	} {
		t.Run(name, func(t *testing.T) {
			atDesk(t, func(d *desk) {
				d.post("a", "b", "c")
				d.next("a").end(nil)
				d.next("b c").end(err)
				d.want(err, "b", "c")
				d.post("d")
				d.next("d").end(nil)
				d.want(nil, "d")
			})
		})
	}
}

func TestSoManyAreWrittenAtOnce(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a")
		var bodies []string
		for i := range 2*room.TogetherMessages + 3 {
			bodies = append(bodies, fmt.Sprint(i))
		}
		d.post(bodies...)
		d.next("a").end(nil)
		for part := range slices.Chunk(bodies, room.TogetherMessages) {
			d.next(strings.Join(part, " ")).end(nil)
		}
		d.want(nil, bodies...)
	})
}

// The next one would be too much, and those behind it do not overtake it.
func TestSoMuchIsWrittenAtOnce(t *testing.T) {
	atDesk(t, func(d *desk) {
		half, huge := strings.Repeat("h", room.TogetherBytes/2), strings.Repeat("H", room.TogetherBytes+1)
		d.post("a", half, "b", huge, "c")
		d.next("a").end(nil)
		d.next(half + " b").end(nil)
		d.next(huge).end(nil)
		d.next("c").end(nil)
	})
}

func TestX1_ARepeatedKeyIsWrittenAfterTheFirst(t *testing.T) {
	atDesk(t, func(d *desk) {
		d.post("a")
		d.postKeyed("ada", "k", "b")
		d.postKeyed("ada", "k", "again")
		d.postKeyed("ada", "k", "and again")
		d.postKeyed("ada", "l", "c")
		d.postKeyed("bob", "k", "d")
		d.post("e")
		d.next("a").end(nil)
		d.next("b c d e").end(nil)
		d.want(nil, "b", "c", "d", "e")
		d.next("again").end(nil)
		d.next("and again").end(nil)
		d.want(nil, "again", "and again")
	})
}

// sending is one message of a random history: when it is sent, and when its sender leaves.
type sending struct {
	room       int
	at, leaves time.Duration
	bad        bool // PostgreSQL refuses it, and whatever comes with it
}

// crowd is random senders, and a writer that takes its time and fails now and then.
type crowd struct {
	lines    room.Lines
	sendings []sending
	faults   []int

	mu      sync.Mutex
	written [][]int // of each room, in the order of its log
	at      []bool  // rooms that are being written into
	calls   int
	err     error
}

// Whoever sends, leaves and fails, in whatever order: nobody is stranded, what was accepted is there once and in the
// order in which it came, what PostgreSQL refused is not there, and nothing is left behind.
func TestAnyCrowd(t *testing.T) {
	t.Parallel()
	draw := rapid.Custom(func(t *rapid.T) *crowd {
		moment := rapid.IntRange(0, 60)
		sendings := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) sending {
			at := moment.Draw(t, "at")
			return sending{
				rapid.IntRange(0, 1).Draw(t, "room"), time.Duration(at) * time.Millisecond,
				time.Duration(at+rapid.OneOf(rapid.IntRange(0, 20), rapid.Just(10_000)).Draw(t, "patience")) * time.Millisecond,
				rapid.IntRange(0, 9).Draw(t, "bad") == 0,
			}
		}), 1, 60)
		return &crowd{sendings: sendings.Draw(t, "sendings"), faults: rapid.SliceOfN(rapid.IntRange(0, 9), 1, 20).Draw(t, "faults")}
	})
	rapid.Check(t, func(rt *rapid.T) {
		c := draw.Draw(rt, "crowd")
		synctest.Test(t, func(t *testing.T) { c.play(t.Context()) })
		if c.err != nil {
			rt.Fatal(c.err)
		}
	})
}

func (c *crowd) play(ctx context.Context) {
	c.written, c.at = make([][]int, 2), make([]bool, 2)
	c.lines = room.NewLines(writing, c.write)
	answers := make([]error, len(c.sendings))
	var all sync.WaitGroup
	for i, s := range c.sendings {
		all.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, s.leaves)
			defer cancel()
			time.Sleep(s.at + time.Duration(i)) // no two at the same moment
			defer func() {
				if recover() != nil {
					answers[i] = errOuch
				}
			}()
			answers[i] = c.lines.Post(ctx, fmt.Sprint(s.room), "", "", fmt.Sprint(i))
		})
	}
	all.Wait() // or the bubble is deadlocked
	c.judge(answers)
}

var errOuch = errors.New("panic")

// write is the writer, which notes in the order of the log what it writes.
func (c *crowd) write(ctx context.Context, bodies []string) error {
	var batch []int
	bad := false
	for _, body := range bodies {
		var i int
		_, _ = fmt.Sscan(body, &i)
		batch = append(batch, i)
		bad = bad || c.sendings[i].bad
	}
	fault, in := c.enter(batch)
	defer c.exit(in)
	select {
	case <-time.After(5 * time.Millisecond):
	case <-ctx.Done():
		return ctx.Err()
	}
	switch {
	case bad:
		return errRefused
	case fault == 1:
		return errors.New("lost before it was written")
	case fault == 2:
		panic(errOuch)
	}
	c.mu.Lock()
	c.written[in] = append(c.written[in], batch...)
	c.mu.Unlock()
	if fault == 3 {
		return errors.New("lost after it was written")
	}
	return nil
}

func (c *crowd) enter(batch []int) (fault, in int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	in = c.sendings[batch[0]].room
	for _, i := range batch {
		if c.sendings[i].room != in {
			c.err = errors.Join(c.err, errors.New("two rooms are written at once"))
		}
	}
	if c.at[in] {
		c.err = errors.Join(c.err, errors.New("two write into a room"))
	}
	c.at[in] = true
	c.calls++
	return c.faults[c.calls%len(c.faults)], in
}

func (c *crowd) exit(in int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at[in] = false
}

func (c *crowd) judge(answers []error) {
	fail := func(format string, a ...any) { c.err = errors.Join(c.err, fmt.Errorf(format, a...)) }
	count := map[int]int{}
	for _, log := range c.written {
		for n, i := range log {
			count[i]++
			if n > 0 && c.arrival(log[n-1]) > c.arrival(i) {
				fail("%d is written before %d", log[n-1], i)
			}
		}
	}
	for i, err := range answers {
		switch {
		case count[i] > 1:
			fail("%d is written %d times", i, count[i])
		case err == nil && count[i] == 0:
			fail("%d is accepted and not written", i)
		case errors.Is(err, errRefused) && !c.sendings[i].bad:
			fail("%d is refused for what another one said", i)
		}
	}
	if waiting, busy := c.lines.Waiting(), c.lines.Busy(); waiting+busy > 0 {
		fail("%d wait, %d rooms are remembered", waiting, busy)
	}
}

func (c *crowd) arrival(i int) time.Duration { return c.sendings[i].at + time.Duration(i) }
