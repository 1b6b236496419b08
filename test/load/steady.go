package main

import (
	"context"
	"errors"
	"time"

	"parley/test/load/internal/report"
	"parley/test/load/internal/tally"
)

const (
	// regulars are the subscribers of a room where messages come steadily.
	regulars = 100

	// pace is how often.
	pace = 20 * time.Millisecond
)

// steady is a room where messages come steadily.
type steady struct {
	room  place
	track *tally.Track
	crowd *audience
	stop  func() error // the messages
}

// steadily runs work beside such a room.
func (l *lab) steadily(ctx context.Context, s *server, work func(*steady) error) error {
	room, err := s.room(ctx)
	if err != nil {
		return err
	}
	track := tally.NewTrack(regulars)
	crowd, err := l.gather(ctx, room, track, []*server{s}, regulars)
	if err != nil {
		return err
	}
	defer crowd.close()
	v, err := s.voice(ctx, room, track)
	if err != nil {
		return err
	}
	defer v.close()
	talking, hush := context.WithCancel(ctx)
	said := make(chan error, 1)
	go func() { said <- v.sayEvery(talking, pace) }()
	err = work(&steady{room: room, track: track, crowd: crowd, stop: func() error {
		hush()
		err := <-said
		said <- nil // for the next who asks
		return errors.Join(err, track.Drain(ctx))
	}})
	hush()
	if why := crowd.why(); why != nil { // it is counted, and no reason to stop
		l.say("  %v", why)
	}
	return errors.Join(err, <-said)
}

// before measures how long messages take while nothing else happens.
func (o *steady) before(ctx context.Context, long time.Duration) (report.Values, error) {
	latency := o.track.Measure()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-time.After(long):
	}
	return report.Values{report.P99MillisBefore: millis(latency.Percentile(99))}, nil
}
