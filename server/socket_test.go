package main

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

// socket is a client of graphql-transport-ws.
type socket struct {
	conn net.Conn
	in   io.Reader
}

// socketMessage is a message of the protocol.
type socketMessage struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// dial connects and has the connection acknowledged.
func (h *house) dial(token string) (*socket, error) {
	d := ws.Dialer{Protocols: []string{"graphql-transport-ws"}, Timeout: longEnough}
	conn, early, _, err := d.Dial(context.Background(), "ws"+strings.TrimPrefix(h.url(), "http")+"/graphql")
	if err != nil {
		return nil, err
	}
	s := &socket{conn: conn, in: bufio.NewReader(conn)}
	if early != nil {
		s.in = io.MultiReader(early, conn)
	}
	payload := json.RawMessage(`{}`)
	if token != "" {
		payload = json.RawMessage(`{"authorization":"Bearer ` + token + `"}`)
	}
	err = s.send(socketMessage{Type: "connection_init", Payload: payload})
	if err == nil {
		_, err = s.receive() // the acknowledgement, or the close
	}
	if err != nil {
		s.cut()
		return nil, err
	}
	return s, nil
}

func (s *socket) cut() { _ = s.conn.Close() }

func (s *socket) send(m socketMessage) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	return ws.WriteFrame(s.conn, ws.MaskFrame(ws.NewTextFrame(text)))
}

// receive reads the next message; it is an *ending where the server closes.
func (s *socket) receive() (m socketMessage, err error) {
	for {
		if err := s.conn.SetReadDeadline(time.Now().Add(longEnough)); err != nil {
			return m, err
		}
		f, err := ws.ReadFrame(s.in)
		switch {
		case err != nil:
			return m, err
		case f.Header.OpCode == ws.OpClose:
			code, _ := ws.ParseCloseFrameData(f.Payload)
			return m, &ending{code: code}
		case f.Header.OpCode == ws.OpPing:
			if err := ws.WriteFrame(s.conn, ws.MaskFrame(ws.NewPongFrame(f.Payload))); err != nil {
				return m, err
			}
		default:
			return m, json.Unmarshal(f.Payload, &m)
		}
	}
}

// start begins an operation.
func (s *socket) start(id, query string, variables vars) error {
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	return s.send(socketMessage{ID: id, Type: "subscribe", Payload: payload})
}

// next is the next result of the one operation that is under way.
func (s *socket) next() (json.RawMessage, error) {
	m, err := s.receive()
	switch {
	case err != nil:
		return nil, err
	case m.Type == "complete":
		return nil, &ending{complete: true}
	case m.Type == "error":
		end := &ending{}
		_ = json.Unmarshal(m.Payload, &end.errors) // what is no list of errors has none
		return nil, end
	}
	return m.Payload, nil
}

// overSocket subscribes over a WebSocket of its own.
func overSocket(h *house, token, query string, variables vars) (subscription, error) {
	s, err := h.dial(token)
	if err != nil {
		return nil, err
	}
	if err := s.start("1", query, variables); err != nil {
		s.cut()
		return nil, err
	}
	return s, nil
}
