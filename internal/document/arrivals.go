package document

import (
	"io"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"parley/internal/apierr"
	"parley/internal/limits"
)

// arrivals are the bodies that are coming at this moment to signed addresses: one for an upload, and so many in all.
type arrivals struct {
	most int // 0 for any number

	mu sync.Mutex
	of map[string]*body // by document
}

// begin lets a body in. It ends one that is coming for the same upload, which is waited for: who sends again has given up on it.
func (a *arrivals) begin(id string, b *body) error {
	a.mu.Lock()
	old := a.of[id]
	if old == nil && a.most > 0 && len(a.of) >= a.most {
		a.mu.Unlock()
		return apierr.New(apierr.Throttled, "Too many files are coming at this moment (limit uploads). Try again.").After(time.Second)
	}
	a.of[id] = b
	a.mu.Unlock()
	old.stop()
	return nil
}

// stop ends a body that is coming for an upload.
func (a *arrivals) stop(id string) {
	a.mu.Lock()
	b := a.of[id]
	a.mu.Unlock()
	b.stop()
}

// stopAll ends all bodies that are coming.
func (a *arrivals) stopAll() {
	a.mu.Lock()
	coming := slices.Collect(maps.Values(a.of))
	a.mu.Unlock()
	var all sync.WaitGroup
	for _, b := range coming {
		all.Go(b.stop)
	}
	all.Wait()
}

func (a *arrivals) end(id string, b *body) {
	a.mu.Lock()
	if a.of[id] == b {
		delete(a.of, id)
	}
	a.mu.Unlock()
	close(b.done)
}

// body is that of a request, of which something has to come all the time, and all in some time.
type body struct {
	io.Reader
	control *http.ResponseController
	quiet   time.Duration
	until   time.Time
	done    chan struct{}
	mu      sync.Mutex // of until
}

func (s *Service) bodyOf(w http.ResponseWriter, r *http.Request) *body {
	return &body{
		Reader: r.Body, control: http.NewResponseController(w), quiet: s.limits.Transfer,
		until: limits.End(time.Now(), s.limits.UploadTime), done: make(chan struct{}),
	}
}

func (b *body) Read(p []byte) (int, error) {
	b.wait()
	return b.Reader.Read(p)
}

// wait sets the time for the next bytes. A writer without deadlines is one of a test.
func (b *body) wait() {
	b.mu.Lock()
	defer b.mu.Unlock()
	next := limits.End(time.Now(), b.quiet)
	if next.After(b.until) {
		next = b.until
	}
	_ = b.control.SetReadDeadline(next)
}

// arrived is the time in which what a client has sent is read that does not send any more.
const arrived = 100 * time.Millisecond

// stop ends reading, once what has arrived is read, and waits until that is noted.
func (b *body) stop() {
	if b == nil {
		return
	}
	b.mu.Lock()
	b.until = time.Now().Add(arrived)
	_ = b.control.SetReadDeadline(b.until)
	b.mu.Unlock()
	<-b.done
}
