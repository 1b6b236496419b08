package blob_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/blob"
)

func TestAnAddressThatCannotBeUsedIsExplained(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	writeFile(t, file)
	host, nobody := serve(t, newS3()), closedPort(t)
	for _, tt := range []struct{ address, want string }{
		{"", "begins with file:// or s3://"},
		{"/var/lib/parley", "begins with file:// or s3://"},
		{"https://s3.example/bucket", "begins with file:// or s3://"},
		{"s3://key:hush%zz@host/bucket", "write / as %2F"},
		{"s3://key:hush/hush@host/bucket", "write / as %2F"},
		{"file://blobs", "three slashes"},
		{"file:blobs", "three slashes"},
		{"file://", "three slashes"},
		{"file:///blobs?region=x", "three slashes"},
		{"file://" + file, "the folder for blobs"},
		{"s3://key:hush@host", "names no host or no bucket"},
		{"s3:///bucket", "names no host or no bucket"},
		{"s3://key:hush@host/bucket/../x", "prefix"},
		{"s3://key@host/bucket", "a key and a secret"},
		{"s3://:hush@host/bucket", "a key and a secret"},
		{"s3://key:hush@host/bucket?secure=maybe", "secure is true or false"},
		{"s3://key:hush@host/bucket?patience=long", "patience is a time"},
		{"s3://key:hush@host/bucket?patience=-1s", "patience is a time"},
		{"s3://key:hush@host/bucket?regoin=x", "region, secure and patience"},
		{"s3://key:hush@ho st/bucket", "write / as %2F"},
		{"s3://" + key + ":hush@" + host + "/documents?secure=false&region=us-east-1", "refuses the key"},
		{strings.Replace(bucketURL(host, nil), "/documents/", "/elsewhere/", 1), "has no bucket elsewhere"},
		{"s3://key:hush@" + nobody + "/bucket?secure=false&region=us-east-1", "cannot be asked for the bucket"},
	} {
		s, err := blob.Open(t.Context(), tt.address)
		if err == nil {
			t.Errorf("%s is opened", tt.address)
			_ = s.Close()
			continue
		}
		if !strings.Contains(err.Error(), tt.want) || strings.Contains(err.Error(), "hush") {
			t.Errorf("%s: %v", tt.address, err)
		}
	}
}

func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String()
}

// It is not parallel, because the environment is that of the process.
func TestKeyAndSecretMayBeInTheEnvironment(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", key)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	s := open(t, "s3://"+serve(t, newS3())+"/documents?secure=false&region=us-east-1")
	mustPut(t, s, "a", content(1, 10))
	expect(t, s, "a", content(1, 10))
}

func TestPrefixesKeepStoresApart(t *testing.T) {
	t.Parallel()
	host := serve(t, newS3())
	one, other := open(t, bucketURL(host, nil)), open(t, strings.Replace(bucketURL(host, nil), prefix, "", 1))
	mustPut(t, one, "a", content(1, 10))
	if _, err := other.Open(t.Context(), "a"); !errors.Is(err, blob.ErrNotFound) {
		t.Errorf("it is %v", err)
	}
	expect(t, other, prefix+"a", content(1, 10))
}

// troubled is an S3 server that something may come before.
type troubled struct {
	http.Handler
	trouble atomic.Pointer[http.HandlerFunc]
}

func (h *troubled) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if trouble := h.trouble.Load(); trouble != nil {
		(*trouble)(w, r)
		return
	}
	h.Handler.ServeHTTP(w, r)
}

func (h *troubled) with(trouble http.HandlerFunc) { h.trouble.Store(&trouble) }

// openTroubled returns a store whose server is well still, and is waited for as long as said.
func openTroubled(t *testing.T, patience string) (*troubled, blob.Store) {
	t.Helper()
	h := &troubled{Handler: newS3()}
	return h, open(t, bucketURL(serve(t, h), url.Values{"patience": {patience}}))
}

func TestOpeningEndsWhenTheServerIsSilent(t *testing.T) {
	t.Parallel()
	h, ended := &troubled{Handler: newS3()}, make(chan struct{})
	h.with(func(http.ResponseWriter, *http.Request) { <-ended })
	host := serve(t, h)
	defer close(ended)
	if s, err := blob.Open(t.Context(), bucketURL(host, url.Values{"patience": {"100ms"}})); err == nil {
		t.Error("it is opened")
		_ = s.Close()
	}
}

// Each would wait for ever, and the test with it.
func TestCallsEndWhenTheServerIsSilent(t *testing.T) {
	t.Parallel()
	for name, call := range map[string]func(s blob.Store) error{
		"open":   func(s blob.Store) error { _, err := s.Open(t.Context(), "a"); return err },
		"remove": func(s blob.Store) error { return s.Remove(t.Context(), "a") },
		"put of a known size": func(s blob.Store) error {
			_, err := s.Put(t.Context(), "a", only(bytes.NewReader(content(1, 25*mib))), 25*mib)
			return err
		},
		"put of an unknown size": func(s blob.Store) error {
			_, err := s.Put(t.Context(), "a", only(bytes.NewReader(content(1, 25*mib))), -1)
			return err
		},
		"small put": func(s blob.Store) error { _, err := s.Put(t.Context(), "a", strings.NewReader("x"), 1); return err },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := openTroubled(t, "2s")
			mustPut(t, s, "a", content(1, 10))
			ended := make(chan struct{})
			h.with(func(http.ResponseWriter, *http.Request) { <-ended })
			defer close(ended)
			if err := call(s); err == nil {
				t.Error("there was an answer")
			}
		})
	}
}

