package presence_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/internal/bus"
	"parley/internal/presence"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const grace = 5 * time.Second

// network is what processes talk over: it may lose, double and delay what they say.
type network struct {
	mu      sync.Mutex
	weather int
	said    int
	late    []func()
	longest int // of all signals
	ports   []*port
}

const (
	calm    = iota
	lossy   // a third is lost
	silent  // all is
	doubled // all comes twice
	slow    // a third comes later
	weathers
)

// port is where a process is on the network.
type port struct {
	bus.Alone
	network *network
	heard   func(string)
	missed  func()
	dead    bool
}

func (p *port) Hear(_ string, heard func(string), missed func()) {
	p.network.mu.Lock()
	defer p.network.mu.Unlock()
	p.heard, p.missed = heard, missed
	p.network.ports = append(p.network.ports, p)
}

func (p *port) Publish(_, signal string) {
	for _, deliver := range p.network.deliveries(p, signal) {
		deliver()
	}
}

func (n *network) deliveries(from *port, signal string) (now []func()) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if from.dead {
		return nil
	}
	n.longest = max(n.longest, len(signal))
	for _, to := range n.ports {
		if to == from || to.dead {
			continue
		}
		n.said++
		deliver := func() { to.heard(signal) }
		switch {
		case n.weather == silent, n.weather == lossy && n.said%3 == 0:
		case n.weather == doubled:
			now = append(now, deliver, deliver)
		case n.weather == slow && n.said%3 == 0:
			n.late = append(n.late, deliver)
		default:
			now = append(now, deliver)
		}
	}
	return now
}

// change changes the weather; what is late arrives, the newest first.
func (n *network) change(weather int) {
	n.mu.Lock()
	late := n.late
	n.weather, n.late = weather, nil
	n.mu.Unlock()
	for _, deliver := range slices.Backward(late) {
		deliver()
	}
}

// process is one that runs.
type process struct {
	*presence.Presence
	port   *port
	inside map[string][]func() // how to leave, by place and person
	stop   func()

	mu    sync.Mutex
	told  map[string]bool
	times int // that something was told
	err   error
}

func key(place int64, person string) string { return fmt.Sprint(place, " ", person) }

func (n *network) start(grace time.Duration) *process {
	p := &process{port: &port{network: n}, inside: map[string][]func(){}, told: map[string]bool{}}
	p.Presence = presence.New(p.port, grace)
	p.Tell(p.hear)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		if err := p.Run(ctx); err != nil {
			panic(err)
		}
	}()
	p.stop = sync.OnceFunc(func() {
		cancel()
		<-ended
		n.mu.Lock()
		defer n.mu.Unlock()
		p.port.dead = true
	})
	p.port.missed() // as a bus does when it begins
	return p
}

// kill ends a process without a word.
func (p *process) kill() {
	p.port.network.mu.Lock()
	p.port.dead = true
	p.port.network.mu.Unlock()
	p.stop()
}

func (p *process) hear(place int64, person string, present bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := key(place, person)
	if p.told[k] == present {
		p.err = errors.Join(p.err, fmt.Errorf("%s: told %v again", k, present))
	}
	p.told[k] = present
	p.times++
}

// saw returns who is there as it was told, and how often something was.
func (p *process) saw() (there []string, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, present := range p.told {
		if present {
			there = append(there, k)
		}
	}
	slices.Sort(there)
	return there, p.times
}

func (p *process) enter(place int64, person string) {
	k := key(place, person)
	p.inside[k] = append(p.inside[k], p.Enter(place, person))
}

func (p *process) leave(place int64, person string) {
	if all := p.inside[key(place, person)]; len(all) > 0 {
		p.inside[key(place, person)] = all[1:]
		all[0]()
	}
}

// here are those who have entered in this process.
func (p *process) here() (all []string) {
	for k, leaves := range p.inside {
		if len(leaves) > 0 {
			all = append(all, k)
		}
	}
	return all
}

// at are those who are at the places.
func (p *process) at(places int64) (all []string) {
	for place := range places {
		for _, person := range p.At(place) {
			all = append(all, key(place, person))
		}
	}
	slices.Sort(all)
	return all
}

// union are those who are here in any of the processes.
func union(processes []*process) []string {
	all := map[string]bool{}
	for _, p := range processes {
		for _, k := range p.here() {
			all[k] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
