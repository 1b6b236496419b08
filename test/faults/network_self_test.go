package faults

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"testing"
	"time"
)

// echo answers what it is told.
func echo(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() {
				defer conn.Close()
				_, _ = io.Copy(conn, conn)
			})
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		running.Wait()
	})
	return listener.Addr().String()
}

// says tells whether a word comes back within a while.
func says(conn net.Conn, within time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(within)); err != nil {
		return err
	}
	if _, err := io.WriteString(conn, "word"); err != nil {
		return err
	}
	_, err := io.ReadFull(conn, make([]byte, 4))
	return err
}

func dial(t *testing.T, n *network) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", n.address())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

func TestNetwork(t *testing.T) {
	t.Parallel()
	n := newNetwork(t, to("tcp", echo(t)))
	old := dial(t, n)
	if err := says(old, longEnough); err != nil {
		t.Fatal(err)
	}

	n.poisoned(delay60ms)
	if began := time.Now(); says(old, longEnough) != nil || time.Since(began) < 60*time.Millisecond {
		t.Error("a delay does not delay")
	}
	n.heal()

	n.silence()
	for what, conn := range map[string]net.Conn{"an old": old, "a new": dial(t, n)} {
		if err := says(conn, 50*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s connection in a black hole: %v", what, err)
		}
	}
	n.heal()
	if err := says(dial(t, n), longEnough); err != nil {
		t.Errorf("after a black hole: %v", err)
	}

	old = dial(t, n)
	if err := says(old, longEnough); err != nil {
		t.Fatal(err)
	}
	n.cut()
	if err := says(old, longEnough); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a connection that was cut: %v", err)
	}
	if err := says(dial(t, n), longEnough); err == nil {
		t.Error("a cut network connects")
	}
}
