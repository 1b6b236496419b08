package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// hold holds up whoever writes into a room, until the function that it returns is called.
func (h *house) hold() (release func()) {
	h.t.Helper()
	tx, err := h.db.SQL.BeginTx(h.t.Context(), nil)
	if err != nil {
		h.t.Fatal(err)
	}
	if _, err := tx.ExecContext(h.t.Context(), `SELECT FROM streams FOR UPDATE`); err != nil {
		h.t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			h.t.Fatal(err)
		}
	}
}

// While a socket is waited for nobody else is let in.
func TestShutdownClosesTheListenerFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	s, err := h.dial(agent.token)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.cut)
	release := h.hold()
	if err := s.start("1", mutation("sendMessage", "message { body }"), vars{"input": vars{"roomId": room.ID, "body": "Under way"}}); err != nil {
		t.Fatal(err)
	}
	await(t, "the mutation to wait", func() bool {
		return h.number(waiting) == 1
	})
	stopped := make(chan error)
	go func() { stopped <- h.stop() }()
	await(t, "the listener to close", func() bool {
		conn, err := net.Dial("tcp", h.app.listener.Addr().String())
		if err == nil {
			_ = conn.Close()
		}
		return err != nil
	})
	select {
	case err := <-stopped:
		t.Fatal("what was under way was not waited for:", err)
	default:
	}
	release()
	if answer, err := s.next(); err != nil {
		t.Errorf("what was under way: %s %v", answer, err)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// A request and a socket that do not end are cut off together, and not one after the other.
func TestShutdownCutsOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	entered, left := make(chan struct{}), make(chan struct{})
	server := &http.Server{Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
		close(left)
	})}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	go func() { _, _ = h.client.Get("http://" + listener.Addr().String()) }()
	<-entered
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := h.app.shutdown(ctx, server); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it ended with %v", err)
	}
	select {
	case <-left:
	case <-time.After(longEnough):
		t.Error("the request goes on")
	}
}

const asked = "PARLEY_TEST_HANG"

// TestMainThatHangs is the program of the next test.
func TestMainThatHangs(t *testing.T) {
	if os.Getenv(asked) == "" {
		t.Skip("for the next test only")
	}
	ctx, stop := untilInterrupted()
	defer stop()
	fmt.Println("ready")
	<-ctx.Done()
	fmt.Println("stopping")
	select {}
}

func TestShutdownThatHangsIsEndedByASecondSignal(t *testing.T) {
	t.Parallel()
	hanging := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMainThatHangs$")
	hanging.Env = append(os.Environ(), asked+"=1")
	out, err := hanging.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := hanging.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	for _, want := range []string{"ready", "stopping"} {
		if !lines.Scan() || lines.Text() != want {
			t.Fatalf("it says %q, want %q", lines.Text(), want)
		}
		_ = hanging.Process.Signal(os.Interrupt)
	}
	ended := make(chan error, 1)
	go func() { ended <- hanging.Wait() }()
	await(t, "the end", func() bool {
		_ = hanging.Process.Signal(os.Interrupt) // the second one may have come before it was ready for it
		select {
		case <-ended:
			return true
		default:
			return false
		}
	})
	if status, ok := hanging.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != os.Interrupt {
		t.Errorf("it ended with %v", hanging.ProcessState)
	}
}
