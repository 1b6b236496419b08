package faults

import (
	"time"
)

func databaseFaults() []fault {
	return []fault{
		{name: "kill -9 of PostgreSQL", hold: 500 * time.Millisecond, strike: killDatabase},
		{name: "all backends are terminated", hold: 2 * time.Second, strike: terminate},
		{name: "60 ms to the database", hold: 3 * time.Second, strike: slowDatabase},
		{name: "the disk is full", hold: 4 * time.Second, strike: fillDisk, world: onSmallDisk},
	}
}

func killDatabase(w *world, _ *run) (func() error, error) { return w.db.start, w.db.kill() }

// terminate ends all connections to the database, again and again.
func terminate(w *world, _ *run) (func() error, error) { return again(w, w.db.terminate), nil }

func slowDatabase(w *world, _ *run) (func() error, error) {
	for _, n := range w.toDB {
		n.poisoned(delay60ms)
	}
	return func() error {
		for _, n := range w.toDB {
			n.heal()
		}
		return nil
	}, nil
}
