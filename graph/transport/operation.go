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
		op.refuse(tooManyOperations(s.h.Limits.SocketSubscriptions))
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
	defer s.ended(op)
	created, errs := s.h.engine.create(op.ctx, params, s.session.Key != "")
	switch {
	case len(errs) > 0:
		op.refuse(errs...)
	case !isSubscription(created) || s.mayStream(op):
		s.h.engine.execute(op.ctx, created, op)
	}
}

// mayStream tells the socket that the operation is a subscription, which would not end by itself.
func (s *socket) mayStream(op *operation) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	op.streams = true
	return !s.draining
}

func (s *socket) ended(op *operation) {
	op.cancel()
	s.forget(op)
	s.mu.Lock()
	s.running--
	s.mu.Unlock()
	s.closeIfDrained()
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
		delete(s.operations, name)
	}
	return nil
}

func (op *operation) refuse(errs ...error) {
	op.fail(encodeErrors(op.s.h.engine.presented(op.ctx, errs)))
}

func (op *operation) next(result []byte) {
	op.send(op.prefix, result)
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
		op.s.send(frame{op: ws.OpText, prefix: prefix, body: body, of: op})
	}
}
