package inbox_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/call"
	"parley/internal/conversation"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/inbox"
	"parley/internal/limits"
	"parley/internal/organization"
	"parley/internal/presence"
	"parley/internal/room"
	"parley/internal/throttle"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// town is an organisation with rooms, and processes that serve it.
type town struct {
	t         testing.TB
	db        *dbtest.DB
	limits    limits.Limits
	processes []*process
	ari       auth.Viewer
	rooms     []*ent.Room
}

// process is one process on the town's database.
type process struct {
	events *eventlog.Log
	rooms  *room.Service
	inbox  *inbox.Service
}

func newTown(t testing.TB, processes, rooms int, change string, opts ...dbtest.Option) *town {
	t.Helper()
	c := &town{t: t, db: dbtest.New(t, opts...)}
	var err error
	c.limits, err = limits.Parse("rates=0," + change)
	c.must(err)
	for range processes {
		c.processes = append(c.processes, c.process())
	}
	c.ari = c.found("Here", "ari")
	for range rooms {
		c.rooms = append(c.rooms, c.room())
	}
	return c
}

// process starts a process, until the test ends.
func (c *town) process() *process {
	c.t.Helper()
	b := bus.Postgres(c.db.URL)
	log := slog.New(slog.DiscardHandler)
	p := &process{}
	var err error
	p.events, err = eventlog.Open(c.t.Context(), c.db.SQL, b, log)
	c.must(err)
	p.rooms, err = room.New(c.t.Context(), room.Parts{
		DB: c.db.SQL, Ent: c.db.Ent, Limits: c.limits, Log: p.events, Audit: audit.New(p.events, c.db.Ent, 0), Tokens: auth.NewTokens(c.db.Ent, c.limits, b),
		Counter: throttle.NewCounter(c.db.SQL), Presence: presence.New(b, 0),
	})
	c.must(err)
	calls := call.New(c.db.Ent, c.limits, p.events)
	p.inbox = inbox.New(p.events, p.rooms, calls, conversation.New(conversation.Parts{Ent: c.db.Ent, Limits: c.limits, Log: p.events, Calls: calls, Logger: log}), c.limits.Heartbeat, log)
	for _, work := range []func(context.Context) error{b.Run, p.events.Run, p.inbox.Run} {
		c.run(work)
	}
	return p
}

func (c *town) run(work func(context.Context) error) {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- work(ctx) }()
	c.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			c.t.Error(err)
		}
	})
}

func (c *town) found(name, person string) auth.Viewer {
	c.t.Helper()
	tokens, counter := auth.NewTokens(c.db.Ent, c.limits, bus.Alone{}), throttle.NewCounter(c.db.SQL)
	c.must(organization.New(organization.Parts{Ent: c.db.Ent, Limits: c.limits, Tokens: tokens, Passwords: auth.NewPasswords(auth.Cost{Memory: 8, Passes: 1}), Counter: counter}).Found(c.t.Context(), organization.Plan{
		Name: name, Members: []organization.MemberPlan{{
			Email: person + "@demo.example", FirstName: person, LastName: "Agent", Password: "secret password",
			Role: member.RoleAgent, ClassOfService: member.ClassOfServiceInternal,
		}},
	}))
	m, err := c.db.Ent.Member.Query().Where(member.Email(person + "@demo.example")).Only(c.t.Context())
	c.must(err)
	return auth.Viewer{Member: m}
}

func (c *town) room() *ent.Room {
	c.t.Helper()
	p, err := c.processes[0].rooms.Create(c.asAri(c.t.Context()), room.CreateRoomInput{})
	c.must(err)
	return p.Room
}

func (c *town) asAri(ctx context.Context) context.Context { return auth.With(ctx, c.ari) }

// say writes a message into a room.
func (p *process) say(ctx context.Context, r *ent.Room) error {
	_, err := p.rooms.Send(ctx, room.SendMessageInput{RoomID: r.ID, Body: "Hello"})
	return err
}

func (c *town) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// follow goes along a feed until the function has enough of it. It is what a transport does for one subscriber.
func follow(ctx context.Context, s *inbox.Service, after *string, take func(inbox.Event) (more bool)) error {
	f, err := s.Follow(ctx, after)
	if err != nil {
		return err
	}
	for i, err := range f.Stored(ctx, f.From, f.Head) {
		if err != nil {
			return err
		}
		if !i.Silent && !take(i.Value) {
			return nil
		}
	}
	live, enough := context.WithCancel(ctx)
	defer enough()
	begun := func() {
		if !take(f.CaughtUp()) {
			enough()
		}
	}
	for i, err := range f.Live(live, f.Head, begun) {
		if live.Err() != nil && ctx.Err() == nil { // it was enough, while something was read
			return nil
		}
		if err != nil {
			return err
		}
		if !i.Silent && !take(i.Value) {
			return nil
		}
	}
	return ctx.Err()
}
