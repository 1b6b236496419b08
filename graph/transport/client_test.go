package transport_test

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// socket is a client that sends what a test wants, right or wrong.
type socket struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// dial opens a WebSocket with the subprotocol.
func (b *bundle) dial(t testing.TB, headers ...string) *socket {
	t.Helper()
	s, err := b.tryDial(t, headers...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (b *bundle) tryDial(t testing.TB, headers ...string) (*socket, error) {
	t.Helper()
	header := http.Header{}
	for i := 0; i < len(headers); i += 2 {
		header.Set(headers[i], headers[i+1])
	}
	d := ws.Dialer{Header: ws.HandshakeHeaderHTTP(header), Timeout: patience}
	if b.TLS != nil {
		d.TLSConfig = b.Client().Transport.(*http.Transport).TLSClientConfig
	}
	if header.Get("X-Protocol") != "none" {
		d.Protocols = []string{"graphql-transport-ws"}
	}
	conn, early, _, err := d.Dial(context.Background(), strings.Replace(b.URL, "http", "ws", 1))
	if err != nil {
		return nil, err
	}
	s := &socket{t: t, conn: conn, in: bufio.NewReader(conn)}
	if early != nil {
		s.in = bufio.NewReader(io.MultiReader(early, conn))
	}
	t.Cleanup(func() { _ = conn.Close() })
	return s, conn.SetReadDeadline(time.Now().Add(patience))
}

// open opens a WebSocket and has it acknowledged.
func (b *bundle) open(t testing.TB, headers ...string) *socket {
	t.Helper()
	s := b.dial(t, headers...)
	s.send(`{"type":"connection_init"}`)
	s.expect(`{"type":"connection_ack"}`)
	return s
}

func (s *socket) send(texts ...string) {
	s.t.Helper()
	for _, text := range texts {
		s.frame(ws.NewTextFrame([]byte(text)))
	}
}

func (s *socket) frame(f ws.Frame) {
	s.t.Helper()
	if err := ws.WriteFrame(s.conn, ws.MaskFrame(f)); err != nil {
		s.t.Fatal("write:", err)
	}
}

// read reads the next frame, of which a server must send only whole and unmasked ones.
func (s *socket) read() (ws.Frame, error) {
	f, err := ws.ReadFrame(s.in)
	if err == nil {
		err = ws.CheckHeader(f.Header, ws.StateClientSide)
	}
	return f, err
}

// expect reads exactly these messages.
func (s *socket) expect(texts ...string) {
	s.t.Helper()
	for _, want := range texts {
		f, err := s.read()
		if err != nil {
			s.t.Fatalf("read: %v, want %s", err, want)
		}
		if got := string(f.Payload); got != want {
			s.t.Fatalf("got %s, want %s", got, want)
		}
	}
}

// expectPart reads one message that contains the parts.
func (s *socket) expectPart(parts ...string) {
	s.t.Helper()
	f, err := s.read()
	if err != nil {
		s.t.Fatalf("read: %v, want %s", err, parts)
	}
	for _, part := range parts {
		if !strings.Contains(string(f.Payload), part) {
			s.t.Fatalf("got %s, want %s", f.Payload, part)
		}
	}
}

// expectClose reads until the close frame.
func (s *socket) expectClose(want ws.StatusCode) {
	s.t.Helper()
	for {
		f, err := s.read()
		if err != nil {
			s.t.Fatalf("read: %v, want close %d", err, want)
		}
		if f.Header.OpCode != ws.OpClose {
			continue
		}
		if code, reason := ws.ParseCloseFrameData(f.Payload); code != want {
			s.t.Fatalf("closed with %d %s, want %d", code, reason, want)
		}
		return
	}
}

// expectEnd reads until the connection ends without a word.
func (s *socket) expectEnd() {
	s.t.Helper()
	for {
		f, err := s.read()
		if err == nil && f.Header.OpCode != ws.OpClose {
			continue
		}
		var late net.Error
		if err == nil || errors.As(err, &late) && late.Timeout() {
			s.t.Fatalf("the connection did not end without a word: %v", err)
		}
		return
	}
}

// expectAlive proves that the connection is still served, and that nothing else was sent.
func (s *socket) expectAlive() {
	s.t.Helper()
	s.send(`{"type":"ping","payload":{"alive":true}}`)
	s.expect(`{"type":"pong","payload":{"alive":true}}`)
}

func subscribe(id, query string) string {
	return `{"id":"` + id + `","type":"subscribe","payload":{"query":"` + query + `"}}`
}
