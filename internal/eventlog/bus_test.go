package eventlog_test

import (
	"slices"
	"sync"
	"testing"

	"parley/internal/bus"
	"parley/internal/eventlog"
)

// bell counts what goes over the bus.
type bell struct {
	bus.Alone
	rings []string
}

func (b *bell) Ring(_ string, names ...string) { b.rings = append(b.rings, names...) }

func TestEventsThatAreHandedOverTogetherAreRungOnce(t *testing.T) {
	t.Parallel()
	b := &bell{}
	log := eventlog.NewBeside(b)
	log.Posted(eventlog.Event{Stream: 7, Seq: 1}, eventlog.Event{Stream: 7, Seq: 2})
	log.Posted()
	if !slices.Equal(b.rings, []string{"7"}) {
		t.Errorf("rung: %v", b.rings)
	}
}

// wire is a bus that brings everything to the other processes at once.
type wire struct {
	mu    sync.Mutex
	ports []*port
}

// port is the bus of one process.
type port struct {
	*wire
	heard  map[string]func(string)
	missed map[string]func()
}

func (w *wire) port() *port {
	p := &port{w, map[string]func(string){}, map[string]func(){}}
	w.ports = append(w.ports, p)
	return p
}

func (p *port) Ring(topic string, names ...string) {
	for _, name := range names {
		p.Publish(topic, name)
	}
}

func (p *port) Publish(topic, signal string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, other := range p.ports {
		if other != p {
			other.heard[topic](signal)
		}
	}
}

func (p *port) Hear(topic string, heard func(string), missed func()) {
	p.heard[topic], p.missed[topic] = heard, missed
}
