package faults

import (
	"context"
	"slices"
	"testing"
	"time"
)

// fault is something that goes wrong.
type fault struct {
	name    string
	hold    time.Duration                                         // how long it is there
	strike  func(w *world, r *run) (heal func() error, err error) // lets it in; heal takes it away
	after   func(w *world, r *run)                                // looks for more, when all is healed
	on      bus                                                   // where it makes sense on one bus only
	padding int                                                   // bytes more in each message
	crowd   int                                                   // readers more
	world   func(t *testing.T) (plan, bool)                       // where it needs one of its own; false where it cannot be had
}

// nothing is how a fault heals that is over at once.
func nothing() error { return nil }

// again does something now and every now and then, until the function that it returns is called.
func again(w *world, something func() error) (heal func() error) {
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() {
		tick := time.NewTicker(300 * time.Millisecond)
		defer tick.Stop()
		for {
			if err := something(); err != nil {
				ended <- err
				return
			}
			select {
			case <-tick.C:
			case <-ctx.Done():
				ended <- nil
				return
			}
		}
	}()
	return func() error {
		cancel()
		return <-ended
	}
}

// every is all faults, by name.
func every() []fault {
	return slices.Concat(processFaults(), mergeFaults(), databaseFaults(), busFaults(), clientFaults(), carrierFaults(), accessFaults())
}

// named is one of them.
func named(name string) fault {
	for _, f := range every() {
		if f.name == name {
			return f
		}
	}
	panic("there is no fault named " + name) // a table of this package is wrong
}
