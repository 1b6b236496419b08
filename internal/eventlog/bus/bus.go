// Package bus carries rings between the processes of one deployment: over PostgreSQL's notifications, or over NATS.
//
// It guarantees that
//   - ringing never waits, whatever has become of the carrier, and keeps no more than a bounded number of rings;
//   - rings that come while others are being sent go out together, each stream once;
//   - a process does not hear its own rings;
//   - whenever rings may have been lost, which is so after every start, all streams are rung;
//   - a lost connection, a silent one too, ends Run with an error within about ten seconds, so that it is run again;
//   - what is not understood is ignored: the payloads of other versions, and anybody else's.
//
// It does not promise that a ring arrives: what is lost between two processes costs followers the time until they look
// by themselves.
package bus

import (
	"context"
	"crypto/rand"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/supervise"
)

// rest is how long it takes at least from one round of rings to the next: what comes meanwhile goes with the next one.
// A lone ring does not wait.
const rest = 2 * time.Millisecond

// Bus is an eventlog.Bus on a carrier.
type Bus struct {
	carrier carrier
	self    string // tells our payloads from those of others
	waiting *rings
}

// carrier brings payloads to all processes.
type carrier interface {
	connect(ctx context.Context) (line, error)
}

// line is a carrier's connection. It is not mended: when it is lost, its methods fail.
type line interface {
	// send gives payloads to the carrier, and waits until it has them.
	send(ctx context.Context, payloads []string) error
	// hear calls heard with every payload, and missed when there are some that will not come, which is so when it
	// begins to hear, until the context ends.
	hear(ctx context.Context, heard func(payload string), missed func()) error
	close()
}

func newBus(c carrier) *Bus { return &Bus{carrier: c, self: rand.Text(), waiting: newRings()} }

// Ring tells the other processes that streams have grown.
func (b *Bus) Ring(streamIDs ...int64) { b.waiting.add(streamIDs) }

// Run carries rings until the context ends, or fails when the connection is lost.
func (b *Bus) Run(ctx context.Context, rung func(streamID int64), rungAll func()) error {
	line, err := b.carrier.connect(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	defer line.close()
	both, within := errgroup.WithContext(ctx)
	both.Go(func() error {
		return supervise.Call(within, func(ctx context.Context) error {
			return line.hear(ctx, func(payload string) { b.heard(payload, rung, rungAll) }, rungAll)
		})
	})
	both.Go(func() error {
		return supervise.Call(within, func(ctx context.Context) error { return b.send(ctx, line) })
	})
	return ended(ctx, both.Wait())
}

// ended is the error that Run ends with: none where it was told to end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// heard rings what a payload names.
func (b *Bus) heard(payload string, rung func(streamID int64), rungAll func()) {
	r, ok := decode(payload)
	switch {
	case !ok || r.sender == b.self:
	case r.all:
		rungAll()
	default:
		for _, id := range r.streams {
			rung(id)
		}
	}
}

// send sends what waits, round after round. A round that fails is lost with the line: when the line is there again,
// followers have long looked by themselves.
func (b *Bus) send(ctx context.Context, line line) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.waiting.some:
		}
		streams, all := b.waiting.take()
		if err := line.send(ctx, encode(b.self, streams, all)); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(rest):
		}
	}
}
