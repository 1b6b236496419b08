package main

import (
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/nats-io/nats-server/v2/server"
)

// onTwoProcesses runs a test on two servers of one database, for each way in which they ring each other.
func onTwoProcesses(t *testing.T, test func(t *testing.T, one, two *house), more ...setting) {
	t.Parallel()
	for name, bus := range map[string]func(testing.TB) string{
		"PostgreSQL": func(testing.TB) string { return busPostgres },
		"NATS":       startNATS,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			how := append([]setting{withLimits("rates=0"), withBus(bus(t))}, more...)
			one := newHouse(t, how...)
			two := newHouse(t, append(how, beside(one))...)
			one.awaitBus()
			two.awaitBus()
			test(t, one, two)
		})
	}
}

// startNATS starts a NATS for the test and returns its address.
func startNATS(t testing.TB) string {
	t.Helper()
	s := startNATSAt(t, server.RANDOM_PORT)
	t.Cleanup(func() { stopNATS(s) })
	return s.ClientURL()
}

func startNATSAt(t testing.TB, port int) *server.Server {
	t.Helper()
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: port, NoLog: true, NoSigs: true})
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(longEnough) {
		t.Fatal("NATS does not start")
	}
	return s
}

func stopNATS(s *server.Server) {
	s.Shutdown()
	s.WaitForShutdown()
}

// at is the same person at another process.
func (p *user) at(other *house) *user {
	q := *p
	q.h = other
	return &q
}

// Without rings it would be half a second on average: the log is looked at every second.
func TestAMessageArrivesAtTheOtherProcessAtOnce(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room := agent.CreateRoom()
		feed := agent.at(two).follow(room, overSocket)
		feed.expect("CaughtUp")
		var took []time.Duration
		for i := range 100 {
			began := time.Now()
			agent.TrySay(room, fmt.Sprintf("message %d", i)).ok()
			feed.expect("MessagePosted")
			took = append(took, time.Since(began))
		}
		slices.Sort(took)
		median, late := took[len(took)/2], took[len(took)*99/100]
		t.Logf("from sending to the other process's subscriber: median %s, 99th percentile %s", median, late)
		if median > 200*time.Millisecond {
			t.Errorf("half of the messages took longer than %s", median)
		}
	})
}

func TestX1_SubscribersThatGoBetweenProcessesGetEverythingOnceAndInOrder(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		const writers, each = 8, 25
		agent := one.SignIn("agent@demo.example")
		room := agent.CreateRoom()
		type seen struct {
			bodies []string
			err    error
		}
		all := together(writers+4, func(i int) (s seen) {
			houses := []*house{one, two}
			if i < writers {
				for n := range each {
					agent.at(houses[i%2]).TrySay(room, fmt.Sprintf("message %d of %d", n, i)).ok()
				}
				return seen{}
			}
			by := []carriage{overSocket, overStream}[i/2%2]
			s.bodies, s.err = agent.at(houses[i%2]).reconnecting(room, by, writers*each, houses[1-i%2])
			return s
		})
		var want []string
		const inOrder = `SELECT array_agg(body ORDER BY seq) FROM events WHERE body LIKE 'message %'`
		if err := one.db.SQL.QueryRowContext(t.Context(), inOrder).Scan(pq.Array(&want)); err != nil {
			t.Fatal(err)
		}
		if len(want) != writers*each {
			t.Errorf("there are %d messages", len(want))
		}
		for i, s := range all[writers:] {
			if s.err != nil || !slices.Equal(s.bodies, want) {
				t.Errorf("subscriber %d: %v, %d messages: %q", i, s.err, len(s.bodies), s.bodies)
			}
		}
	})
}

func TestAWrongBusStopsTheStart(t *testing.T) {
	t.Parallel()
	start := func(bus string) error {
		env := map[string]string{"PARLEY_BUS": bus, "PARLEY_DATA": t.TempDir()}
		_, err := configure(nil, func(name string) string { return env[name] }, io.Discard)
		return err
	}
	for _, wrong := range []string{"redis://host", "nats", "nats://", "Postgres", "nats://host,http://host", "nats://me:canary@host:x", "nats://host,"} {
		if err := start(wrong); err == nil || !strings.Contains(err.Error(), "PARLEY_BUS") || strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: %v", wrong, err)
		}
	}
	for _, right := range []string{"", "postgres", "nats://host", "nats://me:word@host:4222", "nats://one:4222,nats://two:4222"} {
		if err := start(right); err != nil {
			t.Errorf("%s: %v", right, err)
		}
	}
}

// By the look at the database alone it would be half a second on average.
func TestX3_SigningOutEndsSubscriptionsInTheOtherProcessAtOnce(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		second := one.SignIn("second@demo.example")
		room, ada := second.invited()
		adas := ada.at(two).everywhere(room)
		var took []time.Duration
		for range 9 {
			agent := one.SignIn("agent@demo.example")
			feeds := agent.at(two).everywhere(room)
			agent.SignOut()
			began := time.Now()
			ended(t, feeds, longEnough)
			took = append(took, time.Since(began))
			second.Says("Only those who are left see it", room)
			for _, f := range adas {
				f.expect("MessagePosted")
			}
			if a := agent.at(two).ask(`{ viewer { __typename } }`, nil); a.status != 401 {
				t.Errorf("the token still works: %d %s", a.status, a.body)
			}
		}
		ada.mutate("signOut", nil, "").ok()
		began := time.Now()
		ended(t, adas, longEnough)
		took = append(took, time.Since(began))
		slices.Sort(took)
		median := took[len(took)/2]
		t.Logf("from the answer to the end of subscriptions in the other process: median %s, at most %s", median, took[len(took)-1])
		if median > 250*time.Millisecond {
			t.Errorf("half of them took longer than %s", median)
		}
	})
}

func TestNotReadyWithoutTheBus(t *testing.T) {
	t.Parallel()
	nats := startNATSAt(t, server.RANDOM_PORT)
	port := nats.Addr().(*net.TCPAddr).Port
	h := newHouse(t, withBus(nats.ClientURL()))
	h.provoke()
	h.awaitBus()
	word := func() string {
		_, body := h.fetch("GET", h.url()+"/readyz")
		return strings.TrimSpace(body)
	}
	until := func(want string) {
		t.Helper()
		for late := time.Now().Add(longEnough); word() != want; {
			if time.Now().After(late) {
				t.Fatalf("%s, want %s", word(), want)
			}
		}
	}
	until(`{"status":"ready"}`)
	stopNATS(nats)
	until(`{"status":"no bus"}`)
	nats = startNATSAt(t, port)
	t.Cleanup(func() { stopNATS(nats) })
	until(`{"status":"ready"}`)
}
