package faults

import (
	"errors"
	"slices"
	"time"
)

func clientFaults() []fault {
	return []fault{
		{name: "all clients come back at once", hold: 3 * time.Second, crowd: 100, strike: storm},
		{name: "readers that stop reading", hold: 6 * time.Second, padding: 9000, strike: stallReaders},
		{name: "half-open readers", hold: 8 * time.Second, strike: halfOpen},
	}
}

// storm cuts all readers at once, and those who come back, again and again.
func storm(w *world, r *run) (func() error, error) {
	return again(w, func() error {
		for _, x := range r.readers {
			x.cut()
		}
		return nil
	}), nil
}

// undisturbed is how long a reader may wait for an event because of what another client does.
const undisturbed = 2 * time.Second

// stallReaders has every second reader of the loud rooms not read, until much more has come than fits between it and
// its process. The others have to go on meanwhile.
func stallReaders(_ *world, r *run) (func() error, error) {
	until := make(chan struct{})
	for i, x := range r.readers[:readersMany] {
		if i/2%2 == 0 {
			x.stalled(until)
		}
	}
	return func() error {
		for i, x := range r.readers[:readersMany] {
			if gap := x.reading().gap(); i/2%2 != 0 && gap > undisturbed {
				r.breach(heldUp, "%s waited %s for an event", x.name, gap)
			}
		}
		close(until)
		return r.someWereCutOff()
	}, nil
}

// someWereCutOff is an error where all readers have the connections that they began with: then too little was sent for
// the fault to be one.
func (r *run) someWereCutOff() error {
	if !await(longEnough, func() bool {
		return slices.ContainsFunc(r.readers, func(x *reader) bool { return x.begun.Load() > 1 })
	}) {
		return errors.New("no reader was too slow")
	}
	return nil
}

// halfOpen opens connections whose clients vanish without a word; they have to be let go.
func halfOpen(w *world, r *run) (func() error, error) {
	const many = 20
	lane := newNetwork(w.t, to("tcp", w.process(0).at()[len("http://"):]))
	var all []*socket
	for i := range many {
		room := r.rooms[i%loudRooms]
		s, err := openSocket(w.t.Context(), "http://"+lane.address(), w.token, vars{"room": room.id, "after": room.start})
		if err != nil {
			return nil, err
		}
		all = append(all, s)
		if _, err := s.next(); err != nil {
			return nil, err
		}
	}
	lane.silence()
	return func() error {
		if n := lane.open(); n > 0 {
			r.breach(left, "%d of %d connections are open though nobody is there", n, many)
		}
		for _, s := range all {
			s.cut()
		}
		lane.heal()
		return nil
	}, nil
}
