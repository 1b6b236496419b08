package bus_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/internal/eventlog"
)

func TestRingsArriveInTheOtherProcessesAlone(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b, c := start(t, m.bus()), start(t, m.bus()), start(t, m.bus())
		a.Ring(1, 2)
		b.Ring(-3)
		for _, p := range []*process{b, c} {
			p.hears(1, 2)
		}
		c.hears(-3)
		a.hears(-3)
		c.Ring(4)
		a.hears(4) // what a rang itself would have come before
		b.hears(4)
		if a.count(1)+a.count(2)+b.count(-3)+c.count(4) != 0 {
			t.Error("a process heard its own rings")
		}
		if a.total() != 2 || b.total() != 3 || c.total() != 3 {
			t.Errorf("rings were heard %d, %d and %d times", a.total(), b.total(), c.total())
		}
	})
}

func TestManyRingsOfFewStreamsAreFew(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b := start(t, m.bus()), start(t, m.bus())
		ids := streams(10)
		for i := range 100_000 {
			a.Ring(ids[i%len(ids)])
		}
		a.Ring(7)
		b.hears(append(ids, 7)...)
		if n := b.total(); n > 10_000 {
			t.Errorf("100,000 rings were heard %d times", n)
		}
	})
}

// Their names do not go into one payload.
func TestManyStreamsAreAllRung(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b := start(t, m.bus()), start(t, m.bus())
		ids := streams(5000)
		a.Ring(ids...)
		b.hears(ids...)
		if n := b.total(); n != len(ids) {
			t.Errorf("%d streams were rung %d times", len(ids), n)
		}
	})
}

// More than are kept; then everything is rung.
func TestTooManyStreamsRingEverything(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		b := start(t, m.bus())
		waiting := m.bus()
		waiting.Ring(streams(10_001)...)
		waiting.Ring(8)
		start(t, waiting)
		b.rungAll()
		waiting.Ring(9)
		b.hears(9)
		if b.total() != 1 {
			t.Errorf("rings were heard %d times", b.total())
		}
	})
}

func TestRingDoesNotWait(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		far, network := m.far()
		start(t, far)
		network.Cut()
		for name, b := range map[string]eventlog.Bus{
			"silent": far, "missing": m.missing(), "not started": m.bus(), "alone": eventlog.Alone{},
		} {
			began := time.Now()
			for i := range int64(100_000) {
				b.Ring(i)
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s: 100,000 rings took %s", name, took)
			}
		}
	})
}

func TestEverythingIsRungWhenTheConnectionIsBack(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b := start(t, m.bus()), start(t, m.bus())
		for round := range int64(3) {
			m.breakConnections()
			a.rungAll()
			b.rungAll()
			a.Ring(round)
			b.hears(round)
			b.Ring(100 + round)
			a.hears(100 + round)
		}
	})
}

func TestASilentNetworkIsNoticed(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		far, network := m.far()
		a, b := start(t, m.bus()), start(t, far)
		network.Cut()
		cut := time.Now()
		select {
		case err := <-b.ended:
			t.Logf("noticed after %s: %v", time.Since(cut), err)
		case <-time.After(12 * time.Second):
			t.Fatal("nothing was noticed")
		}
		network.Heal()
		b.rungAll()
		a.Ring(1)
		b.hears(1)
		b.Ring(2)
		a.hears(2)
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		far, network := m.far()
		silent := start(t, far)
		network.Cut()
		for name, stop := range map[string]func(){
			"listening": start(t, m.bus()).stop,
			"silent":    silent.stop,
			"missing":   func() { runAndStop(t, m.missing()) },
			"alone":     func() { runAndStop(t, eventlog.Alone{}) },
		} {
			began := time.Now()
			stop()
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s: it ended after %s", name, took)
			}
		}
	})
}

func runAndStop(t *testing.T, b eventlog.Bus) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Run(ctx, nil, nil); err != nil {
		t.Error(err)
	}
}

func TestRunFailsWithoutItsMedium(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		if err := m.missing().Run(t.Context(), nil, nil); err == nil {
			t.Error("Run ended without an error")
		}
	})
}

func TestWhatIsNotUnderstoodIsIgnored(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a := start(t, m.bus())
		for _, payload := range []string{
			"", " ", "ring1", "ring1 ", "ring1 x", "ring1 x ", "ring1 x y", "ring1 x 1 y", "ring1 x 1 *", "ring1 x * *", "ring1 x 1  2", "ring1 x 99999999999999999999",
			"ring2 x 1", "revoke1 x 1", "RING1 x 1", "1", "\n", "ring1 x " + strings.Repeat("9", 7000), "{\"ring\": 1}", "ring1 \U0001F514 -", "ring1 x 0x10", "ring1 x 1.5",
		} {
			m.shout(payload)
		}
		m.shout("ring1 x 5")
		a.hears(5)
		if a.total() != 1 || len(a.all) > 0 || len(a.ended) > 0 {
			t.Errorf("%d streams were rung, everything %d times, and the bus ended %d times", a.total(), len(a.all), len(a.ended))
		}
		m.shout("ring1 x *")
		a.rungAll()
	})
}

// Or it would end the server.
func TestAPanicOfWhoIsRungEndsTheBusAlone(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		ended, hears := make(chan error), make(chan struct{})
		go func() {
			ended <- m.bus().Run(t.Context(), func(int64) { panic("ouch") }, func() { close(hears) })
		}()
		<-hears
		m.shout("ring1 x 5")
		if err := <-ended; err == nil || !strings.Contains(err.Error(), "ouch") {
			t.Errorf("it ended with %v", err)
		}
	})
}

// The client drops what comes meanwhile.
func TestWhoIsTooSlowForNATSRingsEverything(t *testing.T) {
	t.Parallel()
	m := newNATS(t)
	slow, hears, all := make(chan struct{}), make(chan struct{}, 10_000), make(chan struct{}, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		ended <- m.bus().Run(ctx, func(int64) { hears <- struct{}{}; <-slow }, func() { all <- struct{}{} })
	}()
	<-all
	m.shout("ring1 x 1")
	<-hears
	for range 3 { // each of them more than are kept for who is slow
		m.shout(slices.Repeat([]string{"ring1 x 2"}, 1000)...)
	}
	m.shout("ring1 x 3")
	close(slow)
	<-all
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
