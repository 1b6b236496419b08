package eventlog_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/internal/eventlog"
	"parley/internal/supervise"
)

// troubled is a bus that ends in the ways it is told, one after the other, and then listens.
type troubled struct {
	eventlog.Alone
	ends      []func() error
	starts    atomic.Int64
	listening atomic.Int64
	heard     chan struct{} // closed when it listens
}

func (b *troubled) Run(ctx context.Context, rung func(int64), rungAll func()) error {
	if n := int(b.starts.Add(1)); n <= len(b.ends) {
		return b.ends[n-1]()
	}
	b.listening.Add(1)
	defer b.listening.Add(-1)
	close(b.heard)
	return b.Alone.Run(ctx, rung, rungAll)
}

func TestABusThatFailsIsStartedAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := &troubled{heard: make(chan struct{}), ends: []func() error{
			func() error { panic("the driver is broken") },
			func() error { return errors.New("the database is away") },
			func() error { return nil },
		}}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- eventlog.NewBeside(bus).Run(ctx) }()
		<-bus.heard
		cancel()
		if err := <-ended; err != nil || bus.starts.Load() != 4 {
			t.Errorf("after %d starts: %v", bus.starts.Load(), err)
		}
	})
}

// Or there would be two once Run is called again.
func TestTheBusHasEndedWhenRunHas(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		bus := &troubled{heard: make(chan struct{})}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := supervise.Call(ctx, eventlog.NewBeside(bus).Run) // its looks, at no database, panic
		if err != nil || bus.starts.Load() != 1 || bus.listening.Load() != 0 {
			t.Errorf("Run ended with %v; of %d listeners %d are left", err, bus.starts.Load(), bus.listening.Load())
		}
	})
}

// bell counts what goes over the bus.
type bell struct {
	eventlog.Alone
	rings []int64
}

func (b *bell) Ring(streamIDs ...int64) { b.rings = append(b.rings, streamIDs...) }

func TestEventsThatAreHandedOverTogetherAreRungOnce(t *testing.T) {
	t.Parallel()
	b := &bell{}
	log := eventlog.NewBeside(b)
	log.Posted(eventlog.Event{Stream: 7, Seq: 1}, eventlog.Event{Stream: 7, Seq: 2})
	log.Posted()
	if !slices.Equal(b.rings, []int64{7}) {
		t.Errorf("rung: %v", b.rings)
	}
}
