package main

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/test/load/internal/report"
	"parley/test/load/internal/tally"
)

// Who sends: as many as there are rooms, each in one.
const (
	senders   = 32
	listeners = 10 // in each room
)

// sending is how many messages a second are answered, when many send at once.
func (l *lab) sending(ctx context.Context, round int) error {
	for _, system := range []string{parleyName, stockName} {
		err := l.with(ctx, system, func(s *server) error {
			values, err := l.manySend(ctx, s, []*server{s})
			if err == nil {
				l.note(round, report.Sending, system, values)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// manySend has many send to the first server, where subscribers are spread over all of them.
func (l *lab) manySend(ctx context.Context, s *server, all []*server) (report.Values, error) {
	var crowd crowds
	var voices []*voice
	defer func() { crowd.close(); _ = closeAll(nil, voices) }()
	for range senders {
		room, err := s.room(ctx)
		if err != nil {
			return nil, err
		}
		track := tally.NewTrack(listeners)
		a, err := l.gather(ctx, room, track, all, listeners)
		if err != nil {
			return nil, err
		}
		crowd = append(crowd, a)
		v, err := s.voice(ctx, room, track)
		if err != nil {
			return nil, err
		}
		voices = append(voices, v)
	}
	if err := together(voices, func(v *voice) error { return v.sayTimes(ctx, warming) }); err != nil {
		return nil, err
	}
	return l.talking(ctx, s, crowd, voices)
}

// talking measures what is said from now on.
func (l *lab) talking(ctx context.Context, s *server, crowd crowds, voices []*voice) (report.Values, error) {
	latency := &tally.Histogram{}
	for _, a := range crowd {
		a.track.MeasureInto(latency)
	}
	said, delivered := crowd.counts()
	worked, err := spent(s)
	if err != nil {
		return nil, err
	}
	began := time.Now()
	if err := together(voices, func(v *voice) error { return v.sayFor(ctx, l.duration) }); err != nil {
		return nil, errors.Join(err, crowd.why())
	}
	took := time.Since(began)
	saidNow, _ := crowd.counts()
	err = together(voices, func(v *voice) error { return v.track.Drain(ctx) })
	if err != nil && !stalled(err) {
		return nil, err
	}
	cost, err := spent(s)
	messages := float64(saidNow - said)
	_, deliveredNow := crowd.counts()
	values := faulty(crowd.faults())
	values[report.MessagesPerSecond] = messages / took.Seconds()
	values[report.CPUMicrosPerMessage] = micros(cost.server-worked.server) / messages
	values[report.ClientMicros] = micros(cost.clients-worked.clients) / messages
	values[report.DeliveriesPerSecond] = float64(deliveredNow-delivered) / took.Seconds()
	values[report.P50Millis] = millis(latency.Percentile(50))
	values[report.P99Millis] = millis(latency.Percentile(99))
	return values, err
}

// counts are how many messages were sent into all rooms, and how many deliveries were made of them.
func (c crowds) counts() (said, delivered int64) {
	for _, a := range c {
		said += a.track.Last()
		delivered += a.track.Deliveries()
	}
	return said, delivered
}

// together has all do it at once.
func together(voices []*voice, do func(v *voice) error) error {
	var group errgroup.Group
	for _, v := range voices {
		group.Go(func() error { return do(v) })
	}
	return group.Wait()
}