func TestReadingEndsWhenTheServerStops(t *testing.T) {
	t.Parallel()
	for name, then := range map[string]func(ended chan struct{}){
		"silently":  func(ended chan struct{}) { <-ended },
		"by a cut":  func(chan struct{}) { panic(http.ErrAbortHandler) },
		"too early": func(chan struct{}) {},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, s := openTroubled(t, "2s")
			mustPut(t, s, "a", content(1, mib))
			b := mustOpen(t, s, "a")
			ended := make(chan struct{})
			h.with(func(w http.ResponseWriter, r *http.Request) {
				h.Handler.ServeHTTP(&half{w, mib / 2}, r)
				_ = http.NewResponseController(w).Flush()
				then(ended)
			})
			defer close(ended)
			if got, err := io.ReadAll(b); err == nil || len(got) > mib/2 {
				t.Errorf("half of a blob is read as %d bytes: %v", len(got), err)
			}
		})
	}
}

// half passes on a number of bytes and swallows the others.
type half struct {
	http.ResponseWriter
	left int
}

func (h *half) Write(p []byte) (int, error) {
	n := min(len(p), h.left)
	h.left -= n
	if _, err := h.ResponseWriter.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}

func TestOnlyWhatIsReadIsAskedFor(t *testing.T) {
	t.Parallel()
	h, s := openTroubled(t, "30s")
	want := content(1, mib)
	mustPut(t, s, "a", want)
	var asked atomic.Int64
	h.with(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			asked.Add(1)
			if from := r.Header.Get("Range"); from != "bytes=1048000-1048575" {
				t.Errorf("asked for %q", from)
			}
		}
		h.Handler.ServeHTTP(w, r)
	})
	b := mustOpen(t, s, "a")
	for _, to := range []int64{0, mib, 5, mib - 576} {
		if _, err := b.Seek(to, io.SeekStart); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, want[mib-576:]) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if asked.Load() != 1 {
		t.Errorf("asked %d times", asked.Load())
	}
}

// A server may refuse before it has read: the client's other half may be reading still.
func TestTheReaderIsNotTouchedAfterPut(t *testing.T) {
	t.Parallel()
	h, s := openTroubled(t, "30s")
	h.with(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) })
	for _, size := range []int64{64 * mib, -1} {
		for range 20 {
			r := &endless{}
			if _, err := s.Put(t.Context(), "a", r, size); err == nil {
				t.Fatal("it is kept")
			}
			r.given++ // the race detector sees who reads meanwhile
		}
	}
}

type endless struct{ given int }

func (e *endless) Read(p []byte) (int, error) {
	e.given += len(p)
	return len(p), nil
}

func TestReadingEndsWithItsContext(t *testing.T) {
	t.Parallel()
	_, s := openTroubled(t, "30s")
	mustPut(t, s, "a", content(1, 10))
	ctx, cancel := context.WithCancel(t.Context())
	b, err := s.Open(ctx, "a")
	if err != nil {
		t.Fatal(err)
	}
	cancel()
	if _, err := io.ReadAll(b); !errors.Is(err, context.Canceled) {
		t.Errorf("it is %v", err)
	}
	if err := b.Close(); err != nil {
		t.Error(err)
	}
}

// A client that sends slowly is not the server's silence: it is patient as long as something moves.
func TestASlowReaderIsWaitedFor(t *testing.T) {
	t.Parallel()
	_, s := openTroubled(t, "2s")
	const pauses = 12
	ticks := time.NewTicker(250 * time.Millisecond)
	defer ticks.Stop()
	r := &slow{ticks.C, bytes.NewReader(content(1, pauses*64<<10))}
	if _, err := s.Put(t.Context(), "a", r, pauses*64<<10); err != nil {
		t.Error(err)
	}
}

// slow gives as much as a chunk of what is sent, at every tick.
type slow struct {
	ticks <-chan time.Time
	r     io.Reader
}

func (s *slow) Read(p []byte) (int, error) {
	<-s.ticks
	return s.r.Read(p[:min(len(p), 64<<10)])
}

func TestASlowServerIsWaitedFor(t *testing.T) {
	t.Parallel()
	h, s := openTroubled(t, "2s")
	const pauses = 12
	want := content(1, pauses*1000)
	mustPut(t, s, "a", want)
	b := mustOpen(t, s, "a")
	ticks := time.NewTicker(250 * time.Millisecond)
	defer ticks.Stop()
	h.with(func(w http.ResponseWriter, r *http.Request) {
		h.Handler.ServeHTTP(&trickle{w, ticks.C, r.Context().Done()}, r)
	})
	if got, err := io.ReadAll(b); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

// trickle sends a thousand bytes at every tick.
type trickle struct {
	http.ResponseWriter
	ticks <-chan time.Time
	gone  <-chan struct{}
}

func (w *trickle) Write(p []byte) (n int, err error) {
	for part := range slices.Chunk(p, 1000) {
		select {
		case <-w.ticks:
		case <-w.gone:
			return n, context.Canceled
		}
		m, err := w.ResponseWriter.Write(part)
		n += m
		if err := errors.Join(err, http.NewResponseController(w.ResponseWriter).Flush()); err != nil {
			return n, err
		}
	}
	return n, nil
}

func TestCloseEndsConnections(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{}, 10)
	server := httptest.NewUnstartedServer(newS3())
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateClosed {
			ended <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	s, err := blob.Open(t.Context(), bucketURL(strings.TrimPrefix(server.URL, "http://"), url.Values{"patience": {"1h"}}))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	<-ended
}
