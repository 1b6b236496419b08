package faults

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// send is what a writer knows of one message.
type send struct {
	room            int
	body            string // as it stands before any padding; no two are alike
	key             string // "" for none
	began, answered time.Time
	ids             []string // of the message, by each answer; none where nobody knows what became of it
}

// writer sends messages into all rooms, one after the other.
type writer struct {
	r     *run
	id    int
	sends []send       // of the writer alone, until it has ended
	acked atomic.Int64 // how many were answered
}

// write sends until it is told to stop; what has begun by then is finished.
func (x *writer) write(ctx context.Context, stop <-chan struct{}) {
	pace := time.NewTicker(x.r.pace())
	defer pace.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		select {
		case <-stop:
			return
		case <-pace.C:
		}
		s := send{room: (x.id + i) % x.r.loud, body: fmt.Sprintf("%d/%d", x.id, i)}
		if i%2 == 0 {
			s.key = x.r.w.name("message")
		}
		x.send(ctx, &s, i)
		x.sends = append(x.sends, s)
	}
}

func (x *writer) send(ctx context.Context, s *send, i int) {
	s.began = time.Now()
	switch {
	case s.key == "":
		x.once(ctx, s, x.id+i/2)
	case i%6 == 0:
		x.twice(ctx, s)
	default:
		x.until(ctx, s, x.id+i/2)
		if i%8 == 0 { // the answer may have been lost on the way, for all that the server knows
			x.until(ctx, s, x.id+i/2+1)
		}
	}
	if len(s.ids) > 0 {
		x.acked.Add(1)
	}
}

// once sends a message without a key: where there is no answer nobody knows.
func (x *writer) once(ctx context.Context, s *send, at int) {
	if id, err := x.r.post(ctx, at, *s); err == nil {
		s.answered, s.ids = time.Now(), []string{id}
	}
}

// until repeats a message with a key until it is answered, at one process after the other.
func (x *writer) until(ctx context.Context, s *send, at int) {
	for ; ctx.Err() == nil; at++ {
		id, err := x.r.post(ctx, at, *s)
		if err == nil {
			if len(s.ids) == 0 {
				s.answered = time.Now()
			}
			s.ids = append(s.ids, id)
			return
		}
		x.r.w.rest(ctx)
	}
}

// twice sends the same message at the same moment to two processes.
func (x *writer) twice(ctx context.Context, s *send) {
	var both [2]send
	var sending sync.WaitGroup
	for i := range both {
		both[i] = *s
		sending.Go(func() { x.until(ctx, &both[i], x.id+i) })
	}
	sending.Wait()
	for _, one := range both {
		s.ids = append(s.ids, one.ids...)
		if len(one.ids) > 0 && (s.answered.IsZero() || one.answered.Before(s.answered)) {
			s.answered = one.answered
		}
	}
}

// post sends a message to a process and returns its id.
func (r *run) post(ctx context.Context, at int, s send) (string, error) {
	input := vars{"roomId": r.rooms[s.room].id, "body": s.body + strings.Repeat(" padding", r.fault.padding/8)}
	if s.key != "" {
		input["idempotencyKey"] = s.key
	}
	ctx, cancel := context.WithTimeout(ctx, writersAttempt)
	defer cancel()
	var payload struct{ Message struct{ ID string } }
	err := r.w.mutate(ctx, r.w.process(at), r.w.token, "sendMessage", input, "message { id }", &payload)
	return payload.Message.ID, err
}
