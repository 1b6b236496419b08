package tally_test

import (
	"fmt"
	"testing"
	"time"

	"parley/test/load/internal/tally"
)

// TestFaultsAreSeen: a load that cannot see a fault would find none.
func TestFaultsAreSeen(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		sent int64
		got  []int64
		want tally.Faults
	}{
		"all":           {3, []int64{1, 2, 3}, tally.Faults{}},
		"first lost":    {3, []int64{2, 3}, tally.Faults{Lost: 1}},
		"middle lost":   {5, []int64{1, 2, 5}, tally.Faults{Lost: 2}},
		"last lost":     {3, []int64{1}, tally.Faults{Lost: 2}},
		"doubled":       {3, []int64{1, 2, 2, 3}, tally.Faults{Doubled: 1}},
		"doubled later": {3, []int64{1, 2, 3, 1}, tally.Faults{Doubled: 1}},
		"out of order":  {3, []int64{1, 3, 2}, tally.Faults{Disordered: 1}},
		"all of them":   {6, []int64{1, 3, 2, 2, 6}, tally.Faults{Lost: 2, Doubled: 1, Disordered: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := tally.NewTrackOf(c.sent).NewWanderer(0)
			for _, number := range c.got {
				s.Text(fmt.Appendf(nil, `{"body":"%s"}`, tally.Text(0, number, 40)), time.Now())
			}
			if got := s.Faults(); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}

// TestSendersAreInOrderEach: in what order two come who send at once is nobody's promise.
func TestSendersAreInOrderEach(t *testing.T) {
	t.Parallel()
	track := tally.NewSharedTrack(1, 2)
	s := track.NewSubscriber(0)
	for _, sender := range []int{0, 0, 1, 1} {
		if _, err := track.Next(t.Context(), sender); err != nil {
			t.Fatal(err)
		}
	}
	for _, m := range []struct {
		sender int
		number int64
	}{{1, 1}, {0, 1}, {0, 2}, {1, 2}} {
		s.Text(tally.Text(m.sender, m.number, 40), time.Now())
	}
	if got := s.Faults(); got != (tally.Faults{}) {
		t.Errorf("%+v, want none", got)
	}
	s.Text(tally.Text(1, 1, 40), time.Now())
	if got, want := s.Faults(), (tally.Faults{Doubled: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestWindowHoldsSendersBack(t *testing.T) {
	t.Parallel()
	track := tally.NewTrack(2)
	track.SetWindow(1)
	one, other := track.NewSubscriber(0), track.NewSubscriber(0)
	number, err := track.Next(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	next := make(chan error, 1)
	go func() {
		_, err := track.Next(t.Context(), 0)
		next <- err
	}()
	text := tally.Text(0, number, 40)
	one.Text(text, time.Now())
	one.Text(text, time.Now()) // again, which is not the other one's
	select {
	case <-next:
		t.Fatal("the next message was sent while one was under way")
	default:
	}
	other.Text(text, time.Now())
	if err := <-next; err != nil {
		t.Fatal(err)
	}
}

func TestPercentilesAreWithinThreePercent(t *testing.T) {
	t.Parallel()
	var h tally.Histogram
	for i := range 10_000 {
		h.Add(time.Duration(i+1) * 37 * time.Microsecond)
	}
	for _, percent := range []float64{1, 50, 99} {
		want := float64(percent) * 100 * 37
		if got := float64(h.Percentile(percent).Microseconds()); got < want*0.97 || got > want*1.03 {
			t.Errorf("p%v is %.0f µs, want %.0f", percent, got, want)
		}
	}
}
