package transport_test

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"parley/graph/transport"
	"parley/graph/transport/internal/testschema"
	"parley/internal/limits"
)

// shortly makes all times short but those of writes.
func shortly(o *transport.Options) {
	const short = 30 * time.Millisecond
	o.Limits.Operation, o.Limits.SocketInit, o.Limits.SocketPing, o.Limits.SocketPong = short, short, short, short
}

func TestNeverInitialising(t *testing.T) {
	t.Parallel()
	b := setup(t, shortly)
	b.dial(t).expectClose(4408)
	s := b.dial(t)
	s.send(`{"type":"ping"}`) // which does not give it more time
	s.expectClose(4408)
}

func TestHalfAFrame(t *testing.T) {
	t.Parallel()
	for name, part := range map[string][]byte{"one byte": {0x81}, "a header": {0x81, 0x90, 1, 2, 3, 4}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, limit(func(l *limits.Limits) { l.SocketWrite = 300 * time.Millisecond }))
			s := b.open(t)
			if _, err := s.conn.Write(part); err != nil {
				t.Fatal(err)
			}
			s.expectEnd()
		})
	}
}

func TestSilentClientIsAsked(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*bundle){"plain": func(*bundle) {}, "TLS": restartWithTLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, limit(func(l *limits.Limits) { l.SocketPing = 30 * time.Millisecond }))
			start(b)
			s := b.open(t)
			for range 3 {
				f, err := s.read()
				if err != nil || f.Header.OpCode != ws.OpPing {
					t.Fatal("got", f.Header, err, "want a ping")
				}
				s.frame(ws.NewPongFrame(nil))
			}
			s.send(subscribe("1", "{hello}"))
			s.expectPart("hello world")
		})
	}
}

func TestHalfOpenConnectionEnds(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.SocketPing, l.SocketPong = 300*time.Millisecond, time.Millisecond }))
	s := b.open(t)
	s.send(subscribe("1", "subscription{posted{id}}"))
	await(t, b.resolver.Started, "posted")
	s.expectEnd()
	await(t, b.resolver.Ended, "posted")
}

func TestClientThatGoes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.open(t)
	s.send(subscribe("1", "subscription{posted{id}}"), subscribe("2", "{waits}"))
	<-b.resolver.Started
	<-b.resolver.Started
	_ = s.conn.Close()
	<-b.resolver.Ended
	<-b.resolver.Ended
}

func TestFiveThousandSubscriptions(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.open(t)
	go func() {
		for i := range 5000 {
			s.send(subscribe(fmt.Sprint(i), "subscription{posted{id}}"))
		}
	}()
	for range 4980 {
		s.expectPart(`"type":"error"`, `"THROTTLED"`, `the most that are allowed`)
	}
	for range 20 {
		await(t, b.resolver.Started, "posted")
	}
	s.expectAlive()
	s.send(`{"id":"0","type":"complete"}`, subscribe("again", "{hello}"))
	s.expectPart("hello world")
}

// stalled subscribes to more than the queue holds, and does not read it.
func stalled(t *testing.T, b *bundle) *socket {
	t.Helper()
	s := b.open(t, "X-Address", "stalled")
	s.send(subscribe("1", "subscription{flood}"))
	await(t, b.resolver.Started, "flood")
	return s
}

func TestStalledReaderIsCutOff(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) {
		l.SocketWrite, l.AddressConnections = 500*time.Millisecond, 1
	}))
	other := b.open(t)
	other.send(subscribe("1", "subscription{posted{id}}"))
	await(t, b.resolver.Started, "posted")
	stalled(t, b)
	other.expectAlive()
	b.resolver.Publish(&testschema.Room{ID: "7"})
	other.expectPart(`"id":"7"`)
	await(t, b.resolver.Ended, "flood") // its queue is full, so nothing more is made for it
	eventually(t, "its place", func() bool {
		_, err := b.tryDial(t, "X-Address", "stalled")
		return err == nil
	})
	other.expectAlive()
}

func TestSlowReaderIsToldToComeBack(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := stalled(t, b)
	await(t, b.resolver.Ended, "flood")
	s.expectClose(1013)
}

