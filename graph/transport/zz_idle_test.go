package transport_test

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"runtime"
	"strings"
	"testing"

	"github.com/gobwas/ws"
	"parley/graph/transport"
	"parley/internal/limits"
)

func use() (uint64, uint64, int) {
	runtime.GC(); runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, m.StackInuse, runtime.NumGoroutine()
}

func TestZZIdle(t *testing.T) {
	for _, sub := range []bool{false, true} {
		b := setup(t, limit(func(l *limits.Limits) { l.AddressConnections = 0; l.SessionConnections = 0 }), func(o *transport.Options) {})
		const n = 3000
		h0, s0, g0 := use()
		conns := make([]net.Conn, n)
		for i := range n {
			d := ws.Dialer{Protocols: []string{"graphql-transport-ws"}, ReadBufferSize: 512, WriteBufferSize: 512}
			conn, _, _, err := d.Dial(context.Background(), strings.Replace(b.URL, "http", "ws", 1))
			if err != nil { t.Fatal(err) }
			conns[i] = conn
			ws.WriteFrame(conn, ws.MaskFrame(ws.NewTextFrame([]byte(`{"type":"connection_init","payload":{"authorization":"Bearer anna"}}`))))
			ws.ReadFrame(bufio.NewReaderSize(conn, 128))
			if sub {
				ws.WriteFrame(conn, ws.MaskFrame(ws.NewTextFrame([]byte(subscribe("1", "subscription{posted{id}}")))))
				<-b.resolver.Started
			}
		}
		h1, s1, g1 := use()
		fmt.Println("sub", sub, "heap/conn", (h1-h0)/n, "stack/conn", (s1-s0)/n, "goroutines/conn", float64(g1-g0)/n)
		for _, c := range conns { c.Close() }
	}
	// client and kernel-side cost of bare connections
	l, _ := net.Listen("tcp", "127.0.0.1:0")
	h0, s0, _ := use()
	var keep []net.Conn
	for range 3000 {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil { t.Fatal(err) }
		s, _ := l.Accept()
		keep = append(keep, c, s)
	}
	h1, s1, _ := use()
	fmt.Println("bare pair", (h1-h0)/3000, (s1-s0)/3000)
	for _, c := range keep { c.Close() }
	l.Close()
}
