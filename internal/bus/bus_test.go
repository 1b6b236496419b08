package bus_test

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"parley/internal/bus"
)

func TestRingsArriveInTheOtherProcessesAlone(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b, c := start(t, m.bus()), start(t, m.bus()), start(t, m.bus())
		a.Ring(streams, "1", "2")
		b.Ring(streams, "-3")
		for _, p := range []*process{b, c} {
			p.hears("1", "2")
		}
		c.hears("-3")
		a.hears("-3")
		c.Ring(streams, "4")
		a.hears("4") // what a rang itself would have come before
		b.hears("4")
		if a.count("1")+a.count("2")+b.count("-3")+c.count("4") != 0 {
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
		few := names(10)
		for i := range 100_000 {
			a.Ring(streams, few[i%len(few)])
		}
		a.Ring(streams, "7")
		b.hears(append(few, "7")...)
		if n := b.total(); n > 10_000 {
			t.Errorf("100,000 rings were heard %d times", n)
		}
	})
}

// Their names do not go into one payload.
func TestManyStreamsAreAllRung(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b := start(t, m.bus()), start(t, m.bus())
		many := names(5000)
		a.Ring(streams, many...)
		b.hears(many...)
		if n := b.total(); n != len(many) {
			t.Errorf("%d streams were rung %d times", len(many), n)
		}
	})
}

// More than are kept; then everything is rung.
func TestTooManyStreamsRingEverything(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		b := start(t, m.bus())
		waiting := m.bus()
		waiting.Ring(streams, names(10_001)...)
		waiting.Ring(streams, "8")
		start(t, waiting)
		b.missed()
		waiting.Ring(streams, "9")
		b.hears("9")
		if b.total() != 1 {
			t.Errorf("rings were heard %d times", b.total())
		}
	})
}

func TestGivingNewsDoesNotWait(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		far, network := m.far()
		start(t, far)
		network.Cut()
		for name, b := range map[string]bus.Bus{
			"silent": far, "missing": m.missing(), "not started": m.bus(), "alone": bus.Alone{},
		} {
			began := time.Now()
			for i := range 100_000 {
				b.Ring(streams, strconv.Itoa(i))
				b.Publish(talk, strconv.Itoa(i))
			}
			if took := time.Since(began); took > 2*time.Second {
				t.Errorf("%s: 100,000 of each took %s", name, took)
			}
		}
	})
}

func TestEverythingIsRungWhenTheConnectionIsBack(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b := start(t, m.bus()), start(t, m.bus())
		for _, round := range []string{"1", "2", "3"} {
			m.breakConnections()
			a.missed()
			b.missed()
			a.Ring(streams, round)
			b.hears(round)
			b.Ring(streams, "10"+round)
			a.hears("10" + round)
			a.Publish(talk, round)
			b.hearsSaid(round)
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
		b.missed()
		a.Ring(streams, "1")
		b.hears("1")
		b.Ring(streams, "2")
		a.hears("2")
	})
}

func TestRunEndsWithItsContext(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		far, network := m.far()
		silent := start(t, far)
		network.Cut()
		for name, stop := range map[string]func(){
			"listening": start(t, m.bus()).stop,
			"silent":    func() { silent.Publish(talk, "goodbye"); silent.stop() },
			"missing":   func() { runAndStop(t, m.missing()) },
		} {
			began := time.Now()
			stop()
			atMost := 2 * time.Second
			if name == "silent" { // it tries to send what waits
				atMost = 7 * time.Second
			}
			if took := time.Since(began); took > atMost {
				t.Errorf("%s: it ended after %s", name, took)
			}
		}
	})
}

func runAndStop(t *testing.T, b *bus.Carried) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := b.Run(ctx); err != nil {
		t.Error(err)
	}
}

func TestRunFailsWithoutItsMedium(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		if err := m.missing().Run(t.Context()); err == nil {
			t.Error("Run ended without an error")
		}
	})
}

func TestWhatIsNotUnderstoodIsIgnored(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a := start(t, m.bus())
		for _, payload := range []string{
			"", " ", "ring", "ring stream1", "ring stream1 x", "ring stream1 x ", "ring stream1 x  2", "ring stream1 x 1 *", "ring stream1 x * *",
			"ring stream2 x 1", "ring1 x 1", "RING stream1 x 1", "1", "\n", "{\"ring\": 1}", "ring \U0001F514 - 1",
			"ring  x 1", "ring stream1  1", "say", "say talk1", "say talk1 x", "say talk1 x 1", "say talk1 x  hello", "say talk2 x 1 hello", "whisper talk1 x 1 hello",
		} {
			m.shout(payload)
		}
		m.shout("ring stream1 x 5")
		a.hears("5")
		if a.total() != 1 || len(a.all)+len(a.said) > 0 || len(a.ended) > 0 {
			t.Errorf("%d streams were rung, everything %d times, %d signals, and the bus ended %d times", a.total(), len(a.all), len(a.said), len(a.ended))
		}
		m.shout("ring stream1 x *", "say talk1 x 1 hello you")
		a.missed()
		a.hearsSaid("hello you")
	})
}

