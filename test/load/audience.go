package main

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/test/load/internal/client"
	"parley/test/load/internal/tally"
)

// audience is the subscribers of one room.
type audience struct {
	track *tally.Track

	mu      sync.Mutex
	members []*tally.Subscriber
	conns   []*client.Conn
}

// opening is how many connections are opened at once.
const opening = 32

// gather opens so many subscriptions to the room, for whom the track waits, and returns when all have begun.
func (l *lab) gather(ctx context.Context, room place, track *tally.Track, servers []*server, count int) (*audience, error) {
	a := &audience{track: track}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(opening)
	for i := range count {
		group.Go(func() error { return a.admit(ctx, l, servers[i%len(servers)], room) })
	}
	if err := group.Wait(); err != nil {
		a.close()
		return nil, err
	}
	return a, nil
}

func (a *audience) admit(ctx context.Context, l *lab, s *server, room place) error {
	member := a.track.NewSubscriber(a.track.Last())
	conn, err := l.crowd.Open(ctx, s.subscription(room, ""), member)
	if err != nil {
		return err
	}
	a.mu.Lock()
	a.members = append(a.members, member)
	a.conns = append(a.conns, conn)
	a.mu.Unlock()
	return begun(ctx, member)
}

// beginning is how long a subscription may take to begin.
const beginning = 30 * time.Second

// begun waits until the subscription has begun.
func begun(ctx context.Context, member *tally.Subscriber) error {
	select {
	case <-member.Ready():
		return member.Err()
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(beginning):
		return fmt.Errorf("a subscription has not begun in time")
	}
}

// faults are those of all members.
func (a *audience) faults() tally.Faults {
	var sum tally.Faults
	for _, m := range a.members {
		sum = sum.Plus(m.Faults())
	}
	return sum
}

// why is why one of them was cut off, if any was.
func (a *audience) why() error {
	for _, m := range a.members {
		if err := m.Err(); err != nil {
			return err
		}
	}
	return nil
}

// frameBytes is the length of a message.
func (a *audience) frameBytes() float64 {
	if len(a.members) == 0 {
		return 0
	}
	return float64(a.members[0].Size())
}

func (a *audience) close() {
	for _, c := range a.conns {
		c.Close()
	}
}

// crowds are the audiences of several rooms.
type crowds []*audience

func (c crowds) faults() tally.Faults {
	var sum tally.Faults
	for _, a := range c {
		sum = sum.Plus(a.faults())
	}
	return sum
}

func (c crowds) why() error {
	for _, a := range c {
		if err := a.why(); err != nil {
			return err
		}
	}
	return nil
}

func (c crowds) close() {
	for _, a := range c {
		a.close()
	}
}
