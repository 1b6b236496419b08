package bus

import (
	"maps"
	"slices"
	"sync"
)

// What waits to be sent, at most: while the carrier is away the news of a busy server would otherwise pile up. Beyond it,
// everything of a topic is rung, and signals are dropped.
const (
	mostNamed   = 10_000 // of each topic
	mostSignals = 2_000
)

// waiting are the news that wait to be sent.
type waiting struct {
	some chan struct{} // holds a value when there are some

	mu      sync.Mutex
	rings   map[string]*rings // of topics
	signals []signal
	number  uint64 // of the newest signal that was sent
}

type signal struct{ topic, text string }

// rings are the names that wait to be rung, each once.
type rings struct {
	names map[string]struct{}
	all   bool // more than could be kept
}

func newWaiting() *waiting {
	return &waiting{some: make(chan struct{}, 1), rings: map[string]*rings{}}
}

func (w *waiting) ring(topic string, names []string) {
	w.mu.Lock()
	r := w.rings[topic]
	if r == nil {
		r = &rings{names: map[string]struct{}{}}
		w.rings[topic] = r
	}
	for _, name := range names {
		r.names[name] = struct{}{}
	}
	if r.all = r.all || len(r.names) > mostNamed; r.all {
		clear(r.names)
	}
	w.mu.Unlock()
	w.wake()
}

func (w *waiting) publish(topic, text string) {
	if !fits(topic, text) {
		return
	}
	w.mu.Lock()
	full := len(w.signals) >= mostSignals
	if !full {
		w.signals = append(w.signals, signal{topic, text})
	}
	w.mu.Unlock()
	if !full {
		w.wake()
	}
}

func (w *waiting) wake() {
	select {
	case w.some <- struct{}{}:
	default:
	}
}

// take returns the payloads of what waits, and nothing waits any more. Signals come first: what a process does after it
// has said something is not known before that.
func (w *waiting) take(sender string) (payloads []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, s := range w.signals {
		w.number++
		payloads = append(payloads, encodeSignal(s.topic, sender, w.number, s.text))
	}
	w.signals = nil
	for topic, r := range w.rings {
		payloads = append(payloads, encodeRings(topic, sender, slices.Collect(maps.Keys(r.names)), r.all)...)
		clear(r.names)
		r.all = false
	}
	return payloads
}
