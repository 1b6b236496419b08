package transport

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"sync"
	"testing"
)

// ledger is a sink that notes the places it gets.
type ledger struct {
	mu     sync.Mutex
	places []int64
}

func (l *ledger) deliver(results []result) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range results {
		l.places = append(l.places, r.place)
	}
}

func (l *ledger) backlog(_ context.Context, results []result) error {
	l.deliver(results)
	return nil
}

func (*ledger) fail([]byte) {}
func (*ledger) complete()   {}

// A crowd comes and goes while results come, fast enough that a group forgets the old ones: whoever stays has all that
// came since they joined, each once and in order, as soon as nobody is at work any more; nobody has to wait for what
// comes next. Now few and now many, so that group and writers take turns.
func TestACrowdThatComesAndGoesMissesNothing(t *testing.T) {
	t.Parallel()
	h := &Handler{live: newLive()}
	h.Logger = slog.New(slog.NewTextHandler(io.Discard, nil))
	h.groups, h.writers = newGroups(h), newWriters(h)
	g := newGroup(h, "crowd", context.Background(), 0)
	g.users = 1 // that of the test
	const total = 20_000
	var crowd sync.WaitGroup
	done := make(chan struct{})
	for i := range 4 {
		crowd.Go(func() {
			for size := i; ; size = (size + 7) % (3 * few) {
				select {
				case <-done:
					return
				default:
					visitGroup(t, g, size)
				}
			}
		})
	}
	stays := &ledger{}
	g.join(stays, 0, nil, func() {})
	for place := int64(1); place <= total; place++ {
		g.append(place, make([]byte, 1<<10))
		g.wake()
		g.trim()
	}
	close(done)
	crowd.Wait()
	late := &ledger{}
	g.join(late, g.head(), nil, func() {})
	g.append(total+1, []byte("last"))
	g.wake()
	h.live.wg.Wait()
	checkLedger(t, stays, 1, total+1)
	checkLedger(t, late, total+1, total+1)
}

// visitGroup has so many join and leave again.
func visitGroup(t *testing.T, g *group, size int) {
	var members []*member
	var ledgers []*ledger
	for range size {
		l := &ledger{}
		if m, ok := g.join(l, g.head(), nil, func() {}); ok {
			members, ledgers = append(members, m), append(ledgers, l)
		}
	}
	for _, m := range members {
		m.leave()
	}
	for _, l := range ledgers {
		l.mu.Lock()
		if n := len(l.places); n > 0 && (!slices.IsSorted(l.places) || l.places[n-1]-l.places[0] != int64(n-1)) {
			t.Errorf("a member got %v", l.places)
		}
		l.mu.Unlock()
	}
}

func checkLedger(t *testing.T, l *ledger, from, to int64) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if int64(len(l.places)) != to-from+1 || l.places[0] != from || l.places[len(l.places)-1] != to || !slices.IsSorted(l.places) {
		t.Errorf("got %d results, want those from %d to %d", len(l.places), from, to)
	}
}
