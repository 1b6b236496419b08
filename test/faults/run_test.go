package faults

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The load that every fault is put under. Quiet rooms get one message each, while the fault is there, and none after it:
// what a lost ring leaves unsaid there, no later one says.
const (
	loudRooms    = 4
	quietRooms   = 4
	writersMany  = 6
	readersMany  = 8
	warm         = 10               // events or answers that each client has had before the fault, and again after it
	reachingEnd  = 15 * time.Second // for subscribers to have everything
	usualPace    = 12 * time.Millisecond
	paddedPace   = 4 * time.Millisecond
	longestRun   = 3 * time.Minute
	invitedPause = 250 * time.Millisecond
)

// run is one fault under load.
type run struct {
	w     *world
	fault fault

	rooms   []place // the loud ones first
	loud    int
	writers []*writer
	readers []*reader
	invites *inviter
	letters []invited // those by email

	mu       sync.Mutex
	whispers []send
	found    []violation

	writing, reading sync.WaitGroup
	stopWriting      chan struct{}
	logs             []int // where the processes' logs stand
}

func (r *run) pace() time.Duration {
	if r.fault.padding > 0 {
		return paddedPace
	}
	return usualPace
}

// breach notes a violation.
func (r *run) breach(b breach, format string, a ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.found = append(r.found, broken(b, format, a...))
}

// run puts a fault on the world and returns what came of it. An error is the harness's own.
func (w *world) run(f fault) (outcome, error) {
	ctx, cancel := context.WithTimeout(w.t.Context(), longestRun)
	defer cancel()
	r := &run{w: w, fault: f, loud: loudRooms, stopWriting: make(chan struct{})}
	if err := r.prepare(ctx); err != nil {
		return outcome{}, fmt.Errorf("before the fault: %w", err)
	}
	following, unfollow := context.WithCancel(ctx)
	defer r.reading.Wait()
	defer unfollow()
	if goes := r.begin(ctx, following); goes {
		if err := r.strike(ctx); err != nil {
			close(r.stopWriting)
			r.writing.Wait()
			return outcome{}, fmt.Errorf("the fault: %w", err)
		}
		r.goesOn("after the fault")
	}
	close(r.stopWriting)
	r.writing.Wait()
	h, err := r.history(ctx)
	if err != nil {
		return outcome{}, fmt.Errorf("after the fault: %w", err)
	}
	r.end(&h, unfollow)
	r.judge(ctx, h)
	return r.outcome(h), nil
}

func (r *run) prepare(ctx context.Context) error {
	for range loudRooms + quietRooms {
		room, err := r.w.createRoom(ctx)
		if err != nil {
			return err
		}
		r.rooms = append(r.rooms, room)
	}
	for i := range writersMany {
		r.writers = append(r.writers, &writer{r: r, id: i})
	}
	for i := range readersMany {
		r.addReader(i%loudRooms, i/loudRooms)
	}
	for i := range quietRooms {
		r.addReader(loudRooms+i, i)
	}
	for i := range r.fault.crowd {
		r.addReader(i%loudRooms, i/loudRooms)
	}
	r.invites = &inviter{r: r}
	for _, p := range r.w.processes {
		_, at := p.log.from(0)
		r.logs = append(r.logs, at)
	}
	return nil
}

// addReader adds a reader of a room; every second one comes by server-sent events.
func (r *run) addReader(room, number int) {
	by, name := overSocket, "WebSocket"
	if number%2 == 1 {
		by, name = overStream, "SSE"
	}
	name = fmt.Sprintf("reader %d of room %d, by %s", len(r.readers), room, name)
	r.readers = append(r.readers, newReader(r, name, room, by))
}

// begin starts everyone, and tells whether all are at it.
func (r *run) begin(ctx, following context.Context) bool {
	for i, x := range r.readers {
		r.reading.Go(func() { x.read(following, i) })
	}
	for _, x := range r.writers {
		r.writing.Go(func() { x.write(ctx, r.stopWriting) })
	}
	r.writing.Go(func() { r.invites.invite(ctx, r.stopWriting) })
	return r.goesOn("before the fault")
}

