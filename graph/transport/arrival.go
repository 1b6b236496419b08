package transport

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"parley/internal/apierr"
)

// restBytes is how much of a body is read and thrown away behind an answer.
const restBytes = 64 << 20

// arrival is the body of a request that is answered while it still arrives. Clients may stop sending at any byte, so each read
// has a deadline; whatever else ends the request ends a read that waits.
type arrival struct {
	body    io.Reader
	expects bool // the client sends it when it is read
	control *http.ResponseController
	clock   *clock // stands still while a read waits; nil while nothing is executed

	reading sync.Mutex // held by a read, which its resolver may have left behind

	mu    sync.Mutex
	quiet time.Duration // how long one read may wait
	until time.Time     // when all of them end
	err   error         // why there is nothing more to read: io.EOF when all of it was
}

func newArrival(w http.ResponseWriter, r *http.Request) *arrival {
	control := http.NewResponseController(w)
	_ = control.EnableFullDuplex() // or net/http would read the body before it lets the answer go
	return &arrival{body: r.Body, expects: r.Header.Get("Expect") != "", control: control}
}

// allow says how long a read may wait, and when the last one ends; 0 is for ever.
func (a *arrival) allow(quiet, all time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.quiet, a.until = quiet, deadline(all)
}

// Read implements io.Reader. All errors but io.EOF are cuts.
func (a *arrival) Read(p []byte) (int, error) {
	a.reading.Lock()
	defer a.reading.Unlock()
	if err := a.begin(); err != nil {
		return 0, err
	}
	a.clock.pause()
	n, err := a.body.Read(p)
	a.clock.resume()
	return n, a.note(err)
}

func (a *arrival) begin() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.expects = false
		_ = a.control.SetReadDeadline(a.next())
	}
	return a.err
}

// next is the deadline of the next read.
func (a *arrival) next() time.Time {
	next := deadline(a.quiet)
	if next.IsZero() || !a.until.IsZero() && a.until.Before(next) {
		return a.until
	}
	return next
}

// note remembers how a read has ended.
func (a *arrival) note(err error) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case a.err != nil: // it was ended
	case errors.Is(err, io.EOF):
		a.err = io.EOF // net/http has lifted the deadline, and watches the connection: none is set from now on
	default:
		a.err = a.unfinished(err)
	}
	return a.err
}

func (a *arrival) unfinished(err error) error {
	switch {
	case !errors.Is(err, os.ErrDeadlineExceeded):
		return incomplete("The request did not arrive whole.")
	case !a.until.IsZero() && !time.Now().Before(a.until):
		return incomplete("The request took too long to arrive.")
	}
	return incomplete("The request stopped arriving: there was nothing for %s (limit %q). Send it again.", a.quiet, "transfer")
}

// cut is that there is no more to read, though it is not whole.
type cut struct{ why error }

func (c *cut) Error() string { return fmt.Sprintf("%v: %v", io.ErrUnexpectedEOF, c.why) }

func (c *cut) Unwrap() []error { return []error{io.ErrUnexpectedEOF, c.why} }

func incomplete(format string, args ...any) error {
	return &cut{apierr.New(apierr.BadUserInput, format, args...)}
}

// end ends all reads, also one that waits, unless there is nothing more to read.
func (a *arrival) end(why error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err == nil {
		a.err = &cut{why}
		_ = a.control.SetReadDeadline(time.Unix(1, 0))
	}
}

// whole tells whether everything was read.
func (a *arrival) whole() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return errors.Is(a.err, io.EOF)
}

var errAnswered = errors.New("the request has been answered")

// skip throws the rest away, as far as it goes, so that a client that first sends and then reads comes to read its answer:
// what is closed with something unread is reset. It is for the end of a handler; the connection ends behind it, if there was
// a rest.
func (a *arrival) skip(within time.Duration) {
	a.end(errAnswered)
	a.reading.Lock() // or a read that was ended would not see it, but the next deadline
	defer a.reading.Unlock()
	if a.expects || a.whole() {
		return
	}
	_ = a.control.SetReadDeadline(deadline(within))
	_, _ = io.CopyN(io.Discard, a.body, restBytes)
	_ = a.control.SetReadDeadline(time.Unix(1, 0)) // net/http does not wait for more either
}
