package supervise_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"parley/internal/supervise"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var errBroken = errors.New("broken")

// Pauses double from 50 ms to 5 s, whether it fails by an error or a panic.
func TestRunStartsAgainAfterGrowingPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		var starts []time.Duration
		begun := time.Now()
		supervise.Run(t.Context(), slog.New(slog.NewTextHandler(&log, nil)), "the thing", func(context.Context) error {
			starts = append(starts, time.Since(begun))
			switch n := len(starts); {
			case n == 10:
				return nil
			case n%2 == 0:
				panic("ouch")
			}
			return errBroken
		})
		wanted, at := []time.Duration{0}, time.Duration(0)
		for _, pause := range []time.Duration{50, 100, 200, 400, 800, 1600, 3200, 5000, 5000} {
			at += pause * time.Millisecond
			wanted = append(wanted, at)
		}
		for i := range wanted {
			if starts[i] != wanted[i] {
				t.Errorf("start %d was after %s, want %s", i, starts[i], wanted[i])
			}
		}
		if n := strings.Count(log.String(), "\n"); n != 9 || !strings.Contains(log.String(), `what="the thing"`) || !strings.Contains(log.String(), "ouch") {
			t.Errorf("the log has %d lines:\n%s", n, log.String())
		}
	})
}

// What has gone well for a while starts again soon.
func TestRunForgetsOldFailures(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var failed time.Time
		var pauses []time.Duration
		supervise.Run(t.Context(), slog.New(slog.DiscardHandler), "x", func(context.Context) error {
			if !failed.IsZero() {
				pauses = append(pauses, time.Since(failed))
			}
			if len(pauses) == 9 {
				return nil
			}
			if len(pauses) == 7 {
				time.Sleep(6 * time.Second)
			}
			failed = time.Now()
			return errBroken
		})
		if pauses[6] < 3*time.Second || pauses[7] != 50*time.Millisecond || pauses[8] != 100*time.Millisecond {
			t.Errorf("the pauses are %v", pauses)
		}
	})
}

func TestRunEndsWithoutAnError(t *testing.T) {
	t.Parallel()
	starts := 0
	supervise.Run(t.Context(), slog.New(slog.DiscardHandler), "x", func(context.Context) error {
		starts++
		return nil
	})
	if starts != 1 {
		t.Errorf("started %d times", starts)
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	for name, work := range map[string]func(context.Context) error{
		"at work":        func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"at work, badly": func(ctx context.Context) error { <-ctx.Done(); panic("ouch") },
		"in a pause":     func(context.Context) error { return errBroken },
	} {
		synctest.Test(t, func(t *testing.T) {
			var log bytes.Buffer
			ctx, cancel := context.WithTimeout(t.Context(), 60*time.Second)
			defer cancel()
			begun := time.Now()
			supervise.Run(ctx, slog.New(slog.NewTextHandler(&log, nil)), "x", work)
			if took := time.Since(begun); took != time.Minute {
				t.Errorf("%s: it ended after %s", name, took)
			}
			if name != "in a pause" && log.Len() > 0 {
				t.Errorf("%s: the end is logged: %s", name, log.String())
			}
		})
	}
}

func TestCall(t *testing.T) {
	t.Parallel()
	if err := supervise.Call(t.Context(), func(context.Context) error { return errBroken }); !errors.Is(err, errBroken) {
		t.Errorf("have %v", err)
	}
	err := supervise.Call(t.Context(), func(context.Context) error { panic("ouch") })
	if err == nil || !strings.Contains(err.Error(), "ouch") || !strings.Contains(err.Error(), "supervise_test.go") {
		t.Errorf("have %v, want the panic and where it was", err)
	}
	if err := supervise.Call(t.Context(), func(context.Context) error { return nil }); err != nil {
		t.Errorf("have %v", err)
	}
}