// goesOn waits until every writer was answered and every reader of a loud room got something, a few times, from now on.
func (r *run) goesOn(when string) bool {
	var idle []func() string
	for _, x := range r.writers {
		idle = append(idle, behind(&x.acked, fmt.Sprint("writer ", x.id)))
	}
	for _, x := range r.readers[:readersMany] {
		idle = append(idle, behind(&x.count, x.name))
	}
	who := ""
	goes := await(longEnough, func() bool {
		who = ""
		for _, one := range idle {
			who = cmp.Or(one(), who)
		}
		return who == ""
	})
	if !goes {
		r.breach(stuck, "%s: %s gets nowhere in %s", when, who, longEnough)
	}
	return goes
}

// behind tells who has not come on far enough from here, "" once they have.
func behind(count *atomic.Int64, name string) func() string {
	from := count.Load()
	return func() string {
		if count.Load() < from+warm {
			return name
		}
		return ""
	}
}

// strike lets the fault in, holds it, and heals it. Meanwhile there is whispering in the quiet rooms.
func (r *run) strike(ctx context.Context) error {
	heal, err := r.fault.strike(r.w, r)
	if err != nil {
		return err
	}
	half := time.NewTimer(r.fault.hold / 2)
	<-half.C
	for i := range quietRooms {
		r.writing.Go(func() { r.whisper(ctx, i) })
	}
	half.Reset(r.fault.hold - r.fault.hold/2)
	<-half.C
	return heal()
}

// whisper sends the one message of a quiet room. Its reader began at the next process.
func (r *run) whisper(ctx context.Context, i int) {
	s := send{room: loudRooms + i, body: fmt.Sprint("whisper ", i), key: r.w.name("whisper")}
	x := &writer{r: r}
	s.began = time.Now()
	x.until(ctx, &s, readersMany+i+1)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.whispers = append(r.whispers, s)
}

// history reads what is in the log.
func (r *run) history(ctx context.Context) (history, error) {
	h := history{sends: r.whispers}
	for _, x := range r.writers {
		h.sends = append(h.sends, x.sends...)
	}
	for _, room := range r.rooms {
		log, err := r.w.log(ctx, room)
		if err != nil {
			return h, err
		}
		for i := range log {
			log[i].Body, _, _ = strings.Cut(log[i].Body, " padding")
		}
		h.starts, h.logs = append(h.starts, room.start), append(h.logs, log)
	}
	return h, nil
}

// end waits for the readers to have everything, then ends them.
func (r *run) end(h *history, unfollow func()) {
	await(reachingEnd, func() bool {
		for _, x := range r.readers {
			if x.count.Load() < int64(len(h.logs[x.room])) {
				return false
			}
		}
		return true
	})
	unfollow()
	r.reading.Wait()
	for _, x := range r.readers {
		h.readings = append(h.readings, x.reading())
	}
}

// judge holds the history, and everything else, against the promises.
func (r *run) judge(ctx context.Context, h history) {
	r.found = append(r.found, h.check()...)
	r.invites.check(ctx)
	if r.fault.after != nil {
		r.fault.after(r.w, r)
	}
	r.checkLogs()
	r.checkCalm()
}

// checkLogs looks for panics in what the processes have logged.
func (r *run) checkLogs() {
	for i, p := range r.w.processes {
		text, _ := p.log.from(r.logs[i])
		for line := range strings.Lines(text) {
			if strings.Contains(line, "panic") || strings.Contains(line, "DATA RACE") {
				r.breach(unclean, "%s: %s", p.name, line)
			}
		}
	}
}

// joined runs several things at once and returns all that went wrong.
func joined(n int, f func(i int) error) error {
	errs := make([]error, n)
	var all sync.WaitGroup
	for i := range n {
		all.Go(func() { errs[i] = f(i) })
	}
	all.Wait()
	return errors.Join(errs...)
}
