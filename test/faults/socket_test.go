package faults

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"strings"
	"time"

	"github.com/gobwas/ws"
)

// socket is a client of graphql-transport-ws with one operation.
type socket struct {
	conn   net.Conn
	in     io.Reader
	undone func() bool
}

type socketMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// overSocket subscribes over a WebSocket.
func overSocket(ctx context.Context, _ *world, p *process, token string, variables vars) (subscription, error) {
	return openSocket(ctx, p.at(), token, variables)
}

func openSocket(ctx context.Context, address, token string, variables vars) (*socket, error) {
	d := ws.Dialer{Protocols: []string{"graphql-transport-ws"}, Timeout: patience}
	conn, early, _, err := d.Dial(ctx, "ws"+strings.TrimPrefix(address, "http")+"/graphql")
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn, in: bufio.NewReader(conn), undone: context.AfterFunc(ctx, func() { _ = conn.Close() })}
	if early != nil {
		s.in = io.MultiReader(early, conn)
	}
	if err := s.begin(token, variables); err != nil {
		s.cut()
		return nil, err
	}
	return s, nil
}

// begin has the connection acknowledged and subscribes.
func (s *socket) begin(token string, variables vars) error {
	if err := s.send("connection_init", map[string]string{"authorization": "Bearer " + token}); err != nil {
		return err
	}
	if _, err := s.receive(); err != nil { // the acknowledgement, or the close
		return err
	}
	return s.send("subscribe", map[string]any{"query": roomEvents, "variables": variables})
}

func (s *socket) cut() {
	s.undone()
	_ = s.conn.Close()
}

func (s *socket) send(kind string, payload any) error {
	raw, err := json.Marshal(payload)
	if err != nil {
		return err
	}
	m := socketMessage{Type: kind, Payload: raw}
	if kind == "subscribe" {
		m.ID = "1"
	}
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return s.write(ws.NewTextFrame(text))
}

func (s *socket) write(f ws.Frame) error {
	if err := s.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	return ws.WriteFrame(s.conn, ws.MaskFrame(f))
}

// receive reads the next message; it is an *ending where the server closes.
func (s *socket) receive() (m socketMessage, err error) {
	if err := s.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return m, err
	}
	for {
		f, err := ws.ReadFrame(s.in)
		switch {
		case err != nil:
			return m, err
		case f.Header.OpCode == ws.OpClose:
			code, _ := ws.ParseCloseFrameData(f.Payload)
			return m, &ending{code: code}
		case f.Header.OpCode == ws.OpPing:
			if err := s.write(ws.NewPongFrame(f.Payload)); err != nil {
				return m, err
			}
		default:
			return m, json.Unmarshal(f.Payload, &m)
		}
	}
}

// next implements subscription.
func (s *socket) next() (json.RawMessage, error) {
	m, err := s.receive()
	switch {
	case err != nil:
		return nil, err
	case m.Type == "complete":
		return nil, &ending{complete: true}
	case m.Type == "error":
		end := &ending{}
		return nil, firstOf(json.Unmarshal(m.Payload, &end.errors), end)
	}
	return m.Payload, nil
}

func firstOf(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}
