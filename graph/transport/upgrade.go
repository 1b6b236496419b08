package transport

import (
	"bytes"
	"context"
	"net/http"

	"github.com/gobwas/ws"
)

const subprotocol = "graphql-transport-ws"

// upgrade makes a WebSocket of the request. The handler returns and its buffers with it; the socket's one
// goroutine goes on.
func (x *exchange) upgrade() {
	if !x.h.AllowOrigin(x.r) {
		x.refuse(x.r.Context(), refuse(http.StatusForbidden, "WebSockets are not open to pages of this origin."))
		return
	}
	leave, err := x.h.enter(Session{}, Address(x.r.Context())) // nobody, until connection_init says otherwise
	if err != nil {
		x.refuse(x.r.Context(), err)
		return
	}
	s, err := x.handshake()
	if err != nil { // the client has been told
		leave()
		return
	}
	s.leave = leave
	x.h.live.add(s)
	go s.serve()
}

func (x *exchange) handshake() (*socket, error) {
	upgrader := ws.HTTPUpgrader{
		Timeout:  x.h.Limits.SocketWrite,
		Protocol: func(offered string) bool { return offered == subprotocol },
	}
	conn, rw, shaken, err := upgrader.Upgrade(x.r, x.w)
	if err != nil {
		if conn != nil {
			_ = conn.Close()
		}
		return nil, err
	}
	s := newSocket(context.WithoutCancel(x.r.Context()), x.h, conn)
	s.authorization = x.r.Header.Get("Authorization")
	s.spoken = shaken.Protocol == subprotocol
	early, _ := rw.Reader.Peek(rw.Reader.Buffered())
	s.early = bytes.Clone(early) // the reader's buffer is large, and goes with the handler
	return s, nil
}
