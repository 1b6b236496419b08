package eventlog_test

import (
	"context"
	"testing"
	"time"

	"parley/internal/eventlog"
)

func TestStoredGivesAllBetweenTwoPlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const n = 2*eventlog.Batch + 3
	b.fill(t, n)
	for _, c := range [][2]int64{{0, n}, {0, n - 1}, {7, 8}, {eventlog.Batch, n}, {n, n}, {n - 1, n + 5}} {
		at := c[0]
		for events, err := range b.log.Stored(t.Context(), b.stream, c[0], c[1]) {
			if err != nil || len(events) == 0 {
				t.Fatalf("%d events, %v", len(events), err)
			}
			for _, e := range events {
				if at++; e.Seq != at {
					t.Fatalf("event %d came where %d was due", e.Seq, at)
				}
			}
		}
		if at != min(c[1], n) {
			t.Errorf("from %d to %d it came to %d", c[0], c[1], at)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for events, err := range b.log.Stored(ctx, b.stream, 0, n) {
		if err == nil {
			t.Errorf("%d events without a database", len(events))
		}
	}
}

// What is quiet says so, and nothing is lost around it.
func TestLiveSaysWhenNothingComes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	begun, quiet, at := 0, 0, int64(0)
	for events, err := range b.log.Live(ctx, b.stream, 0, 5*time.Millisecond, func() { begun++ }) {
		if err != nil {
			t.Fatal(err)
		}
		if len(events) == 0 {
			if quiet++; quiet%2 == 0 {
				b.mustAppend(t, 2)
			}
		}
		for _, e := range events {
			if at++; e.Seq != at {
				t.Fatalf("event %d came where %d was due", e.Seq, at)
			}
		}
		if at >= 20 {
			cancel()
		}
	}
	if begun != 1 || quiet < 20 || b.log.Tails() != 0 {
		t.Errorf("begun %d times, quiet %d times, %d tails are left", begun, quiet, b.log.Tails())
	}
}

func TestLiveWithoutAWordWaits(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for events, err := range b.log.Live(t.Context(), b.stream, 0, 0, func() { go b.log.Tell(b.stream, eventlog.Signal{Kind: "TYPING"}) }) {
		if err != nil || len(events) != 1 || events[0].Kind != "TYPING" {
			t.Fatalf("got %+v %v", events, err)
		}
		return
	}
}
