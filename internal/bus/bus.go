// Package bus carries news between the processes of one deployment: over PostgreSQL's notifications, or over NATS.
//
// News have a topic. There are two kinds of them:
//
//   - A ring names something that has changed, such as a stream that has grown, and does not say how. Rings of one name
//     that wait together are one ring.
//   - A signal says something, in a few kilobytes. Those of one process keep their order.
//
// The package guarantees that
//   - giving it news never waits, whatever has become of the carrier, and keeps no more than a bounded number of them;
//   - news that come while others are being sent go out together, signals before rings;
//   - a process does not hear its own news;
//   - whenever news from others may not have come, which is so after every start, those who hear a topic are told that they
//     may have missed something. What a process could not send, since its own connection was lost or because signals were too
//     many or too long, is lost without a word to the others;
//   - a lost connection, a silent one too, ends Run with an error within about ten seconds, so that it is run again;
//   - what is not understood is ignored: the payloads of other versions, and anybody else's.
//
// It does not promise that news arrive: whoever lives by them needs another way to find out, if a slower one.
package bus

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/supervise"
)

// Bus brings news to the other processes. Its methods do not wait.
type Bus interface {
	// Ring tells the other processes that the things named have changed. A name is a word without spaces.
	Ring(topic string, names ...string)
	// Publish sends a signal, at most Longest bytes of text.
	Publish(topic, signal string)
	// Hear has heard called with the names and signals of a topic that come from other processes, and missed when some
	// may not have come, one after the other. Both must not wait. It is to be called before the bus runs.
	Hear(topic string, heard func(news string), missed func())
}

// Alone is the bus of a server of one process: there is nobody to tell.
type Alone struct{}

// Ring does nothing.
func (Alone) Ring(string, ...string) {}

// Publish does nothing.
func (Alone) Publish(string, string) {}

// Hear does nothing.
func (Alone) Hear(string, func(string), func()) {}

// Carried is a Bus on a carrier.
type Carried struct {
	carrier carrier
	self    string // tells our payloads from those of others
	waiting *waiting
	hears   atomic.Bool

	mu      sync.Mutex
	hearers map[string][]hearer // of topics
}

type hearer struct {
	heard  func(news string)
	missed func()
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

func newBus(c carrier) *Carried {
	return &Carried{carrier: c, self: rand.Text(), waiting: newWaiting(), hearers: map[string][]hearer{}}
}

// Ring implements Bus.
func (b *Carried) Ring(topic string, names ...string) { b.waiting.ring(topic, names) }

// Publish implements Bus.
func (b *Carried) Publish(topic, signal string) { b.waiting.publish(topic, signal) }

// Hear implements Bus.
func (b *Carried) Hear(topic string, heard func(news string), missed func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.hearers[topic] = append(b.hearers[topic], hearer{heard, missed})
}

// Hears tells whether it is connected: news of other processes come in.
func (b *Carried) Hears() bool { return b.hears.Load() }

// Run carries news until the context ends, and sends what waits then, for which a carrier that does not answer has a few
// seconds; or it fails when the connection is lost.
func (b *Carried) Run(ctx context.Context) error {
	line, err := b.carrier.connect(ctx)
	if err != nil {
		return ended(ctx, err)
	}
	defer line.close()
	defer b.hears.Store(false)
	both, within := errgroup.WithContext(ctx)
	both.Go(func() error {
		return supervise.Call(within, func(ctx context.Context) error { return line.hear(ctx, b.heard, b.began) })
	})
	both.Go(func() error {
		return supervise.Call(within, func(ctx context.Context) error { return b.send(ctx, line) })
	})
	if err = ended(ctx, both.Wait()); err == nil {
		b.sendLast(ctx, line)
		return nil
	}
	return err
}

// ended is the error that Run ends with: none where it was told to end.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return nil
	}
	return errors.Join(err, errors.New("the bus has ended"))
}

// began tells everyone that they may have missed something.
func (b *Carried) began() {
	b.hears.Store(true)
	b.mu.Lock()
	var all []hearer
	for _, hearers := range b.hearers {
		all = append(all, hearers...)
	}
	b.mu.Unlock()
	for _, h := range all {
		h.missed()
	}
}

// heard hands on what a payload says.
func (b *Carried) heard(payload string) {
	n, ok := decode(payload)
	if !ok || n.sender == b.self {
		return
	}
	for _, h := range b.of(n.topic) {
		if n.all {
			h.missed()
		}
		for _, said := range n.said {
			h.heard(said)
		}
	}
}

func (b *Carried) of(topic string) []hearer {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.hearers[topic]
}

// rest is how long it takes at least from one round of news to the next: what comes meanwhile goes with the next one.
// Lone news do not wait.
const rest = 2 * time.Millisecond

// send sends what waits, round after round. A round that fails is lost with the line: when the line is there again,
// everyone is told that they may have missed something.
func (b *Carried) send(ctx context.Context, line line) error {
	round, stop := finishing(ctx)
	defer stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.waiting.some:
		}
		if err := line.send(round, b.waiting.take(b.self)); err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(rest):
		}
	}
}

// farewell is how long a round may go on, and the last one may take, when the bus is told to end.
const farewell = time.Second

// finishing is a context that ends a moment after another, so that a round under way is not lost.
func finishing(ctx context.Context) (context.Context, context.CancelFunc) {
	later, cancel := context.WithCancel(context.WithoutCancel(ctx))
	context.AfterFunc(ctx, func() { time.AfterFunc(farewell, cancel) })
	return later, cancel
}

// sendLast sends what is left when the bus is told to end, such as a goodbye. That it fails is no news.
func (b *Carried) sendLast(ctx context.Context, line line) {
	payloads := b.waiting.take(b.self)
	if len(payloads) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), farewell)
	defer cancel()
	_ = line.send(ctx, payloads)
}
