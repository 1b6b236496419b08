package inspect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"sync"
	"time"
)

// ErrHostile says that a document could not be examined within the bounds, or that it broke the process that did: it is kept and
// never tried again.
var ErrHostile = errors.New("the document cannot be examined")

// Bounds are what examining one document may take.
type Bounds struct {
	Pixels int           // of a picture
	Memory int64         // bytes
	Time   time.Duration // by the clock, and of the processor
}

// DefaultBounds are enough for 50 megapixels with 16 bits a channel.
func DefaultBounds() Bounds {
	return Bounds{Pixels: 50_000_000, Memory: 1 << 30, Time: 20 * time.Second}
}

// Findings are what clients show of a document. What could not be found is zero.
type Findings struct {
	Width, Height int    // of a picture, as it is looked at
	Orientation   int    // how it is stored, EXIF's 1 to 8; 1 is upright
	Pages         int    // of a PDF
	Thumbnail     []byte // at most 320 × 320, upright, without any metadata
	ThumbnailType string // image/jpeg, or image/png where something shows through
}

// answer is what the process that examines says. A refusal is a code, since errors do not travel.
type answer struct {
	Findings
	Refusal string `json:",omitempty"`
}

// refusals are the errors that the process may answer, by their codes.
func refusals() map[string]error {
	return map[string]error{"DAMAGED": ErrDamaged, "PIXELS": ErrTooManyPixels}
}

// longestAnswer is what is taken of an answer: the largest thumbnail is a tenth of it.
const longestAnswer = 4 << 20

// Examine finds what clients show of a document of the type. Its bytes are looked at by a process of its own; the program has to
// begin with Main for that. Of a type of which nothing is shown, nothing is read.
//
// ErrTooManyPixels, ErrDamaged and ErrHostile are of the document, and last; any other error is of this machine, of the reader or
// of the context, and the document may be tried again.
func Examine(ctx context.Context, t Type, document io.Reader, bounds Bounds) (Findings, error) {
	if t.Kind() == Other {
		return Findings{}, nil
	}
	source := &source{from: document}
	inTime, cancel := context.WithTimeout(ctx, bounds.Time)
	defer cancel()
	said, err := examineApart(inTime, t, source, bounds)
	switch unread := source.failed(inTime); {
	case ctx.Err() != nil:
		return Findings{}, fmt.Errorf("examining a document: %w", ctx.Err())
	case unread != nil: // the process saw a part of it at most
		return Findings{}, fmt.Errorf("reading a document to examine it: %w", unread)
	case err != nil:
		return Findings{}, err
	}
	return understood(said, bounds)
}

// examineApart returns what the process said, and ErrHostile where it did not come to a good end.
func examineApart(ctx context.Context, t Type, document io.Reader, bounds Bounds) ([]byte, error) {
	said := &bounded{left: longestAnswer}
	cmd, err := command(ctx, task{MIME: t.MIME, Bounds: bounds})
	if err != nil {
		return nil, err
	}
	cmd.Stdout = said
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("making a pipe to the process that examines: %w", err)
	}
	runtime.LockOSThread() // the process ends with the thread that started it
	defer runtime.UnlockOSThread()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting a process to examine a document: %w", err)
	}
	passed := pass(stdin, document)
	err = cmd.Wait()
	awaitBriefly(passed)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrHostile, err)
	}
	return said.content.Bytes(), nil
}

// pass hands the document over, and says when it is done: with all of it, or because the process wants no more.
func pass(to io.WriteCloser, document io.Reader) (done <-chan struct{}) {
	passed := make(chan struct{})
	go func() {
		defer close(passed)
		_, _ = io.Copy(to, document) // the source remembers its own errors, and the process tells of its own end
		_ = to.Close()
	}()
	return passed
}

// awaitBriefly waits until nobody reads the document any more, but not for a reader that hangs.
func awaitBriefly(passed <-chan struct{}) {
	timer := time.NewTimer(time.Second)
	defer timer.Stop()
	select {
	case <-passed:
	case <-timer.C:
	}
}

// command is this program once more, in an empty environment: it has no secret to lose.
func command(ctx context.Context, t task) (*exec.Cmd, error) {
	program, err := self()
	if err != nil {
		return nil, fmt.Errorf("finding this program: %w", err)
	}
	order, err := json.Marshal(t)
	if err != nil {
		return nil, fmt.Errorf("writing what to examine: %w", err)
	}
	cmd := exec.CommandContext(ctx, program, childArgument, string(order))
	cmd.Env = []string{"GOMAXPROCS=1", "GOTRACEBACK=none", "GORACE=atexit_sleep_ms=0"} // the race detector ends with a nap of a second
	cmd.Dir = os.TempDir()
	cmd.WaitDelay = time.Second // no process of its own holds the answer open, but who knows
	dieWithParent(cmd)
	return cmd, nil
}

// understood reads an answer, and believes it no more than the document: who breaks into the process may write what they like.
func understood(said []byte, bounds Bounds) (Findings, error) {
	var a answer
	if err := json.Unmarshal(said, &a); err != nil {
		return Findings{}, fmt.Errorf("%w: its answer makes no sense", ErrHostile)
	}
	if a.Refusal != "" {
		if err, known := refusals()[a.Refusal]; known {
			return Findings{}, err
		}
		return Findings{}, fmt.Errorf("%w: its answer makes no sense", ErrHostile)
	}
	if !a.plausible(bounds) {
		return Findings{}, fmt.Errorf("%w: its answer makes no sense", ErrHostile)
	}
	return a.Findings, nil
}

func (f Findings) plausible(bounds Bounds) bool {
	side := func(n int) bool { return n >= 0 && n <= longestSide }
	return side(f.Width) && side(f.Height) && f.Width*f.Height <= bounds.Pixels && f.Pages >= 0 && f.Pages <= mostPages &&
		(f.ThumbnailType == "" && len(f.Thumbnail) == 0 ||
			(f.ThumbnailType == mimeJPEG || f.ThumbnailType == mimePNG) && Sniff(f.Thumbnail).MIME == f.ThumbnailType)
}

// source remembers how reading ended. Where the reader hangs, it is still being read when the process is gone.
type source struct {
	from io.Reader
	mu   sync.Mutex
	end  error // io.EOF where all was read
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.from.Read(p)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end = err
	return n, err
}

// failed returns why the process did not get all bytes, if that was for the reader: it failed, or was not done in time.
func (s *source) failed(inTime context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch s.end {
	case io.EOF:
		return nil
	case nil:
		return inTime.Err()
	}
	return s.end
}

// bounded takes so many bytes and then fails.
type bounded struct {
	content bytes.Buffer
	left    int
}

func (b *bounded) Write(p []byte) (int, error) {
	if b.left -= len(p); b.left < 0 {
		return 0, errors.New("the answer is too long")
	}
	return b.content.Write(p)
}
