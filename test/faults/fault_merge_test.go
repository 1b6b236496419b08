package faults

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

func mergeFaults() []fault {
	return []fault{{name: "rooms are merged while a server is killed", hold: 2 * time.Second, strike: mergeRooms}}
}

// familiesMany is how many families of rooms become one at the same time.
const familiesMany = 3

// mergeRooms has one family of rooms after the other become one, while a server is killed again and again. Meanwhile it is
// looked whether there are merges in part.
func mergeRooms(w *world, r *run) (func() error, error) {
	var merging sync.WaitGroup
	var whole atomic.Int64 // families that have become one
	stop := make(chan struct{})
	for i := range familiesMany {
		merging.Go(func() {
			for at := i; ; at += familiesMany {
				if err := r.unite(w.t.Context(), at); err != nil {
					r.breach(stuck, "a merge: %v", err)
					return
				}
				whole.Add(1)
				select {
				case <-stop:
					return
				default:
				}
			}
		})
	}
	p := w.process(0)
	killing := again(w, func() error {
		before := whole.Load()
		if err := errors.Join(p.kill(), p.start()); err != nil {
			return err
		}
		await(attempt, func() bool { return whole.Load() > before }) // with the server, before it is killed again
		return nil
	})
	looking := again(w, func() error { return r.lookForParts() })
	return func() error {
		err := killing()
		close(stop)
		merging.Wait()
		return errors.Join(err, looking(), r.lookForParts())
	}, nil
}

// inPart counts the rooms that have gone and have kept something, and those that stand and have lost something. It is one
// statement, so it sees what was there at one moment.
const inPart = `SELECT count(*) FROM rooms r JOIN streams s ON s.id = r.stream_id WHERE CASE r.status
	WHEN 'MERGED' THEN NOT s.sealed OR s.continued_in IS NULL OR EXISTS (SELECT FROM events WHERE stream_id = s.id AND kind = 'TEXT')
	ELSE s.continued_in IS NOT NULL OR EXISTS (SELECT FROM events WHERE stream_id = s.id AND kind = 'MOVED') END`

func (r *run) lookForParts() error {
	n, err := r.w.db.numbers(inPart)
	if err == nil && n[0] > 0 {
		r.breach(torn, "%d rooms are merged in part", n[0])
	}
	return err
}
