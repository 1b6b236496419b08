package inbox_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/dbtest"
	"parley/internal/inbox"
)

// turn is how long messages are sent without a follower, before they are sent with some.
const turn = time.Second

// BenchmarkSendWhileFollowed sends messages by the service method, in turns with nobody who follows the inbox and with some:
// what following costs those who write.
func BenchmarkSendWhileFollowed(b *testing.B) {
	const rooms = 1_000
	c := newTown(b, 1, rooms, "", dbtest.Durable())
	for _, into := range []int{rooms, 32, 1} {
		for _, followers := range []int{1, 100} {
			b.Run(fmt.Sprintf("rooms=%d/followers=%d", into, followers), func(b *testing.B) { c.compare(b, into, followers) })
		}
	}
}

func (c *town) compare(b *testing.B, rooms, followers int) {
	c.send(b, rooms) // into a cold cache: it does not count
	var alone, followed, told, turns float64
	for b.Loop() {
		alone += c.send(b, rooms)
		leave := c.followers(b, followers)
		followed += c.send(b, rooms)
		told += leave()
		turns++
	}
	b.ReportMetric(0, "ns/op") // an op is two turns, which says nothing
	b.ReportMetric(alone/turns, "alone-msgs/s")
	b.ReportMetric(followed/turns, "followed-msgs/s")
	b.ReportMetric(followed/alone, "ratio")
	b.ReportMetric(told/turns/turn.Seconds(), "told/s")
}

// send sends messages for a turn, and returns how many a second.
func (c *town) send(b *testing.B, rooms int) float64 {
	b.Helper()
	var sent atomic.Int64
	began := time.Now()
	clients, ctx := errgroup.WithContext(c.asAri(b.Context()))
	for range 32 {
		clients.Go(func() error {
			for time.Since(began) < turn {
				if err := c.processes[0].say(ctx, c.rooms[rand.IntN(rooms)]); err != nil {
					return err
				}
				sent.Add(1)
			}
			return nil
		})
	}
	if err := clients.Wait(); err != nil {
		b.Fatal(err)
	}
	return float64(sent.Load()) / time.Since(began).Seconds()
}

// followers follow until they are to leave, which returns how much they were told in all.
func (c *town) followers(b *testing.B, n int) (leave func() float64) {
	b.Helper()
	ctx, cancel := context.WithCancel(c.asAri(b.Context()))
	var all, here errgroup.Group
	var told atomic.Int64
	for range n {
		begun := make(chan struct{})
		here.Go(func() error { <-begun; return nil })
		all.Go(func() error {
			_ = follow(ctx, c.processes[0].inbox, nil, func(e inbox.Event) bool {
				if _, ok := e.(*inbox.CaughtUp); ok {
					close(begun)
				}
				told.Add(1)
				return true
			})
			return nil
		})
	}
	_ = here.Wait()
	return func() float64 {
		cancel()
		_ = all.Wait()
		return float64(told.Load())
	}
}
