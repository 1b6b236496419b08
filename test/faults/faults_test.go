package faults

import (
	"fmt"
	"os"
	"testing"
)

// strongest are the faults of the short run, in worlds of their own that run at the same time.
var strongest = map[bus][][]string{
	overPostgres: {{"kill -9 of PostgreSQL", "rooms are merged while a server is killed"}, {"a person signs out", "all backends are terminated", "all clients come back at once"}},
	overNATS:     {{"NATS is lost and comes back"}},
}

func TestFaults(t *testing.T) {
	t.Parallel()
	if *long {
		t.Skip("TestAllFaults has them, and more")
	}
	for kind, worlds := range strongest {
		for i, names := range worlds {
			t.Run(fmt.Sprint(kind, " ", i), func(t *testing.T) {
				t.Parallel()
				var faults []fault
				for _, name := range names {
					faults = append(faults, named(name))
				}
				t.Log("\n" + table(runAll(t, kind, faults)))
			})
		}
	}
}

// TestAllFaults is the long run. One fault comes after the other, so that the figures are comparable.
func TestAllFaults(t *testing.T) {
	if !*long {
		t.Skip("for the long run: make faults")
	}
	var all []outcome
	for _, kind := range []bus{overPostgres, overNATS} {
		t.Run(string(kind), func(t *testing.T) {
			all = append(all, runAll(t, kind, every())...)
		})
	}
	t.Log("\n" + table(all))
	if *tell == "" {
		return
	}
	if err := os.WriteFile(*tell, []byte(page(all)), 0o644); err != nil {
		t.Error(err)
	}
}

// runAll puts faults on one world after the other. A world that was found wanting, and one that was made for a fault, is
// not used again.
func runAll(t *testing.T, kind bus, faults []fault) (all []outcome) {
	for rest := faults; len(rest) > 0; {
		t.Run("world", func(t *testing.T) {
			var done []outcome
			if rest[0].world != nil {
				done, rest = runAlone(t, kind, rest[0]), rest[1:]
			} else {
				w := newWorld(t, plan{bus: kind, binaries: alike(server(t), processesMany)})
				done, rest = runWhileGood(t, w, rest)
			}
			all = append(all, done...)
		})
		if t.Failed() && len(all) == 0 {
			return nil // there is not even a world
		}
	}
	return all
}

const processesMany = 3

func runAlone(t *testing.T, kind bus, f fault) (all []outcome) {
	if kind != overPostgres {
		return nil // such a world has its own bus, once
	}
	t.Run(f.name, func(t *testing.T) {
		p, can := f.world(t)
		if !can {
			t.Skip("not run here")
		}
		all = append(all, runOne(t, newWorld(t, p), f))
	})
	return all
}

// runWhileGood runs faults until one is found guilty or needs another world, and returns what is left.
func runWhileGood(t *testing.T, w *world, faults []fault) (all []outcome, rest []fault) {
	for i, f := range faults {
		if f.world != nil {
			return all, faults[i:]
		}
		if f.on != "" && f.on != w.kind {
			continue
		}
		good := t.Run(f.name, func(t *testing.T) { all = append(all, runOne(t, w, f)) })
		if !good {
			return all, faults[i+1:]
		}
	}
	if *long {
		w.checkOutbox(t)
	}
	return all, nil
}

// checkOutbox waits until nothing is left to be sent: a message whose sender was killed is somebody else's when its claim
// has ended.
func (w *world) checkOutbox(t *testing.T) {
	t.Helper()
	var waiting []int
	var err error
	if !await(settling, func() bool {
		waiting, err = w.db.numbers(`SELECT count(*) FROM deliveries WHERE state IN ('WAITING', 'SENDING')`)
		return err == nil && waiting[0] == 0
	}) {
		t.Errorf("%s: the outbox still holds %v messages (%v)", left, waiting, err)
	}
}

func runOne(t *testing.T, w *world, f fault) outcome {
	o, err := w.run(f)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.found) > 0 {
		t.Errorf("%s: %s", f.name, summary(o.found))
		for _, p := range w.processes {
			t.Logf("%s:\n%s", p.name, p.log.tail())
		}
	}
	return o
}