func TestClientThatDoesNotReadItsPongs(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.SocketWrite = 500 * time.Millisecond }))
	s := b.open(t)
	ping := ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(`{"type":"ping","payload":{"a":"` + strings.Repeat("x", 60000) + `"}}`))))
	eventually(t, "the connection to end", func() bool {
		_, err := s.conn.Write(ping)
		return err != nil
	})
}

// Frames of no bytes take memory, too. It is measured, so nothing else may run beside it.
func TestClientThatSendsEmptyPingsAndDoesNotRead(t *testing.T) {
	b := setup(t, limit(func(l *limits.Limits) { l.SocketInit, l.SocketWrite = 0, 0 }))
	s := &socket{t: t, conn: b.pipe()}
	d := ws.Dialer{Protocols: []string{"graphql-transport-ws"}}
	if _, _, err := d.Upgrade(s.conn, &url.URL{Scheme: "ws", Host: "pipe"}); err != nil {
		t.Fatal(err)
	}
	s.in = bufio.NewReader(s.conn)
	_ = s.conn.SetDeadline(time.Now().Add(patience))
	const many, most = 1 << 17, 4 << 20
	before := heap()
	if _, err := s.conn.Write(bytes.Repeat(ws.MustCompileFrame(ws.MaskFrame(ws.NewPingFrame(nil))), many)); err != nil {
		t.Fatal(err)
	}
	if grown := heap() - before; grown > most {
		t.Errorf("%d pings whose answers were not read take %d bytes", many, grown)
	}
	s.expectClose(1013)
}

// heap is how much memory is in use.
func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// pipe is a connection to the server that holds nothing of what is not read, as the kernel's do.
func (b *bundle) pipe() net.Conn {
	client, server := net.Pipe()
	_ = b.Config.Serve(&single{b.Listener, server}) // which ends when it has taken the connection
	return client
}

// single is a listener to whom one client comes.
type single struct {
	net.Listener
	conn net.Conn
}

func (l *single) Accept() (conn net.Conn, err error) {
	if conn, l.conn = l.conn, nil; conn == nil {
		err = io.EOF
	}
	return conn, err
}

func (l *single) Close() error { return nil }

func TestConnectionsOfAnAddress(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var all []*socket
	for range 5 {
		all = append(all, b.open(t, "X-Address", "here"))
	}
	_, err := b.tryDial(t, "X-Address", "here")
	if status, ok := err.(ws.StatusError); !ok || status != http.StatusTooManyRequests {
		t.Fatal("the sixth got", err)
	}
	b.open(t, "X-Address", "elsewhere")
	_ = all[0].conn.Close()
	eventually(t, "a free place", func() bool {
		_, err := b.tryDial(t, "X-Address", "here")
		return err == nil
	})
}

func TestConnectionsOfASession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const initialise = `{"type":"connection_init","payload":{"authorization":"Bearer anna"}}`
	for range 10 { // twice the number that an address may have before sign-in
		s := b.dial(t, "X-Address", "here")
		s.send(initialise)
		s.expect(`{"type":"connection_ack"}`)
	}
	s := b.dial(t, "X-Address", "elsewhere")
	s.send(initialise)
	s.expectClose(1013)
	eventually(t, "the refused one's place", func() bool {
		_, err := b.tryDial(t, "X-Address", "elsewhere")
		return err == nil
	})
}

func TestForeignOrigin(t *testing.T) {
	t.Parallel()
	_, err := setup(t).tryDial(t, "Origin", "https://foreign.example")
	if status, ok := err.(ws.StatusError); !ok || status != http.StatusForbidden {
		t.Fatal("got", err)
	}
}

func TestGuessesOverASocket(t *testing.T) {
	t.Parallel()
	s := setup(t).open(t)
	s.send(subscribe("1", `mutation{signIn(input:{password:\"a\"}) b:signIn(input:{password:\"b\"})}`))
	s.expectPart(`"type":"error"`, "QUERY_TOO_COMPLEX", "guess-fields")
}
