package blob_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/rclone/gofakes3"
	"github.com/rclone/gofakes3/s3mem"
	"golang.org/x/sync/errgroup"
)

// What is held when ten readers have given all but their end is measured, after a collection, so that nothing that is
// done with counts. It is not parallel, so that the memory is its own; the server holds nothing.
func TestTenPutsAtOnceHoldLittle(t *testing.T) {
	server := forgetful{Backend: newS3().objects, taken: new(atomic.Int64)}
	s := open(t, bucketURL(serve(t, speakS3(server)), nil))
	const puts, size = 10, 24_000_000
	for _, tt := range []struct {
		said int64
		most uint64
	}{
		{size, 8_000_000},
		{-1, 64_000_000},
	} {
		server.taken.Store(0)
		before := heap()
		var held uint64
		all := newMeeting(puts, func() { held = heap() - before })
		var group errgroup.Group
		for i := range puts {
			group.Go(func() error {
				r := io.MultiReader(io.LimitReader(&endless{}, size), all)
				_, err := s.Put(t.Context(), fmt.Sprint(i), r, tt.said)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d puts %s hold %d bytes", puts, sizeName(tt.said), held)
		if held > tt.most || server.taken.Load() != puts*size {
			t.Errorf("%d bytes are held, %d arrived", held, server.taken.Load())
		}
	}
}

// forgetful is what a server keeps that only counts what it takes.
type forgetful struct {
	*s3mem.Backend
	taken *atomic.Int64
}

func (f forgetful) take(r io.Reader) error {
	n, err := io.Copy(io.Discard, r)
	f.taken.Add(n)
	return err
}

func (f forgetful) PutObject(_ context.Context, _, _ string, _ map[string]string, r io.Reader, _ int64) (gofakes3.PutObjectResult, error) {
	return gofakes3.PutObjectResult{}, f.take(r)
}

func (f forgetful) CreateMultipartUpload(context.Context, string, string, map[string]string) (gofakes3.UploadID, error) {
	return gofakes3.UploadID(rand.Text()), nil
}

func (f forgetful) UploadPart(_ context.Context, _, _ string, _ gofakes3.UploadID, _ int, _ int64, r io.Reader) (string, error) {
	return "part", f.take(r)
}

func (f forgetful) CompleteMultipartUpload(context.Context, string, string, gofakes3.UploadID, *gofakes3.CompleteMultipartUploadRequest) (gofakes3.VersionID, string, error) {
	return "", "whole", nil
}

func (f forgetful) AbortMultipartUpload(context.Context, string, string, gofakes3.UploadID) error {
	return nil
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// meeting is an empty reader that ends once all have come to it, and something was done.
type meeting struct {
	mu    sync.Mutex
	still int
	do    func()
	done  chan struct{}
}

func newMeeting(of int, do func()) *meeting {
	return &meeting{still: of, do: do, done: make(chan struct{})}
}

func (m *meeting) Read([]byte) (int, error) {
	m.mu.Lock()
	m.still--
	if m.still == 0 {
		m.do()
		close(m.done)
	}
	m.mu.Unlock()
	<-m.done
	return 0, io.EOF
}
