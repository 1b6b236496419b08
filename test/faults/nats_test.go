package faults

import (
	"errors"
	"net"
	"strconv"
	"testing"

	nats "github.com/nats-io/nats-server/v2/server"
)

// natsServer is a NATS that can go away and come back at the same address.
type natsServer struct {
	address string
	options nats.Options
	running *nats.Server
}

// newNATS starts a NATS, which ends with the test.
func newNATS(t testing.TB) *natsServer {
	t.Helper()
	n := &natsServer{options: nats.Options{Host: "127.0.0.1", Port: nats.RANDOM_PORT, NoLog: true, NoSigs: true}}
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.stop)
	return n
}

func (n *natsServer) start() error {
	options := n.options
	running, err := nats.NewServer(&options)
	if err != nil {
		return err
	}
	running.Start()
	if !running.ReadyForConnections(longEnough) {
		return errors.New("NATS does not start")
	}
	n.running, n.address = running, running.Addr().String()
	_, port, err := net.SplitHostPort(n.address)
	if err == nil {
		n.options.Port, err = strconv.Atoi(port)
	}
	return err
}

func (n *natsServer) stop() {
	n.running.Shutdown()
	n.running.WaitForShutdown()
}
