package blob_test

import (
	"io"
	"runtime"
	"sync"
	"testing"

	"golang.org/x/sync/errgroup"
)

// What ten readers have given when all are at their ends is measured, after a collection, so that only what is held
// counts. It is not parallel, so that the memory is its own; the server's is in another process.
func TestTenPutsAtOnceHoldLittle(t *testing.T) {
	s := open(t, bucketURL(startServer(t), nil))
	const puts, size = 10, 24 << 20
	for _, tt := range []struct {
		said int64
		most uint64
	}{
		{size, 8 << 20},
		{-1, 64 << 20},
	} {
		before := heap()
		var held uint64
		all := newMeeting(puts, func() { held = heap() - before })
		var group errgroup.Group
		for i := range puts {
			group.Go(func() error {
				r := io.MultiReader(io.LimitReader(&endless{}, size), all)
				_, err := s.Put(t.Context(), string(rune('a'+i)), r, tt.said)
				return err
			})
		}
		if err := group.Wait(); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d puts of %d MiB, %s: %.1f MiB", puts, size>>20, sizeName(tt.said), float64(held)/mib)
		if held > tt.most {
			t.Errorf("%d bytes are held", held)
		}
	}
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
