package main

import (
	"context"
	"errors"
	"maps"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/test/load/internal/client"
	"parley/test/load/internal/report"
	"parley/test/load/internal/tally"
)

const (
	// wanderers are the subscribers who leave and come back, in turn.
	wanderers = 100

	// comeback is how often one of them does.
	comeback = 20 * time.Millisecond
)

// reconnect is subscribers who leave without a word and come back after their last cursor, while messages come: whether
// they miss anything, and what those who stay notice of it.
func (l *lab) reconnect(ctx context.Context, round int) error {
	return l.with(ctx, parleyName, func(s *server) error {
		return l.steadily(ctx, s, func(others *steady) error {
			values, err := others.before(ctx, l.duration)
			if err != nil {
				return err
			}
			w, err := l.setOut(ctx, s, others)
			defer w.close()
			if err != nil {
				return err
			}
			latency := others.track.Measure()
			comebacks, err := w.wander(ctx, l.duration)
			values[report.Reconnects] = float64(comebacks)
			values[report.P99Millis] = millis(latency.Percentile(99))
			if err := errors.Join(err, others.stop()); err != nil && !stalled(err) {
				return err
			}
			if err := w.arrive(ctx); err != nil { // it is counted below
				l.say("  %v", err)
			}
			maps.Copy(values, faulty(w.faults().Plus(others.crowd.faults())))
			l.note(round, report.Reconnect, parleyName, values)
			return nil
		})
	})
}

// party is all the wanderers.
type party struct {
	lab    *lab
	server *server
	room   place
	track  *tally.Track
	all    []*wanderer
}

type wanderer struct {
	*tally.Subscriber
	conn *client.Conn
}

// setOut has all of them subscribe.
func (l *lab) setOut(ctx context.Context, s *server, o *steady) (*party, error) {
	p := &party{lab: l, server: s, room: o.room, track: o.track}
	for range wanderers {
		// They begin with the room, so all that has been said so far is the first that they get.
		w := &wanderer{Subscriber: o.track.NewWanderer(0)}
		p.all = append(p.all, w)
		if err := p.come(ctx, w); err != nil {
			return p, err
		}
	}
	return p, nil
}

// come subscribes after the newest message that has arrived.
func (p *party) come(ctx context.Context, w *wanderer) (err error) {
	after := w.Cursor()
	if after == "" {
		after = p.room.LastCursor
	}
	w.conn, err = p.lab.crowd.Open(ctx, p.server.subscription(p.room, after), w)
	return err
}

// wander has one after the other leave and come back, and returns how often one has.
func (p *party) wander(ctx context.Context, long time.Duration) (int, error) {
	tick := time.NewTicker(comeback)
	defer tick.Stop()
	var group errgroup.Group
	group.SetLimit(wanderers / 2) // so that nobody leaves who is still coming
	times := 0
	for began := time.Now(); time.Since(began) < long; times++ {
		w := p.all[times%len(p.all)]
		group.Go(func() error {
			w.conn.Close()
			return p.come(ctx, w)
		})
		<-tick.C
	}
	return times, group.Wait()
}

// arrive waits until all of them have all messages.
func (p *party) arrive(ctx context.Context) error {
	for _, w := range p.all {
		if _, err := w.Reach(ctx, p.track.Last()); err != nil {
			return err
		}
	}
	return nil
}

func (p *party) faults() tally.Faults {
	var sum tally.Faults
	for _, w := range p.all {
		sum = sum.Plus(w.Faults())
	}
	return sum
}

func (p *party) close() {
	for _, w := range p.all {
		if w.conn != nil {
			w.conn.Close()
		}
	}
}
