package main

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// Clients are told to come back, and what is under way is finished.
func TestShutdownFinishesRequestsAndTellsClientsToComeBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	feeds := agent.everywhere(room)

	release := h.hold()
	underWay, stopped := make(chan *reply), make(chan error)
	go func() { underWay <- agent.TrySay(room, "Under way") }()
	await(t, "a request to wait", func() bool {
		return h.number(waiting) == 1
	})
	go func() { stopped <- h.stop() }()
	if end := feeds["WebSocket"].end(); end.code != ws.StatusCode(1012) {
		t.Errorf("the WebSocket ended with %v", end)
	}
	if end := feeds["SSE"].end(); end.complete || len(end.errors) > 0 {
		t.Errorf("the stream ended with %v, after which clients do not come back", end)
	}
	release()
	if a := (<-underWay).ok(); a.text("message.body") != "Under way" {
		t.Errorf("what was under way: %s", a.body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
	if h.number(`SELECT count(*) FROM events WHERE kind = 'TEXT'`) != 1 {
		t.Error("what was under way is not there")
	}
	if a := agent.ask(`{ viewer { __typename } }`, nil); a.err == nil {
		t.Errorf("it still answers: %s", a.body)
	}
}

// Who comes back to another process goes on where the one before it ended.
func TestShutdownAndAnotherServerOnTheSameDatabase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	feed := ada.follow(room, overSocket)
	agent.Says("Before", room)
	if e := feed.until("MessagePosted"); e.Message.Body != "Before" {
		t.Errorf("before: %+v", e)
	}
	if err := h.stop(); err != nil {
		t.Fatal(err)
	}
	h.start(h.store(settings{}), settings{})
	agent.Says("After", room)
	back := ada.followAfter(room, feed.last, overStream)
	if e := back.expect("MessagePosted", "CaughtUp"); e[0].Message.Body != "After" {
		t.Errorf("after: %+v", e)
	}
}

func TestAPanicInARequestDoesNotEndTheServer(t *testing.T) {
	t.Parallel()
	s := &spy{t: t}
	h := newHouse(t, withPool(s.pool))
	h.provoke()
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	h.keepSecret("the inside", "the inside of it all")
	s.make(func(query string) {
		if strings.Contains(query, "INSERT INTO events") || strings.Contains(query, `FROM "members"`) {
			panic("the inside of it all")
		}
	})
	h.secrets = map[string]string{} // a panic's words are in the log, and so they have to be
	for _, a := range []*reply{
		agent.mutate("sendMessage", vars{"roomId": room.ID, "body": "Hello"}, messageSelection),
		agent.ask(`{ organization { members { nodes { id } } } }`, nil),
	} {
		if refusal := a.failed("INTERNAL"); refusal.Extensions.RequestID == "" || strings.Contains(string(a.body), "the inside") {
			t.Errorf("answered %s", a.body)
		} else if log := h.log.String(); !strings.Contains(log, refusal.Extensions.RequestID) || !strings.Contains(log, "stack") {
			t.Errorf("the log does not tell of %s", refusal.Extensions.RequestID)
		}
	}
	s.make(nil)
	agent.Says("Hello", room)
	agent.Sees(room, "Hello")
}

func TestAPanicBesideRequestsDoesNotEndTheServer(t *testing.T) {
	t.Parallel()
	s := &spy{t: t}
	h := newHouse(t, withPool(s.pool))
	h.provoke()
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	feed := agent.follow(room, overSocket)
	feed.expect("CaughtUp")
	panicked := make(chan string, 1000)
	s.make(func(query string) {
		for _, work := range []string{"UPDATE deliveries", "UPDATE simulated_messages", "FROM streams WHERE id = ANY", `"access_tokens"."id" IN`} {
			if strings.Contains(query, work) {
				panicked <- work
				panic("beside requests")
			}
		}
	})
	seen := map[string]bool{}
	for end := time.After(longEnough); len(seen) < 3; {
		select {
		case work := <-panicked:
			seen[work] = true
		case <-end:
			t.Fatalf("only %v were tried", seen)
		}
	}
	s.make(nil)
	phone := h.Phone(adasNumber)
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	ada := phone.Expect("Ada").Open().Enter()
	feed.until("CustomerJoined")
	h.exec(`UPDATE access_tokens SET revoked_at = now() WHERE customer_id IS NULL`)
	if end := feed.end("InvitationStatusChanged"); end.code != ws.StatusCode(4401) {
		t.Errorf("a revoked token: %v", end)
	}
	ada.Says("Still here")
}

func TestReadyz(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.awaitBus()
	for _, path := range []string{"/healthz", "/readyz", "/schema.graphqls"} {
		if response, body := h.fetch("GET", h.url()+path); response.StatusCode != 200 || body == "" {
			t.Errorf("%s: %d %s", path, response.StatusCode, body)
		}
	}
	h.app.stopping.Store(true)
	if response, _ := h.fetch("GET", h.url()+"/readyz"); response.StatusCode != 503 {
		t.Errorf("ready while stopping: %d", response.StatusCode)
	}
	h.app.stopping.Store(false)
	if _, err := h.app.store.db.ExecContext(context.Background(), `SELECT 1`); err != nil {
		t.Fatal(err)
	}
}
