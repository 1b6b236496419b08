package transport

import (
	"context"
	"encoding/json"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/gobwas/ws"

	"parley/internal/apierr"
)

// operation is one operation of a socket, and the sink of its results.
type operation struct {
	s        *socket
	id       []byte // as JSON
	name     string
	prefix   []byte // of each result
	ctx      context.Context
	cancel   context.CancelFunc
	silenced atomic.Bool // the client has completed it: nothing more is sent
	streams  bool        // it is a subscription; of socket.mu
	joined   *member     // of socket.mu
}

func newOperation(s *socket, name string) *operation {
	id, _ := json.Marshal(name) // a string always is JSON
	op := &operation{s: s, id: id, name: name, prefix: []byte(`{"id":` + string(id) + `,"type":"next","payload":`)}
	op.ctx, op.cancel = context.WithCancel(s.viewer)
	return op
}

// start runs the operation in a goroutine of its own. One too many is refused with an error message and not by
// closing the connection.
func (s *socket) start(op *operation, params *graphql.RawParams) error {
	answer := s.admit(op)
	if answer == admitted {
		s.work(func() { s.run(op, params) })
		return nil
	}
	op.cancel()
	if answer == inUse {
		return closeWith(codeIDInUse, "Subscriber for "+op.name+" already exists")
	}
	if answer == tooMany {
		op.fail(s.h.engine.errors(op.ctx, tooManyOperations(s.h.Limits.SocketSubscriptions)))
	}
	return nil
}

type admission int

const (
	admitted admission = iota
	inUse
	tooMany
	tooLate // the connection is being drained
)

// admit makes the operation known. Operations that the client has completed may take a while to end. They do not
// stand in the way of new ones, unless there are more of them than of those it has not.
func (s *socket) admit(op *operation) admission {
	most := s.h.Limits.SocketSubscriptions
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.operations[op.name] != nil:
		return inUse
	case s.draining:
		return tooLate
	case most > 0 && (len(s.operations) >= most || s.running >= 2*most):
		return tooMany
	}
	s.operations[op.name] = op
	s.running++
	return admitted
}

func tooManyOperations(most int) error {
	return apierr.New(apierr.Throttled,
		"There are %d operations on this connection, the most that are allowed (limit %q): complete one first.",
		most, "socket-subscriptions").Over(most, most)
}

func (s *socket) run(op *operation, params *graphql.RawParams) {
	joined := s.execute(op, params)
	s.mu.Lock()
	s.running--
	stays := joined != nil && !s.alone && s.operations[op.name] == op
	if stays {
		op.joined = joined
	}
	s.mu.Unlock()
	op.cancel() // nothing is executed for it any more
	switch {
	case joined == nil:
		s.forget(op)
	case !stays:
		joined.leave()
	}
	s.closeIfDrained()
}

// execute executes the operation, if it is one. A subscription may have become a member of a group then.
func (s *socket) execute(op *operation, params *graphql.RawParams) (joined *member) {
	created, errs := s.h.engine.create(op.ctx, params, s.session.Key != "")
	switch {
	case len(errs) > 0:
		op.fail(s.h.engine.errors(op.ctx, errs...))
	case !isSubscription(created) || s.mayStream(op):
		return s.h.execute(op.ctx, created, op)
	}
	return nil
}

// mayStream tells the socket that the operation is a subscription, which would not end by itself.
func (s *socket) mayStream(op *operation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	op.streams = true
	return !s.draining
}

// forget makes the id free again.
func (s *socket) forget(op *operation) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.operations[op.name] == op {
		delete(s.operations, op.name)
	}
}

// complete ends an operation for the client. One that is not known has ended already.
func (s *socket) complete(name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if op := s.operations[name]; op != nil {
		op.silenced.Store(true)
		op.cancel()
		op.leave()
		delete(s.operations, name)
	}
	return nil
}

// leave ends the membership, if there is one. The caller holds socket.mu.
func (op *operation) leave() {
	if op.joined != nil {
		op.joined.leave()
		op.joined = nil
	}
}

// backlog takes turns with those of the socket's other operations: together they would fill the room that each has found.
func (op *operation) backlog(ctx context.Context, results []result) error {
	op.s.backlog.Lock()
	defer op.s.backlog.Unlock()
	if err := op.s.out.room(ctx); err != nil {
		return err
	}
	op.deliver(results)
	return nil
}

// deliver writes the results at once where nothing else is being written.
func (op *operation) deliver(results []result) {
	if len(results) == 0 {
		return
	}
	if !op.s.out.claim() {
		for _, r := range results {
			op.send(op.prefix, r.body)
		}
		return
	}
	b := op.s.h.buffers.get()
	if !op.silenced.Load() {
		for _, r := range results {
			b.bytes = op.frame(op.prefix, r.body).appendTo(b.bytes)
		}
	}
	op.s.write(b)
}

func (op *operation) fail(errs []byte) {
	op.s.forget(op)
	op.send([]byte(`{"id":`+string(op.id)+`,"type":"error","payload":`), errs)
}

func (op *operation) complete() {
	op.s.forget(op)
	op.send([]byte(`{"type":"complete","id":`), op.id)
}

func (op *operation) send(prefix, body []byte) {
	if !op.silenced.Load() {
		op.s.send(op.frame(prefix, body))
	}
}

func (op *operation) frame(prefix, body []byte) frame {
	return frame{op: ws.OpText, prefix: prefix, body: body, of: op}
}
