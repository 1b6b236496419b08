package main

import (
	"context"
	"math"
	"strconv"
	"time"

	"parley/test/load/internal/report"
	"parley/test/load/internal/tally"
)

// many is how many rooms idle subscriptions are spread over.
const many = 1000

// memory is what a subscription costs while nothing happens: all in one room, and spread over many. Both systems collect
// garbage when there is a tenth as much of it as there is of use: how much more a process holds otherwise depends on when
// it last collected, which for an idle one is chance.
func (l *lab) memory(ctx context.Context, round int) error {
	for _, rooms := range []int{1, min(many, l.held)} {
		for _, system := range []string{parleyName, stockName} {
			err := l.with(ctx, system, func(s *server) error {
				values, err := l.holding(ctx, s, rooms)
				if err != nil {
					return err
				}
				l.note(round, report.Memory(l.held, rooms), system, values)
				return nil
			}, "GOGC="+strconv.Itoa(l.gogc))
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// holding opens the subscriptions and returns what one of them costs, but for the first third of them.
func (l *lab) holding(ctx context.Context, s *server, rooms int) (report.Values, error) {
	places := make([]place, rooms)
	for i := range places {
		var err error
		if places[i], err = s.room(ctx); err != nil {
			return nil, err
		}
	}
	// What is there before the first, and goes by the way, such as what it took to sign in, must not count for them.
	part := max(l.held/3, 1)
	some, err := l.hold(ctx, s, places, part)
	defer some.close()
	if err != nil {
		return nil, err
	}
	before, err := l.settled(ctx, s)
	if err != nil {
		return nil, err
	}
	rest, err := l.hold(ctx, s, places, l.held-part)
	defer rest.close()
	if err != nil {
		return nil, err
	}
	after, err := l.settled(ctx, s)
	values := faulty(some.faults().Plus(rest.faults()))
	values[report.KilobytesEach] = float64(after-before) / float64(l.held-part) / 1024
	return values, err
}

// hold opens so many subscriptions, as many in each room.
func (l *lab) hold(ctx context.Context, s *server, places []place, count int) (crowds, error) {
	var all crowds
	for i, room := range places {
		here := count*(i+1)/len(places) - count*i/len(places)
		a, err := l.gather(ctx, room, tally.NewTrack(here), []*server{s}, here)
		if err != nil {
			return all, err
		}
		all = append(all, a)
	}
	return all, nil
}

const (
	// calm is by how much memory may still change from one look to the next, in parts of all of it.
	calm = 0.002

	// calmLooks is how many looks in a row must find it so.
	calmLooks = 4

	// patience is how long to wait for that.
	patience = 20 * time.Second
)

// settled waits until the memory of the server no longer changes, or for as long as makes sense, and returns it.
func (l *lab) settled(ctx context.Context, s *server) (int64, error) {
	last, looks := int64(0), 0
	for began := time.Now(); looks < calmLooks && time.Since(began) < patience; {
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(l.duration / 8):
		}
		now, err := s.Memory()
		if err != nil {
			return 0, err
		}
		looks++
		if math.Abs(float64(now-last)) > calm*float64(now) {
			looks = 0
		}
		last = now
	}
	return last, nil
}
