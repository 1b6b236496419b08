package dbtest

import (
	"net"
	"net/url"
	"path/filepath"
	"sync"
	"testing"
)

// Network forwards connections to a server until it is cut: then it takes bytes and connections and answers nothing, as
// a lost route does.
type Network struct {
	listener net.Listener
	reach    func() (net.Conn, error)
	running  sync.WaitGroup

	mu    sync.Mutex
	dead  bool
	conns []net.Conn
}

// NewNetwork returns a network to the server at an address; it ends with the test.
func NewNetwork(t testing.TB, network, address string) *Network {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &Network{listener: listener, reach: func() (net.Conn, error) { return net.Dial(network, address) }}
	n.running.Go(n.serve)
	t.Cleanup(n.close)
	return n
}

// Network returns a network to the database, and the address by which the database is reached over it.
func (db *DB) Network(t testing.TB) (*Network, string) {
	t.Helper()
	target, err := url.Parse(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	n := NewNetwork(t, "unix", filepath.Join(target.Query().Get("host"), ".s.PGSQL.5432"))
	through := url.URL{
		Scheme:   "postgres",
		User:     url.User(target.Query().Get("user")),
		Host:     n.Address(),
		Path:     target.Path,
		RawQuery: "sslmode=disable",
	}
	return n, through.String()
}

// Address is where the network takes connections.
func (n *Network) Address() string { return n.listener.Addr().String() }

// Cut makes the network silent.
func (n *Network) Cut() { n.set(true) }

// Heal lets new connections through; those that were cut stay silent for what was lost.
func (n *Network) Heal() { n.set(false) }

func (n *Network) set(dead bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dead = dead
}

func (n *Network) isDead() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dead
}

func (n *Network) serve() {
	for {
		near, err := n.listener.Accept()
		if err != nil {
			return
		}
		far, err := n.reach()
		if err != nil { // the server is away
			_ = near.Close()
			continue
		}
		n.mu.Lock()
		n.conns = append(n.conns, near, far)
		n.mu.Unlock()
		n.running.Go(func() { n.forward(near, far) })
		n.running.Go(func() { n.forward(far, near) })
	}
}

// forward copies until either side is closed; what comes while the network is dead is lost.
func (n *Network) forward(from, to net.Conn) {
	buffer := make([]byte, 32<<10)
	for {
		count, err := from.Read(buffer)
		if err != nil {
			if !n.isDead() {
				_ = to.Close()
			}
			return
		}
		if n.isDead() {
			continue
		}
		if _, err := to.Write(buffer[:count]); err != nil {
			return
		}
	}
}

func (n *Network) close() {
	_ = n.listener.Close()
	n.mu.Lock()
	for _, conn := range n.conns {
		_ = conn.Close()
	}
	n.mu.Unlock()
	n.running.Wait()
}
