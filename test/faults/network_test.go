package faults

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/Shopify/toxiproxy/v2"
	toxic "github.com/Shopify/toxiproxy/v2/stream"
	"github.com/rs/zerolog"
)

// network leads from one process to a server. It is toxiproxy's, but for the listener: that one takes connections for as
// long as the test runs, and reaches unix sockets too.
type network struct {
	listener net.Listener
	reach    func() (net.Conn, error)
	poison   *toxiproxy.ApiServer
	running  sync.WaitGroup

	mu      sync.Mutex
	weather string // the toxic that new connections get; "" for none
	refuses bool   // new connections are closed
	wires   map[*wire]struct{}
}

// Toxics. A black hole takes everything and answers nothing; when it is lifted the connections that were in it end.
const (
	blackHole = `{"name":"toxic","type":"timeout","stream":"downstream","attributes":{"timeout":0}}`
	delay60ms = `{"name":"toxic","type":"latency","stream":"downstream","attributes":{"latency":60}}`
)

// newNetwork returns a network; it ends with the test.
func newNetwork(t testing.TB, reach func() (net.Conn, error)) *network {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{
		listener: listener, reach: reach, wires: map[*wire]struct{}{},
		poison: toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()),
	}
	n.running.Go(n.serve)
	t.Cleanup(n.close)
	return n
}

// to reaches an address.
func to(network, address string) func() (net.Conn, error) {
	return func() (net.Conn, error) { return net.Dial(network, address) }
}

func (n *network) address() string { return n.listener.Addr().String() }

func (n *network) serve() {
	for {
		near, err := n.listener.Accept()
		if err != nil {
			return
		}
		n.running.Go(func() { n.connect(near) })
	}
}

func (n *network) connect(near net.Conn) {
	n.mu.Lock()
	refuses := n.refuses
	n.mu.Unlock()
	if refuses {
		_ = near.Close()
		return
	}
	far, err := n.reach()
	if err != nil {
		_ = near.Close()
		return
	}
	w := &wire{near: near, far: far, toxics: toxiproxy.NewProxy(n.poison, "wire", "", "").Toxics}
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.weather != "" {
		w.poison(n.weather)
	}
	n.wires[w] = struct{}{}
	w.open.Add(2)
	w.toxics.StartLink(n.poison, "up", w.spied(), &end{far, w}, toxic.Upstream)
	w.toxics.StartLink(n.poison, "down", far, &end{near, w}, toxic.Downstream)
	n.running.Go(func() { n.forget(w) })
}

// forget waits for the end of a wire.
func (n *network) forget(w *wire) {
	w.open.Wait()
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.wires, w)
}

// poisoned puts all connections, and those to come, under a toxic.
func (n *network) poisoned(toxic string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.weather = toxic
	for w := range n.wires {
		w.poison(toxic)
	}
}

// silence puts everything into a black hole.
func (n *network) silence() { n.poisoned(blackHole) }

// poisonedWhere puts the connections there are under a toxic, where the condition holds.
func (n *network) poisonedWhere(toxic string, holds func(*wire) bool) (many int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for w := range n.wires {
		if holds(w) {
			w.poison(toxic)
			many++
		}
	}
	return many
}

// dropWhere ends the connections for which the condition holds.
func (n *network) dropWhere(holds func(*wire) bool) (many int) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for w := range n.wires {
		if holds(w) {
			w.cut()
			many++
		}
	}
	return many
}

// open is how many connections there are.
func (n *network) open() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return len(n.wires)
}

// cut ends all connections and refuses new ones.
func (n *network) cut() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.refuses = true
	for w := range n.wires {
		w.cut()
	}
}

// heal makes everything as it was.
func (n *network) heal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.weather, n.refuses = "", false
	for w := range n.wires {
		w.toxics.ResetToxics(context.Background())
	}
}

func (n *network) close() {
	_ = n.listener.Close()
	n.heal()
	n.cut()
	n.running.Wait()
}

// wire is one connection.
type wire struct {
	near, far net.Conn
	toxics    *toxiproxy.ToxicCollection
	open      sync.WaitGroup // directions
	listens   atomic.Bool    // to PostgreSQL's notifications
}

func (w *wire) poison(toxic string) {
	if _, err := w.toxics.AddToxicJson(strings.NewReader(toxic)); err != nil {
		panic(fmt.Sprint("a toxic that is not one: ", err)) // they are constants
	}
}

func (w *wire) cut() {
	_ = w.near.Close()
	_ = w.far.Close()
}

// spied reads what the client sends, and notes the one thing that is not asked for on other connections.
func (w *wire) spied() io.Reader { return &spy{w} }

type spy struct{ w *wire }

// Read implements io.Reader.
func (s *spy) Read(b []byte) (int, error) {
	n, err := s.w.near.Read(b)
	if bytes.Contains(b[:n], []byte("LISTEN ")) {
		s.w.listens.Store(true)
	}
	return n, err
}

// end is one end of a wire to write to. It never fails: toxiproxy would leave its goroutines behind. Instead it ends the
// wire, which ends the reading.
type end struct {
	net.Conn
	w *wire
}

// Write implements io.Writer.
func (e *end) Write(b []byte) (int, error) {
	if _, err := e.Conn.Write(b); err != nil {
		e.w.cut()
	}
	return len(b), nil
}

// Close implements io.Closer. It is called once for each direction.
func (e *end) Close() error {
	defer e.w.open.Done()
	e.w.cut()
	return nil
}