// Or it would end the server.
func TestAPanicOfWhoHearsEndsTheBusAlone(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		ended, hears := make(chan error), make(chan struct{})
		b := m.bus()
		b.Hear(streams, func(string) { panic("ouch") }, func() { close(hears) })
		go func() { ended <- b.Run(t.Context()) }()
		<-hears
		m.shout("ring stream1 x 5")
		if err := <-ended; err == nil || !strings.Contains(err.Error(), "ouch") {
			t.Errorf("it ended with %v", err)
		}
	})
}

// Equal ones, too: PostgreSQL makes one of two equal notifications of one transaction.
func TestSignalsArriveInOrderAndAreNotOne(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b, c := start(t, m.bus()), start(t, m.bus()), start(t, m.bus())
		var want []string
		for i := range 600 {
			want = append(want, []string{"on", "off", "on", "a \"quoted\" {text}, \\ and more\n", "\U0001F514 " + strings.Repeat("x", 40*(i%20)), ""}[i%6])
			a.Publish(talk, want[i])
		}
		for _, p := range []*process{b, c} {
			p.hearsSaid(want...)
		}
		b.Publish(talk, "an answer")
		for _, p := range []*process{a, c} { // what a said itself would have come before
			p.hearsSaid("an answer")
		}
	})
}

func TestWhatIsSaidComesBeforeWhatIsRungLater(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b := start(t, m.bus()), start(t, m.bus())
		for i := range 100 {
			name := strconv.Itoa(i)
			a.Publish(talk, name)
			a.Ring(streams, name)
			b.hears(name)
			if len(b.said) != 1 {
				t.Fatalf("%d signals have come", len(b.said))
			}
			b.hearsSaid(name)
		}
	})
}

func TestWhatCannotBeCarriedIsDroppedAlone(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		a, b := start(t, m.bus()), start(t, m.bus())
		longest := strings.Repeat("x", bus.Longest-len(talk))
		for _, signal := range []string{longest + "x", "zero \x00 byte", "not \xff text", longest} {
			a.Publish(talk, signal)
		}
		b.hearsSaid(longest)
		if len(a.ended)+len(b.ended) > 0 {
			t.Error("the bus has ended")
		}
	})
}

// They do not pile up while there is nobody to carry them.
func TestTooManySignalsAreDropped(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		b := start(t, m.bus())
		waiting := m.bus()
		for i := range 10_000 {
			waiting.Publish(talk, strconv.Itoa(i))
		}
		start(t, waiting)
		b.hearsSaid("0")
		waiting.Ring(streams, "after")
		b.hears("after")
		if n := len(b.said); n > 3000 {
			t.Errorf("%d more were kept", n)
		}
	})
}

// Such as a goodbye.
func TestWhatIsSaidBeforeTheEndIsSent(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		b := start(t, m.bus())
		for range 10 {
			a := start(t, m.bus())
			a.Publish(talk, "hello")
			a.Publish(talk, "goodbye")
			a.stop()
			b.hearsSaid("hello", "goodbye")
		}
	})
}

func TestHearsIsWhetherItIsConnected(t *testing.T) {
	onEach(t, func(t *testing.T, m medium) {
		b := m.bus()
		if b.Hears() || m.missing().Hears() {
			t.Error("it hears before it runs")
		}
		p := start(t, b)
		if !b.Hears() {
			t.Error("it does not hear")
		}
		p.stop()
		if b.Hears() {
			t.Error("it hears when it has ended")
		}
	})
}

// The client drops what comes meanwhile.
func TestWhoIsTooSlowForNATSIsToldSo(t *testing.T) {
	t.Parallel()
	m := newNATS(t)
	slow, hears, all := make(chan struct{}), make(chan struct{}, 10_000), make(chan struct{}, 1000)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	b := m.bus()
	b.Hear(streams, func(string) { hears <- struct{}{}; <-slow }, func() { all <- struct{}{} })
	go func() { ended <- b.Run(ctx) }()
	<-all
	m.shout("ring stream1 x 1")
	<-hears
	for range 3 { // each of them more than are kept for who is slow
		m.shout(slices.Repeat([]string{"ring stream1 x 2"}, 5000)...)
	}
	m.shout("ring stream1 x 3")
	close(slow)
	<-all
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
