package faults

import (
	"errors"
	"time"
)

func busFaults() []fault {
	return []fault{
		{name: "the LISTEN connections are dropped", on: overPostgres, strike: dropListeners},
		{name: "the LISTEN connections are in a black hole", on: overPostgres, hold: 5 * time.Second, strike: silenceListeners},
		{name: "NATS is lost and comes back", on: overNATS, hold: 2 * time.Second, strike: loseNATS},
		{name: "NATS is in a black hole", on: overNATS, hold: 5 * time.Second, strike: silenceNATS},
	}
}

var errNobodyListens = errors.New("no process listens to the database")

func dropListeners(w *world, _ *run) (func() error, error) {
	many := 0
	for _, n := range w.toDB {
		many += n.dropWhere(func(x *wire) bool { return x.listens.Load() })
	}
	if many == 0 {
		return nil, errNobodyListens
	}
	return nothing, nil
}

// silenceListeners leaves the connections that listen without a word; new ones, and all others, are as before.
func silenceListeners(w *world, _ *run) (func() error, error) {
	many := 0
	for _, n := range w.toDB {
		many += n.poisonedWhere(blackHole, func(x *wire) bool { return x.listens.Load() })
	}
	if many == 0 {
		return nil, errNobodyListens
	}
	return func() error {
		for _, n := range w.toDB {
			n.heal()
		}
		return nil
	}, nil
}

func loseNATS(w *world, _ *run) (func() error, error) {
	w.nats.stop()
	return w.nats.start, nil
}

func silenceNATS(w *world, _ *run) (func() error, error) {
	for _, n := range w.toNATS {
		n.silence()
	}
	return func() error {
		for _, n := range w.toNATS {
			n.heal()
		}
		return nil
	}, nil
}
