package faults

import (
	"syscall"
	"testing"
	"time"
)

func processFaults() []fault {
	return []fault{
		{name: "nothing", hold: time.Second, strike: func(*world, *run) (func() error, error) { return nothing, nil }},
		{name: "kill -9 of a server", hold: 500 * time.Millisecond, strike: killServer},
		{name: "a server is paused", hold: 6 * time.Second, strike: pauseServer},
		{name: "a server is asked to end", strike: stopServer},
		{name: "one server is cut from the database", hold: sentAwayWithin, strike: without((*network).silence)},
		{name: "one server is refused by the database", hold: sentAwayWithin, strike: without((*network).cut)},
		{name: "old and new version side by side", hold: 2 * time.Second, strike: stopServer, world: twoVersions},
	}
}

func killServer(w *world, _ *run) (func() error, error) {
	p := w.process(0)
	return p.start, p.kill()
}

func pauseServer(w *world, _ *run) (func() error, error) {
	p := w.process(0)
	return func() error { return p.signal(syscall.SIGCONT) }, p.signal(syscall.SIGSTOP)
}

// stopServer asks a server to end, which it has to do well.
func stopServer(w *world, r *run) (func() error, error) {
	p := w.process(0)
	if err := p.stop(); err != nil {
		r.breach(unclean, "%v", err)
	}
	return p.start, nil
}

// sentAwayWithin is how soon a process that cannot serve its subscribers has to send them away.
const sentAwayWithin = 10 * time.Second

// without leaves one process without a database. Its subscribers have to be somewhere else in time.
func without(taken func(*network)) func(w *world, r *run) (func() error, error) {
	return func(w *world, r *run) (func() error, error) {
		taken(w.toDB[0])
		return func() error {
			for _, x := range r.readers {
				if x.place.Load() == 0 {
					r.breach(kept, "%s is with a process that has no database, after %s", x.name, r.fault.hold)
				}
			}
			w.toDB[0].heal()
			return nil
		}, nil
	}
}

// twoVersions is a world of which one process speaks a later version of the bus.
func twoVersions(t *testing.T) (plan, bool) {
	later := mutated(t, edit{"internal/eventlog/hub.go", `topicGrown = "stream1"`, `topicGrown = "stream2"`})
	return plan{bus: overPostgres, binaries: []string{server(t), later}}, true
}
