package database_test

import (
	"net"
	"net/url"
	"sync"
	"testing"
)

// network forwards connections to the database until it is cut: then it takes bytes and connections and answers nothing.
type network struct {
	t        *testing.T
	listener net.Listener
	socket   string
	running  sync.WaitGroup

	mu    sync.Mutex
	dead  bool
	conns []net.Conn
}

// newNetwork returns a network and the address by which the database is reached over it.
func newNetwork(t *testing.T, address string) (*network, string) {
	t.Helper()
	target, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{t: t, listener: listener, socket: unixSocket(t, target)}
	n.running.Go(n.serve)
	t.Cleanup(n.close)
	through := url.URL{
		Scheme:   "postgres",
		User:     url.User(target.Query().Get("user")),
		Host:     listener.Addr().String(),
		Path:     target.Path,
		RawQuery: "sslmode=disable",
	}
	return n, through.String()
}

func (n *network) cut()  { n.set(true) }
func (n *network) heal() { n.set(false) }

func (n *network) set(dead bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dead = dead
}

func (n *network) isDead() bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dead
}

func (n *network) serve() {
	for {
		near, err := n.listener.Accept()
		if err != nil {
			return
		}
		far, err := net.Dial("unix", n.socket)
		if err != nil {
			n.t.Errorf("reaching the database: %v", err)
			return
		}
		n.mu.Lock()
		n.conns = append(n.conns, near, far)
		n.mu.Unlock()
		n.running.Go(func() { n.forward(near, far) })
		n.running.Go(func() { n.forward(far, near) })
	}
}

// forward copies until either side is closed; what comes while the network is dead is lost.
func (n *network) forward(from, to net.Conn) {
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

func (n *network) close() {
	_ = n.listener.Close()
	n.mu.Lock()
	for _, conn := range n.conns {
		_ = conn.Close()
	}
	n.mu.Unlock()
	n.running.Wait()
}
