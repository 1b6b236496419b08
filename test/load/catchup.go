package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"parley/test/load/internal/report"
	"parley/test/load/internal/tally"
)

// catchup is a subscriber who is far behind and catches up, again and again, and what the subscribers of another room,
// where messages come steadily, notice of it.
func (l *lab) catchup(ctx context.Context, round int) error {
	return l.with(ctx, parleyName, func(s *server) error {
		if err := l.fallBehind(ctx, s); err != nil {
			return err
		}
		return l.steadily(ctx, s, func(others *steady) error {
			values, err := others.before(ctx, l.duration)
			if err != nil {
				return err
			}
			latency := others.track.Measure()
			rate, faults, err := l.catchUpFor(ctx, s)
			values[report.EventsPerSecond] = rate
			values[report.P99Millis] = millis(latency.Percentile(99))
			if err := errors.Join(err, others.stop()); err != nil && !stalled(err) {
				return err
			}
			maps.Copy(values, faulty(faults.Plus(others.crowd.faults())))
			l.note(round, report.CatchUp, parleyName, values)
			return nil
		})
	})
}

// fallBehind makes the room with the events, once.
func (l *lab) fallBehind(ctx context.Context, s *server) error {
	if l.backlog != nil {
		return nil
	}
	room, err := s.room(ctx)
	if err != nil {
		return err
	}
	v, err := s.voice(ctx, room, tally.NewTrack(0))
	if err != nil {
		return err
	}
	if err := errors.Join(v.sayTimes(ctx, l.behind), v.close()); err != nil {
		return err
	}
	l.backlog = &room
	return nil
}

// catchUpFor has a subscriber catch up until the time is over, and returns how many events a second it got: the median of
// all times.
func (l *lab) catchUpFor(ctx context.Context, s *server) (float64, tally.Faults, error) {
	var faults tally.Faults
	var took []time.Duration
	for began := time.Now(); len(took) == 0 || time.Since(began) < l.duration; {
		once, f, err := l.catchUpOnce(ctx, s)
		if err != nil {
			return 0, faults, err
		}
		took = append(took, once)
		faults = faults.Plus(f)
	}
	slices.Sort(took)
	return float64(l.behind) / took[len(took)/2].Seconds(), faults, nil
}

// catchUpOnce opens a subscription after the room's beginning, and returns how long it took for all events to arrive.
func (l *lab) catchUpOnce(ctx context.Context, s *server) (time.Duration, tally.Faults, error) {
	reader := tally.NewTrackOf(int64(l.behind)).NewWanderer(0)
	began := time.Now()
	conn, err := l.crowd.Open(ctx, s.subscription(*l.backlog, l.backlog.LastCursor), reader)
	if err != nil {
		return 0, tally.Faults{}, err
	}
	defer conn.Close()
	at, err := reader.Reach(ctx, int64(l.behind))
	if err != nil {
		return 0, tally.Faults{}, fmt.Errorf("catch up: %w", err)
	}
	return at.Sub(began), reader.Faults(), nil
}
