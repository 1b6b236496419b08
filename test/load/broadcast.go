package main

import (
	"context"
	"errors"
	"time"

	"parley/test/load/internal/report"
	"parley/test/load/internal/tally"
)

// The windows: how many messages may be under way to anyone. With two, each goes out alone; with many, in bursts.
const (
	narrow = 2
	wide   = 32
)

// broadcast is one room with many subscribers: how many deliveries a second, at what cost and after how long.
func (l *lab) broadcast(ctx context.Context, round int) error {
	for _, count := range l.crowds {
		for _, system := range []string{parleyName, limitName, gorillaName, stockName} {
			if err := l.broadcastBy(ctx, system, count, round); err != nil {
				return err
			}
		}
	}
	return nil
}

func (l *lab) broadcastBy(ctx context.Context, system string, count, round int) error {
	return l.with(ctx, system, func(s *server) error {
		room, err := s.room(ctx)
		if err != nil {
			return err
		}
		track := tally.NewSharedTrack(count, choir)
		crowd, err := l.gather(ctx, room, track, []*server{s}, count)
		if err != nil {
			return err
		}
		defer crowd.close()
		voices, err := s.chorus(ctx, room, track, choir)
		defer func() { _ = closeAll(nil, voices) }()
		if err != nil {
			return err
		}
		for _, p := range l.passages(system, count, round) {
			values, err := l.delivering(ctx, s, crowd, voicesFor(p.window, voices), p)
			if err != nil && !stalled(err) {
				return err
			}
			l.note(round, report.Broadcast(count, p.window), p.name, values)
			if err != nil { // what is lost is noted; there is nothing more to learn from these subscribers
				l.say("  %v", err)
				return nil
			}
		}
		return nil
	})
}

// passage is one measurement in the turn of a system.
type passage struct {
	name   string // of the system, in the report
	window int
	pace   time.Duration // from message to message; none for as fast as they are answered
}

// passages are those of the system's turn. The limit has one more, at Parley's pace.
func (l *lab) passages(system string, count, round int) []passage {
	all := []passage{{name: system, window: narrow}}
	if pace := l.paceOfParley(count, round); system == limitName && pace > 0 {
		all = append(all, passage{name: pacedName, window: narrow, pace: pace})
	}
	return append(all, passage{name: system, window: wide})
}

// paceOfParley is the time from message to message in Parley's turn of this round, which comes before all others; zero
// where that failed.
func (l *lab) paceOfParley(count, round int) time.Duration {
	perSecond := l.book.Value(round, report.Broadcast(count, narrow), parleyName, report.DeliveriesPerSecond) / float64(count)
	if perSecond == 0 {
		return 0
	}
	return time.Duration(float64(time.Second) / perSecond)
}

// say has the voice say what belongs to the passage.
func (p passage) say(ctx context.Context, v *voice, long time.Duration) error {
	if p.pace > 0 {
		return v.sayForAt(ctx, long, p.pace)
	}
	return v.sayFor(ctx, long)
}

// warming is how many messages are sent before anything counts.
const warming = 10

// choir is how many send at once in bursts. One who waits for each message to be on disk would not fill the window; so many
// as the window is wide have stock's transactions wait for each other until the database cancels them.
const choir = 8

// voicesFor are who sends: one alone where the window is narrow, else all.
func voicesFor(window int, voices []*voice) []*voice {
	if window == narrow {
		return voices[:1]
	}
	return voices
}

// delivering measures one passage.
func (l *lab) delivering(ctx context.Context, s *server, crowd *audience, voices []*voice, p passage) (report.Values, error) {
	track := crowd.track
	track.SetWindow(p.window)
	if err := errors.Join(together(voices, func(v *voice) error { return v.sayTimes(ctx, warming) }), track.Drain(ctx)); err != nil {
		return faulty(crowd.faults()), errors.Join(err, crowd.why())
	}
	latency, before, began := track.Measure(), track.Deliveries(), time.Now()
	worked, err := spent(s)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(together(voices, func(v *voice) error { return p.say(ctx, v, l.duration) }), track.Drain(ctx)); err != nil {
		return faulty(crowd.faults()), errors.Join(err, crowd.why())
	}
	took := time.Since(began)
	cost, err := spent(s)
	deliveries := float64(track.Deliveries() - before)
	values := faulty(crowd.faults())
	values[report.DeliveriesPerSecond] = deliveries / took.Seconds()
	values[report.CPUMicrosPerDelivery] = micros(cost.server-worked.server) / deliveries
	values[report.ClientMicros] = micros(cost.clients-worked.clients) / deliveries
	values[report.P50Millis] = millis(latency.Percentile(50))
	values[report.P99Millis] = millis(latency.Percentile(99))
	values[report.FrameBytes] = crowd.frameBytes()
	return values, err
}

func faulty(f tally.Faults) report.Values {
	return report.Values{
		report.Lost: float64(f.Lost), report.Doubled: float64(f.Doubled),
		report.Disordered: float64(f.Disordered), report.CutOff: float64(f.CutOff),
	}
}
