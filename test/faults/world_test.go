package faults

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"parley/internal/dbtest"
)

// world is several processes on one database, with networks between everything that can be broken.
type world struct {
	t         testing.TB
	kind      bus
	db        *postgres
	mail      *mailServer
	nats      *natsServer // nil where the bus is PostgreSQL
	processes []*process
	toDB      []*network // of each process
	toNATS    []*network // likewise
	client    *http.Client
	token     string // of the person who writes and reads
	named     atomic.Int64
	calm      sample // what a process needs when nobody is there
}

// bus is how the processes ring each other.
type bus string

const (
	overPostgres bus = "PostgreSQL"
	overNATS     bus = "NATS"
)

// plan says what world is wanted.
type plan struct {
	bus      bus
	binaries []string // a process for each
	dir      string   // of PostgreSQL; a folder on disk where it is empty
}

// alike are processes of one build.
func alike(binary string, n int) []string {
	var all []string
	for range n {
		all = append(all, binary)
	}
	return all
}

// newWorld starts everything; it ends with the test.
func newWorld(t testing.TB, p plan) *world {
	t.Helper()
	w := &world{t: t, kind: p.bus, mail: newMailServer(t)}
	w.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 100}}
	t.Cleanup(w.client.CloseIdleConnections)
	if p.dir == "" {
		p.dir = dbtest.Dir(t, dbtest.Durable())
	}
	w.db = newPostgres(t, p.dir)
	if p.bus == overNATS {
		w.nats = newNATS(t)
	}
	for i, binary := range p.binaries {
		w.addProcess(fmt.Sprintf("process %d", i), binary)
	}
	if err := w.signIn(t.Context(), &w.token); err != nil {
		t.Fatal(err)
	}
	w.calm = w.measureCalm()
	return w
}

func (w *world) addProcess(name, binary string) {
	toDB := newNetwork(w.t, w.db.reach)
	w.toDB = append(w.toDB, toDB)
	env := []string{
		"DATABASE_URL=" + w.db.through(toDB), "PARLEY_SECRET=" + strings.Repeat("fault", 8), "PARLEY_DEMO=on",
		"PARLEY_PUBLIC_URL=http://parley.example", "PARLEY_LIMITS=" + serverLimits, "SMTP_URL=" + w.mail.url(),
	}
	if w.nats != nil {
		toNATS := newNetwork(w.t, to("tcp", w.nats.address))
		w.toNATS = append(w.toNATS, toNATS)
		env = append(env, "PARLEY_BUS=nats://"+toNATS.address())
	}
	w.processes = append(w.processes, newProcess(w.t, name, binary, env))
}

// process is one of them; counting goes round.
func (w *world) process(i int) *process { return w.processes[i%len(w.processes)] }

// signIn gets a token.
func (w *world) signIn(ctx context.Context, token *string) error {
	var payload struct{ AccessToken string }
	input := vars{"email": "agent@demo.example", "password": "parley-demo"}
	err := w.mutate(ctx, w.process(0), "", "signIn", input, "accessToken", &payload)
	*token = payload.AccessToken
	return err
}

// place is a room.
type place struct {
	id, start string // start is the cursor before its first event
}

// createRoom makes a room.
func (w *world) createRoom(ctx context.Context) (place, error) {
	var payload struct {
		Room struct{ ID, LastCursor string }
	}
	err := w.insist(ctx, 0, "createRoom", vars{"idempotencyKey": w.name("room")}, "room { id lastCursor }", &payload)
	return place{payload.Room.ID, payload.Room.LastCursor}, err
}

// name returns a name that nothing in this world has yet.
func (w *world) name(of string) string { return fmt.Sprintf("%s %d", of, w.named.Add(1)) }

// rest is a client's pause before it tries again.
func (w *world) rest(ctx context.Context) {
	timer := time.NewTimer(50*time.Millisecond + rand.N(150*time.Millisecond))
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// log reads all messages of a room, by the API.
func (w *world) log(ctx context.Context, room place) ([]entry, error) {
	const query = `query ($id: ID!, $after: Cursor) { room(id: $id) { messages(first: 100, after: $after) {
		nodes { id cursor body } pageInfo { hasNextPage endCursor } } } }`
	var all []entry
	for variables := (vars{"id": room.id}); ; {
		var data struct {
			Room struct {
				Messages struct {
					Nodes    []entry
					PageInfo struct {
						HasNextPage bool
						EndCursor   string
					}
				}
			}
		}
		if err := w.ask(ctx, w.process(0), w.token, query, variables, &data); err != nil {
			return nil, err
		}
		page := data.Room.Messages
		all = append(all, page.Nodes...)
		if !page.PageInfo.HasNextPage {
			return all, nil
		}
		variables["after"] = page.PageInfo.EndCursor
	}
}
