package faults

import (
	"fmt"
	"sync"
	"time"
)

func accessFaults() []fault {
	return []fault{{name: "a person signs out", hold: 4 * time.Second, strike: signOut}}
}

// within is how soon the end of a token is known in every process: "within a second", and what a busy machine adds.
const within = 1500 * time.Millisecond

// signOut ends a token that has subscriptions at every process, and looks what still arrives.
func signOut(w *world, r *run) (func() error, error) {
	ctx := w.t.Context()
	var token string
	if err := w.signIn(ctx, &token); err != nil {
		return nil, err
	}
	var all []*intruder
	for i := range 2 * len(w.processes) {
		x := &intruder{name: fmt.Sprintf("subscription %d at process %d", i, i/2)}
		by := []carriage{overSocket, overStream}[i%2]
		sub, err := by(ctx, w, w.process(i/2), token, vars{"room": r.rooms[i%loudRooms].id})
		if err != nil {
			return nil, err
		}
		x.sub = sub
		all = append(all, x)
		x.listening.Go(x.listen)
	}
	for _, x := range all {
		if !await(longEnough, func() bool { return !x.last().IsZero() }) {
			return nil, fmt.Errorf("%s gets nothing", x.name)
		}
	}
	var payload struct{}
	if err := w.mutate(ctx, w.process(0), token, "signOut", vars{}, "", &payload); err != nil {
		return nil, err
	}
	answered := time.Now()
	return func() error { // the fault has held for longer than within
		for i, x := range all {
			if late := x.last().Sub(answered); late > within {
				r.breach(intruded, "%s got something %s after the sign-out", x.name, late)
			}
			x.sub.cut()
			x.listening.Wait()
			err := w.mutate(ctx, w.process(i), token, "createRoom", vars{}, "room { id }", &payload)
			if !isRefused(err, "UNAUTHENTICATED") {
				r.breach(intruded, "process %d answers with %v after the sign-out", i%len(w.processes), err)
			}
		}
		return nil
	}, nil
}

// intruder notes when something comes.
type intruder struct {
	name      string
	sub       subscription
	listening sync.WaitGroup

	mu sync.Mutex
	at time.Time
}

func (x *intruder) listen() {
	for {
		payload, err := x.sub.next()
		if err != nil {
			return
		}
		if _, err := decode(payload); err != nil {
			return
		}
		x.mu.Lock()
		x.at = time.Now()
		x.mu.Unlock()
	}
}

func (x *intruder) last() time.Time {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.at
}
