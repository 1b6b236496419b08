package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// raw sends what it is given to the server, and reads the answer as it comes.
func (h *house) raw(text string) (net.Conn, *bufio.Reader) {
	h.t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(h.url(), "http://"))
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(longEnough))
	if _, err := io.WriteString(conn, text); err != nil {
		h.t.Fatal(err)
	}
	return conn, bufio.NewReader(conn)
}

// A body that does not arrive is not waited for, whether somebody wants to read it or not.
func TestHouse_ABodyThatDoesNotArrive(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("transfer=300ms,operation=300ms"))
	for _, request := range []string{"POST /simulator/sms", "POST /simulator/nowhere", "POST /r/token", "POST /graphql", "PUT /graphql", "GET /readyz"} {
		for _, media := range []string{"application/json", "text/plain"} {
			conn, in := h.raw(fmt.Sprintf("%s HTTP/1.1\r\nHost: localhost\r\nContent-Type: %s\r\nContent-Length: 100\r\n\r\n{", request, media))
			await(t, "the end of "+request, func() bool {
				_, err := io.Copy(io.Discard, in)
				return err == nil
			})
			_ = conn.Close()
		}
	}
}

// An answer that is not taken is given up: here the client asks for ever more of them, and reads none.
func TestHouse_AnAnswerThatIsNotTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("transfer=300ms"))
	for _, path := range []string{"/schema.graphqls", "/metrics", "/simulator"} {
		conn, _ := h.raw("")
		await(t, "the end of the connection that asks for "+path, func() bool {
			_, err := io.WriteString(conn, strings.Repeat("GET "+path+" HTTP/1.1\r\nHost: localhost\r\n\r\n", 1000))
			return err != nil && !errors.Is(err, os.ErrDeadlineExceeded)
		})
	}
}

func TestHouse_StreamsAndSocketsOutliveTheTimeOfATransfer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("transfer=200ms,heartbeat=500ms"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	for _, feed := range agent.everywhere(room) {
		feed.expect("Heartbeat", "Heartbeat")
	}
}

// A name that an attacker's page makes lead to this server (DNS rebinding) reads nothing.
func TestSimulatorAnswersToItsOwnHostOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.app.config.PublicURL = "https://Parley.example:8443"
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:8080": 200, "127.0.0.1:8080": 200, "192.0.2.7": 200, "[::1]:8080": 200, "[::1]": 200,
		"parley.example": 200, "PARLEY.example:8443": 200,
		"rebound.attacker.example": 421, "rebound.attacker.example:8080": 421, "parley.example.attacker.example": 421, "localhost.attacker.example": 421,
		"127.0.0.1.attacker.example": 421,
	} {
		for _, path := range []string{"/simulator", "/simulator/messages"} {
			r, err := http.NewRequest(http.MethodGet, "http://"+h.app.listener.Addr().String()+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Host = host
			response, err := h.client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if got := response.StatusCode; got != want && (path == "/simulator/messages" || (got == 421) != (want == 421)) { // the page may not be built
				t.Errorf("%s at %s: %d, want %d", path, host, got, want)
			}
		}
	}
}

func TestSimulatorAndDemoAreWarnedOfBesideADatabase(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		demo, database string
		want           bool
	}{
		{"on", "postgres://localhost/parley", true},
		{"auto", "postgres://localhost/parley", false},
		{"off", "postgres://localhost/parley", false},
		{"on", "", false},
		{"auto", "", false},
	} {
		var log journal
		a := &app{config: &config{Demo: c.demo, DatabaseURL: c.database}, log: slog.New(slog.NewTextHandler(&log, nil))}
		a.warn()
		if got := strings.Contains(log.String(), "PARLEY_DEMO"); got != c.want {
			t.Errorf("demo %s, database %q: %s", c.demo, c.database, log.String())
		}
	}
}
