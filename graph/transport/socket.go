package transport

import (
	"context"
	"errors"
	"io"
	"net"
	"sync"
	"syscall"
	"time"

	"github.com/gobwas/ws"
)

// socket is one WebSocket. One goroutine reads it, for as long as it lives; whoever has something for it writes it, and
// leaves what it does not take at once to a goroutine; each operation has one while it runs, but not as the member of a
// group.
type socket struct {
	h      *Handler
	conn   net.Conn
	raw    syscall.RawConn // of conn; nil where it has none
	out    outbox
	leave  func() // gives back the connection's place in the counts
	ctx    context.Context
	cancel context.CancelFunc

	// Of the reader alone.
	spoken        bool // the client speaks our subprotocol
	authorization string
	initBy        time.Time // zero after connection_init
	acknowledged  bool
	session       Session
	viewer        context.Context // of all operations, from connection_init on
	stopWatching  func() bool
	early         []byte // what has arrived already
	head          [ws.MaxHeaderSize]byte

	backlog sync.Mutex // is held by the operation that waits for room
	reading sync.Mutex // of the read deadline
	lingers bool       // the last read deadline is set

	mu         sync.Mutex
	operations map[string]*operation
	running    int // goroutines of operations, of completed ones too
	draining   bool
	alone      bool // no operation is, or will be, a member of a group
}

func newSocket(ctx context.Context, h *Handler, conn net.Conn) *socket {
	s := &socket{
		h:            h,
		conn:         conn,
		initBy:       deadline(h.Limits.SocketInit),
		stopWatching: func() bool { return true },
		operations:   make(map[string]*operation),
	}
	s.ctx, s.cancel = context.WithCancel(ctx)
	s.out.limit = h.Limits.SocketQueueBytes
	if direct, ok := conn.(syscall.Conn); ok {
		s.raw, _ = direct.SyscallConn() // without one it is written in the other way
	}
	return s
}

// work runs f in a goroutine that the shutdown waits for.
func (s *socket) work(f func()) {
	s.h.live.wg.Go(func() {
		defer s.h.survive(s.ctx, s.abort)
		f()
	})
}

// serve reads until the connection ends, on either side.
func (s *socket) serve() {
	defer s.gone()
	defer s.h.survive(s.ctx, s.abort)
	err := s.converse()
	var end *closing
	if errors.As(err, &end) {
		s.close(end)
	}
	if s.out.isClosed() {
		s.readUntil(time.Now().Add(s.h.Limits.SocketWrite + lingering)) // the writer will shorten it
		_, _ = io.Copy(io.Discard, s.conn)
	}
}

func (s *socket) converse() (err error) {
	defer func() {
		if value := recover(); value != nil {
			s.h.Present(s.ctx, caught(value))
			err = closeWith(codeFault, "Internal server error")
		}
	}()
	if !s.spoken {
		return closeWith(codeNotAcceptable, "Subprotocol not acceptable: speak "+subprotocol)
	}
	for {
		text, err := s.message()
		if err != nil {
			return err
		}
		if err := s.handle(text); err != nil {
			return err
		}
	}
}

// gone frees everything. Operations end by their context, and as members.
func (s *socket) gone() {
	s.abort()
	s.stopWatching()
	s.leaveGroups()
	s.h.live.remove(s)
	s.leave()
}

// abort ends the connection without a word.
func (s *socket) abort() {
	s.out.abandon()
	s.cancel()
	_ = s.conn.Close()
}

// drain closes the connection when its queries and mutations have ended; subscriptions end at once.
func (s *socket) drain() {
	s.mu.Lock()
	s.draining = true
	for _, op := range s.operations {
		if op.streams {
			op.cancel()
		}
	}
	s.mu.Unlock()
	s.leaveGroups()
	s.closeIfDrained()
}

// leaveGroups ends all memberships; from now on there are no new ones.
func (s *socket) leaveGroups() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.alone = true
	for _, op := range s.operations {
		op.leave()
	}
}

func (s *socket) closeIfDrained() {
	s.mu.Lock()
	drained := s.draining && s.running == 0
	s.mu.Unlock()
	if drained {
		s.close(restarting())
	}
}
