package room_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/organization"
	"parley/internal/presence"
	"parley/internal/room"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// town is a service with two organisations, on a pool whose locks may be waited for as long as a test takes.
type town struct {
	t     *testing.T
	db    *dbtest.DB
	rooms *room.Service
	log   *eventlog.Log // of the service
	store *eventlog.Log // what is there, whatever becomes of the service's connections

	ari, bo  auth.Viewer // members
	outsider auth.Viewer // a member of another organisation
	made     int
}

func newTown(t *testing.T) *town {
	t.Helper()
	c := &town{t: t, db: dbtest.New(t)}
	c.use(c.db.URL, database.Options{Lock: patience, Statement: patience})
	var err error
	c.store, err = eventlog.Open(t.Context(), c.db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
	c.must(err)
	c.ari = c.found("Here", "ari")
	c.bo = c.hire("bo")
	c.outsider = c.found("There", "olga")
	return c
}

// use makes the service anew, on a pool of its own.
func (c *town) use(url string, o database.Options) {
	c.t.Helper()
	pool, err := database.Open(c.t.Context(), url, o)
	c.must(err)
	c.t.Cleanup(func() { _ = pool.Close() })
	c.log, err = eventlog.Open(c.t.Context(), pool, bus.Alone{}, slog.New(slog.DiscardHandler))
	c.must(err)
	c.rooms = c.service(pool, database.Client(pool))
}

func (c *town) service(pool *sql.DB, client *ent.Client) *room.Service {
	c.t.Helper()
	lifted, err := limits.Parse("rates=0,message-characters=0,operation=1m")
	c.must(err)
	s, err := room.New(c.t.Context(), room.Parts{
		DB: pool, Ent: client, Limits: lifted, Log: c.log, Audit: audit.New(c.log, client, 0), Tokens: auth.NewTokens(client, lifted, bus.Alone{}), Counter: throttle.NewCounter(pool), Presence: presence.New(bus.Alone{}, 0), Now: time.Now,
	})
	c.must(err)
	return s
}

func (c *town) found(name, person string) auth.Viewer {
	c.t.Helper()
	l := limits.Default()
	counter := throttle.NewCounter(c.db.SQL)
	c.must(organization.New(organization.Parts{
		Ent: c.db.Ent, Limits: l, Tokens: auth.NewTokens(c.db.Ent, l, bus.Alone{}), Passwords: auth.NewPasswords(auth.Cost{Memory: 8, Passes: 1}), Counter: counter,
	}).Found(c.t.Context(), organization.Plan{
		Name: name, Members: []organization.MemberPlan{{
			Email: person + "@demo.example", FirstName: person, LastName: "Agent", Password: "secret password",
			Role: member.RoleAgent, ClassOfService: member.ClassOfServiceInternal,
		}},
	}))
	m, err := c.db.Ent.Member.Query().Where(member.Email(person + "@demo.example")).Only(c.t.Context())
	c.must(err)
	return auth.Viewer{Member: m}
}

// hire makes a colleague of Ari's.
func (c *town) hire(name string) auth.Viewer {
	c.t.Helper()
	id := typeid.New("mem")
	c.exec(`INSERT INTO members (id, email, email_key, first_name, last_name, password_hash, role, class_of_service, channels, created_at, organization_id)
		SELECT $1, $2, $2, $2, last_name, password_hash, role, class_of_service, channels, created_at, organization_id FROM members WHERE id = $3`,
		id, name, c.ari.ID())
	m, err := c.db.Ent.Member.Get(c.t.Context(), id)
	c.must(err)
	return auth.Viewer{Member: m}
}

// place is a room with those who may write there, and its log.
type place struct {
	*town
	id, status string
	stream     int64
	customer   auth.Viewer
	stranger   auth.Viewer // a customer who says that they were invited to it
}

func (c *town) room(status string) *place {
	c.t.Helper()
	c.made++
	p := &place{town: c, id: typeid.New("room"), status: status, stream: int64(c.made)}
	p.customer, p.stranger = c.customer(p.id), c.customer(p.id)
	c.exec(`INSERT INTO streams (id, owner_id, last_at, active_at, sealed) VALUES ($1, 'owner', now(), now(), $2)`, p.stream, status == "CLOSED")
	c.exec(`INSERT INTO rooms (id, name, status, created_at, organization_id, created_by_id, stream_id, customer_id)
		VALUES ($1, 'Room', $2, now(), $3, $4, $5, $6)`, p.id, status, c.ari.OrganizationID(), c.ari.ID(), p.stream, p.customer.ID())
	return p
}

func (c *town) customer(roomID string) auth.Viewer {
	c.t.Helper()
	cu := &ent.Customer{ID: typeid.New("cus"), OrganizationID: c.ari.OrganizationID()}
	c.exec(`INSERT INTO customers (id, first_name, last_name, email, created_at, organization_id) VALUES ($1::varchar, 'Ada', 'L', $1::varchar || '@x.example', now(), $2)`,
		cu.ID, cu.OrganizationID)
	return auth.Viewer{Customer: cu, RoomID: roomID}
}

func (c *town) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *town) exec(query string, args ...any) {
	c.t.Helper()
	_, err := c.db.SQL.ExecContext(c.t.Context(), query, args...)
	c.must(err)
}

// begin begins a transaction that is in the way of others until it ends.
func (c *town) begin(query string, args ...any) *sql.Tx {
	c.t.Helper()
	tx, err := c.db.SQL.BeginTx(c.t.Context(), nil)
	c.must(err)
	c.t.Cleanup(func() { _ = tx.Rollback() })
	_, err = tx.ExecContext(c.t.Context(), query, args...)
	c.must(err)
	return tx
}

// lock holds the room's log, as a writer in another process does.
func (p *place) lock() *sql.Tx {
	p.t.Helper()
	return p.begin(`SELECT FROM streams WHERE id = $1 FOR UPDATE`, p.stream)
}

// holdKey holds an idempotency key of a person.
func (c *town) holdKey(by auth.Viewer, key string) *sql.Tx {
	c.t.Helper()
	return c.begin(`INSERT INTO idempotency_keys (actor_id, key, fingerprint, result_id, created_at) VALUES ($1, $2, 'x', 'x', now())`, by.ID(), key)
}

// until waits for what the database or the service comes to.
func (c *town) until(what string, there func() bool) {
	c.t.Helper()
	for end := time.Now().Add(patience); !there(); {
		if time.Now().After(end) {
			c.t.Fatalf("waited in vain for: %s", what)
		}
	}
}

// untilBlocked waits until so many statements wait for a lock.
func (c *town) untilBlocked(n int) {
	c.t.Helper()
	const q = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`
	c.until("statements that wait", func() bool {
		var have int
		c.must(c.db.SQL.QueryRowContext(c.t.Context(), q).Scan(&have))
		return have == n
	})
}

// sent is a message under way.
type sent struct {
	body, key string
	by        auth.Viewer
	leave     context.CancelFunc
	gone      chan struct{}
	message   *room.Message
	err       error
}

// send sends a message, keyed where the key is not "".
func (p *place) send(by auth.Viewer, key, body string) *sent {
	ctx, cancel := context.WithCancel(auth.With(p.t.Context(), by))
	s := &sent{body: body, key: key, by: by, leave: cancel, gone: make(chan struct{})}
	go func() {
		defer close(s.gone)
		defer cancel()
		payload, err := p.rooms.Send(ctx, p.input(key, body))
		if s.err = err; err == nil {
			s.message = payload.Message
		}
	}()
	return s
}

func (p *place) input(key, body string) room.SendMessageInput {
	in := room.SendMessageInput{RoomID: p.id, Body: body}
	if key != "" {
		in.IdempotencyKey = &key
	}
	return in
}

// line has messages stand in line, in this order, behind one that waits for the room's log.
func (p *place) line(messages ...func() *sent) (all []*sent) {
	p.t.Helper()
	all = append(all, p.send(p.ari, "", "first"))
	p.untilBlocked(1)
	for i, send := range messages {
		all = append(all, send())
		p.until("a sender in line", func() bool { return p.rooms.Waiting() == i+1 })
	}
	return all
}

func (p *place) by(by auth.Viewer, key, body string) func() *sent {
	return func() *sent { return p.send(by, key, body) }
}

// end lets those in line go, and waits until all have their answer.
func (p *place) end(tx *sql.Tx, all []*sent) {
	p.t.Helper()
	p.must(tx.Rollback())
	for _, s := range all {
		<-s.gone
	}
	if n := p.rooms.Busy(); n > 0 {
		p.t.Errorf("%d rooms are remembered", n)
	}
}

// logged are the bodies in the room's log. It fails where there is a gap.
func (p *place) logged() (bodies []string) {
	p.t.Helper()
	events, err := p.store.Messages(p.t.Context(), p.stream, nil, nil, 10_000, false)
	p.must(err)
	for i, e := range events {
		if e.Seq != int64(i+1) {
			p.t.Errorf("%s has place %d, want %d", e.Body, e.Seq, i+1)
		}
		bodies = append(bodies, e.Body)
	}
	var last int
	p.must(p.db.SQL.QueryRowContext(p.t.Context(), `SELECT last_seq FROM streams WHERE id = $1`, p.stream).Scan(&last))
	if last != len(events) {
		p.t.Errorf("%d places were taken for %d messages", last, len(events))
	}
	return bodies
}

func (p *place) want(bodies ...string) {
	p.t.Helper()
	if have := p.logged(); !slices.Equal(have, bodies) {
		p.t.Errorf("the log has %q, want %q", have, bodies)
	}
}

// commits is how many transactions have written into the log.
func (p *place) commits() (n int) {
	p.t.Helper()
	p.must(p.db.SQL.QueryRowContext(p.t.Context(), `SELECT count(DISTINCT xmin::text) FROM events WHERE stream_id = $1`, p.stream).Scan(&n))
	return n
}

func (c *town) accepted(all ...*sent) {
	c.t.Helper()
	for _, s := range all {
		if s.err != nil {
			c.t.Errorf("%.20s: %v", s.body, s.err)
		} else if s.message.Body != s.body {
			c.t.Errorf("%.20s: the answer is %.20s", s.body, s.message.Body)
		}
	}
}

func (c *town) refused(code apierr.Code, all ...*sent) {
	c.t.Helper()
	for _, s := range all {
		if !apierr.Is(s.err, code) {
			c.t.Errorf("%.20s: have %v, want %s", s.body, s.err, code)
		}
	}
}

func TestSendersWhoWaitForARoomShareACommit(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	follower := p.log.Follow(p.stream, 0)
	defer follower.Close()
	tx := p.lock()
	var messages []func() *sent
	want := []string{"first"}
	for i := range 20 {
		key := []string{"", fmt.Sprint("key ", 20-i)}[i%2]
		by := []auth.Viewer{p.ari, p.bo, p.customer}[i%3]
		want = append(want, fmt.Sprint(i))
		messages = append(messages, p.by(by, key, fmt.Sprint(i)))
	}
	all := p.line(messages...)
	p.end(tx, all)
	p.accepted(all...)
	p.want(want...)
	if n := p.commits(); n != 2 {
		t.Errorf("%d commits, want one for the first message and one for those who waited", n)
	}
	p.sameAsLog(all)
	p.followed(follower, want...)
}

// sameAsLog fails unless what the senders were told is what others read.
func (p *place) sameAsLog(all []*sent) {
	p.t.Helper()
	for _, s := range all {
		e, found, err := p.store.Message(p.t.Context(), s.message.ID)
		if err != nil || !found {
			p.t.Errorf("%s is not there: %v", s.body, err)
			continue
		}
		m := s.message
		if m.Body != e.Body || m.Side != e.Side || !m.SentAt.Equal(e.At) || m.Cursor != p.log.Cursor(e.Stream, e.Seq) || e.ActorID != s.by.ID() {
			p.t.Errorf("the answer is %+v, the log has %+v", m, e)
		}
	}
}

func TestX1_KeyedDoublesThatWaitForARoomCountOnce(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	before := p.send(p.ari, "before", "before")
	<-before.gone
	tx := p.lock()
	all := p.line(
		p.by(p.ari, "k", "keyed"), p.by(p.ari, "k", "keyed"), p.by(p.ari, "k", "keyed"), p.by(p.ari, "k", "other words"),
		p.by(p.bo, "k", "of another person"), p.by(p.bo, "", "not keyed"), p.by(p.ari, "before", "before"), p.by(p.ari, "before", "other words"),
	)
	p.end(tx, all)
	p.want("before", "first", "keyed", "of another person", "not keyed")
	p.accepted(all[0], all[1], all[2], all[3], all[5], all[6], all[7])
	p.refused(apierr.IdempotencyKeyReused, all[4], all[8])
	for _, double := range all[2:4] {
		if double.err == nil && double.message.ID != all[1].message.ID {
			t.Error("a double has another result")
		}
	}
	if all[7].err == nil && all[7].message.ID != before.message.ID {
		t.Error("a repetition has another result")
	}
}

// Whoever names a room of another organisation neither waits for it nor is in anybody's way.
func TestX2_AnotherOrganisationIsInNobodysWay(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	tx := p.lock()
	all := p.line(p.by(p.ari, "", "a"), p.by(p.customer, "", "b"))
	for range 3 {
		outside := p.send(p.outsider, "k", "hello\x00")
		<-outside.gone // while the others wait
		if outside.err == nil || apierr.Is(outside.err, apierr.RoomIsClosed) {
			t.Errorf("have %v", outside.err)
		}
		outside = p.send(p.outsider, "k", "hello")
		<-outside.gone
		p.refused(apierr.NotFound, outside)
	}
	stranger := p.send(p.stranger, "", "who was never invited")
	p.until("the stranger in line", func() bool { return p.rooms.Waiting() == 3 })
	p.end(tx, append(all, stranger))
	p.accepted(all...)
	p.refused(apierr.NotFound, stranger)
	p.want("first", "a", "b")
}

func TestARoomThatIsClosedWhileSendersWait(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	tx := p.lock()
	all := p.line(p.by(p.ari, "k", "a"), p.by(p.bo, "", "b"), p.by(p.customer, "", "c"))
	_, err := tx.ExecContext(t.Context(), `UPDATE streams SET sealed = true WHERE id = $1`, p.stream)
	p.must(err)
	_, err = tx.ExecContext(t.Context(), `UPDATE rooms SET status = 'CLOSED' WHERE id = $1`, p.id)
	p.must(err)
	p.must(tx.Commit())
	for _, s := range all {
		<-s.gone
	}
	p.refused(apierr.RoomIsClosed, all...)
	p.want()
	if n := p.db.Ent.IdempotencyKey.Query().CountX(t.Context()); n > 0 {
		t.Error("what was refused has left its key")
	}
}

// The statement has begun, and has seen an open room, when the room is closed.
func TestALogThatIsSealedUnderABatch(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	tx := p.lock()
	fates := make(chan []room.Fate)
	go func() {
		all, err := p.rooms.PostAtOnce(t.Context(), p.letter(p.ari, "k", "a"), p.letter(p.customer, "", "b"))
		if err != nil {
			t.Error(err)
		}
		fates <- all
	}()
	p.untilBlocked(1)
	_, err := tx.ExecContext(t.Context(), `UPDATE streams SET sealed = true WHERE id = $1`, p.stream)
	p.must(err)
	p.must(tx.Commit())
	for _, f := range <-fates {
		if !f.Found || f.Posted {
			t.Errorf("have %+v, want a refusal", f)
		}
	}
	p.want()
	if n := p.db.Ent.IdempotencyKey.Query().CountX(t.Context()); n > 0 {
		t.Error("what was refused has left its key")
	}
}

// A writer of another process has appended while the batch waited for the log.
func TestABatchThatWaitedForAnotherProcess(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	tx := p.begin(`WITH raised AS (UPDATE streams SET last_seq = last_seq + 2, last_at = now() + interval '1 hour' WHERE id = $1 RETURNING id, last_at)
		INSERT INTO events (id, stream_id, seq, kind, side, at, body) SELECT 'msg_' || i, id, i, 'TEXT', 'MEMBER', last_at, 'theirs' FROM raised, generate_series(1, 2) i`, p.stream)
	ended := make(chan error)
	go func() {
		_, err := p.rooms.PostAtOnce(t.Context(), p.letter(p.ari, "k", "a"), p.letter(p.customer, "", "b"))
		ended <- err
	}()
	p.untilBlocked(1)
	p.must(tx.Commit())
	p.must(<-ended)
	p.want("theirs", "theirs", "a", "b")
	var backwards int
	p.must(p.db.SQL.QueryRowContext(t.Context(),
		`SELECT count(*) FROM events a JOIN events b USING (stream_id) WHERE stream_id = $1 AND a.seq < b.seq AND a.at > b.at`, p.stream).Scan(&backwards))
	if backwards > 0 {
		t.Error("time goes backwards in the log")
	}
}

func (p *place) letter(by auth.Viewer, key, body string) room.Letter {
	return room.Letter{By: by, In: p.input(key, body)}
}

// Without their order two batches of one person with the same keys would wait for each other.
func TestKeysOfTwoBatchesAreNoDeadlock(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	here, there := c.room("ACTIVE"), c.room("ACTIVE")
	m, n := c.holdKey(c.ari, "m"), c.holdKey(c.ari, "n")
	ended := make(chan error, 2)
	post := func(p *place, keys ...string) {
		var letters []room.Letter
		for _, key := range keys {
			letters = append(letters, p.letter(p.ari, key, "keyed "+key))
		}
		_, err := c.rooms.PostAtOnce(t.Context(), letters...)
		ended <- err
	}
	go post(here, "a", "m", "z")
	c.untilBlocked(1)
	go post(there, "z", "n", "a")
	c.untilBlocked(2)
	c.must(m.Rollback())
	c.must(n.Rollback())
	c.must(<-ended)
	c.must(<-ended)
	here.want("keyed a", "keyed m", "keyed z")
	there.want("keyed n")
}

func TestASenderWhoLeavesTheLine(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	tx := p.lock()
	all := p.line(p.by(p.ari, "", "a"), p.by(p.bo, "", "b"), p.by(p.bo, "", "c"))
	all[1].leave()
	<-all[1].gone
	if !errors.Is(all[1].err, context.Canceled) {
		t.Errorf("have %v", all[1].err)
	}
	p.end(tx, all)
	p.accepted(all[0], all[2], all[3])
	p.want("first", "b", "c")
}

// The one who writes for all, and one of the others, leave while the statement runs: both messages are there.
func TestTheOneWhoWritesForAllLeaves(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	key := p.holdKey(p.bo, "k")
	tx := p.lock()
	all := p.line(p.by(p.ari, "", "a"), p.by(p.bo, "k", "b"), p.by(p.bo, "", "c"))
	p.must(tx.Rollback())
	<-all[0].gone
	p.untilBlocked(1)
	all[1].leave()
	all[3].leave()
	<-all[3].gone
	p.must(key.Rollback())
	for _, s := range all {
		<-s.gone
	}
	p.accepted(all[0], all[1], all[2])
	p.want("first", "a", "b", "c")
	if n := p.commits(); n != 2 {
		t.Errorf("%d commits, want 2", n)
	}
}

func TestAMessageThatPostgreSQLRefusesIsRefusedAlone(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	tx := p.lock()
	all := p.line(p.by(p.ari, "k", "a"), p.by(p.bo, "bad", "NUL \x00"), p.by(p.bo, "", "b"), p.by(p.ari, "", "not UTF-8 \xff"), p.by(p.customer, "", "c"))
	p.end(tx, all)
	p.accepted(all[0], all[1], all[3], all[5])
	p.want("first", "a", "b", "c")
	for _, bad := range []*sent{all[2], all[4]} {
		if bad.err == nil || apierr.As(bad.err) != nil {
			t.Errorf("%q: have %v", bad.body, bad.err)
		}
	}
	if n := p.db.Ent.IdempotencyKey.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d keys are kept, want 1", n)
	}
}

// The answers are there before the commit is.
func TestAMessageThatIsRefusedAtTheCommitIsRefusedAlone(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	p.exec(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$`)
	p.exec(`CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
		FOR EACH ROW WHEN (NEW.body = 'bad') EXECUTE FUNCTION refuse()`)
	follower := p.log.Follow(p.stream, 0)
	defer follower.Close()
	tx := p.lock()
	all := p.line(p.by(p.ari, "", "a"), p.by(p.bo, "k", "bad"), p.by(p.customer, "", "b"))
	p.end(tx, all)
	p.accepted(all[0], all[1], all[3])
	if all[2].err == nil {
		t.Error("it was accepted")
	}
	p.want("first", "a", "b")
	p.followed(follower, "first", "a", "b")
}

// followed fails unless the follower gets these bodies, in their places.
func (p *place) followed(f *eventlog.Follower, want ...string) {
	p.t.Helper()
	for at := 0; at < len(want); {
		events, err := f.Next(p.t.Context())
		p.must(err)
		for _, e := range events {
			if at >= len(want) || e.Body != want[at] || e.Seq != int64(at+1) {
				p.t.Fatalf("a follower gets %d %q, want %q", e.Seq, e.Body, want)
			}
			at++
		}
	}
}

// The network falls silent while the batch is in the database, which commits it: all get an error, and nobody writes
// a second time what may be there.
func TestABatchOfWhichNobodyKnowsIsNotWrittenAgain(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	network, url := p.db.Network(t)
	p.use(url, database.Options{Lock: patience, Statement: 2 * time.Second})
	held := p.holdKey(p.bo, "k")
	tx := p.lock()
	all := p.line(p.by(p.ari, "", "a"), p.by(p.bo, "k", "b"), p.by(p.customer, "", "c"))
	p.must(tx.Rollback())
	<-all[0].gone
	p.untilBlocked(1)
	network.Cut()
	p.must(held.Rollback())
	for _, s := range all[1:] {
		<-s.gone
		var silent net.Error
		if !errors.As(s.err, &silent) || !silent.Timeout() {
			t.Errorf("%s: have %v, want that the network was silent", s.body, s.err)
		}
	}
	p.accepted(all[0])
	p.want("first", "a", "b", "c")
}

// The database ends the connection of the one who writes for all: what was answered without an error is there, all is
// there once at most.
func TestX4_TheConnectionOfTheOneWhoWritesForAllIsLost(t *testing.T) {
	t.Parallel()
	p := newTown(t).room("ACTIVE")
	held := p.holdKey(p.bo, "k")
	tx := p.lock()
	all := p.line(p.by(p.ari, "", "a"), p.by(p.bo, "k", "b"), p.by(p.customer, "", "c"))
	p.must(tx.Rollback())
	<-all[0].gone
	p.untilBlocked(1)
	p.exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	p.must(held.Rollback())
	for _, s := range all {
		<-s.gone
	}
	count := map[string]int{}
	for _, body := range p.logged() {
		count[body]++
	}
	for _, s := range all {
		if n := count[s.body]; n > 1 || s.err == nil && n != 1 {
			t.Errorf("%s is there %d times, the answer is %v", s.body, n, s.err)
		}
	}
}

// draft is a message of a random crowd.
type draft struct{ who, key, body int }

func drafts() *rapid.Generator[[]draft] {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) draft {
		return draft{rapid.IntRange(0, 4).Draw(t, "who"), rapid.IntRange(0, 6).Draw(t, "key"), rapid.IntRange(0, 12).Draw(t, "body")}
	}), 1, 24)
}

var statuses = rapid.SampledFrom([]string{"ACTIVE", "ACTIVE", "DRAFT", "CLOSED"})

func (p *place) person(d draft) auth.Viewer {
	return []auth.Viewer{p.ari, p.bo, p.customer, p.outsider, p.stranger}[d.who]
}

// text is the body of a draft; PostgreSQL refuses one in thirteen.
func (d draft) text() string {
	if d.body == 12 {
		return "\x00"
	}
	return fmt.Sprint("body ", d.body%3)
}

// keyIn is the key of a draft, in a room of its own; most have none.
func (d draft) keyIn(p *place) string {
	if d.key > 2 {
		return ""
	}
	return fmt.Sprint(p.id, d.key)
}

// post_many.sql says and does for each message what post.sql does for it alone.
func TestEachOfManyIsPostedAsItWouldBeAlone(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	rapid.Check(t, func(rt *rapid.T) {
		status, all := statuses.Draw(rt, "status"), drafts().Draw(rt, "drafts")
		one, many := c.room(status), c.room(status)
		var letters []room.Letter
		var alone []room.Fate
		taken := map[string]bool{}
		for n, d := range all {
			key := fmt.Sprint(d.keyIn(many), d.who)
			if d.body == 12 || d.who == 3 || d.keyIn(one) != "" && taken[key] { // the line keeps these apart
				continue
			}
			taken[key] = true
			if d.key == 2 && n%2 == 0 { // used before
				for _, p := range []*place{one, many} {
					_, err := c.rooms.PostAtOnce(t.Context(), p.letter(p.person(d), d.keyIn(p), "before"))
					c.must(err)
				}
			}
			fates, err := c.rooms.PostAtOnce(t.Context(), one.letter(one.person(d), d.keyIn(one), d.text()))
			c.must(err)
			alone = append(alone, fates...)
			letters = append(letters, many.letter(many.person(d), d.keyIn(many), d.text()))
		}
		if len(letters) < 2 {
			return
		}
		place := many.head()
		together, err := c.rooms.PostAtOnce(t.Context(), letters...)
		c.must(err)
		for i, f := range together {
			a := alone[i]
			if f.Found != a.Found || f.Posted != a.Posted || f.Event.Kind != a.Event.Kind || f.Event.Side != a.Event.Side || f.Event.Body != a.Event.Body {
				rt.Errorf("%d of %+v: together %+v, alone %+v", i, all, f, a)
			}
			if f.Posted {
				place++
			}
			if f.Posted && f.Event.Seq != place {
				rt.Errorf("%d of %+v has place %d, want %d", i, all, f.Event.Seq, place)
			}
		}
		if a, b := one.summary(), many.summary(); a != b {
			rt.Errorf("of %+v alone became\n%s\ntogether\n%s", all, a, b)
		}
	})
}

func (p *place) head() (seq int64) {
	p.t.Helper()
	p.must(p.db.SQL.QueryRowContext(p.t.Context(), `SELECT last_seq FROM streams WHERE id = $1`, p.stream).Scan(&seq))
	return seq
}

// summary is what the database has of the room: messages and keys, without what differs between two rooms.
func (p *place) summary() (s string) {
	p.t.Helper()
	const q = `SELECT coalesce((SELECT string_agg(concat_ws(' ', kind, side, body, CASE WHEN actor_id LIKE 'cus%' THEN 'customer' ELSE actor_id END), E'\n' ORDER BY body, side, actor_id)
			FROM events WHERE stream_id = $1), '') || E'\n' || (SELECT count(*) FROM idempotency_keys WHERE key LIKE $2 || '%')
			|| ' keys, of a message ' || (SELECT count(*) FROM idempotency_keys k JOIN events e ON e.id = k.result_id AND e.actor_id = k.actor_id AND e.stream_id = $1)`
	p.must(p.db.SQL.QueryRowContext(p.t.Context(), q, p.stream, p.id).Scan(&s))
	return s
}

// Whoever sends what at the same moment gets what they would get alone.
func TestAnyCrowdInARoom(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	rapid.Check(t, func(rt *rapid.T) {
		status, all := statuses.Draw(rt, "status"), drafts().Draw(rt, "drafts")
		p := c.room(status)
		sents := make([]*sent, len(all))
		var starting sync.WaitGroup
		for i, d := range all {
			starting.Go(func() { sents[i] = p.send(p.person(d), d.keyIn(p), d.text()) })
		}
		starting.Wait()
		for i, s := range sents {
			<-s.gone
			if complaint := p.judge(all[i], s); complaint != "" {
				rt.Errorf("%+v in %s: %s", all[i], status, complaint)
			}
		}
		if complaint := p.onceEach(sents); complaint != "" {
			rt.Error(complaint)
		}
		if n := c.rooms.Busy(); n > 0 {
			rt.Errorf("%d rooms are remembered", n)
		}
	})
}

// judge tells what is wrong with an answer.
func (p *place) judge(d draft, s *sent) string {
	want := apierr.Code("")
	switch {
	case d.who >= 3 && d.body != 12:
		want = apierr.NotFound
	case d.body == 12:
		if s.err == nil {
			return "text that cannot be kept was accepted"
		}
		return ""
	case p.status == "CLOSED", p.status == "DRAFT" && s.by.Customer != nil:
		want = apierr.RoomIsClosed
	case s.key != "" && apierr.Is(s.err, apierr.IdempotencyKeyReused):
		return ""
	}
	if want == "" && s.err != nil || want != "" && !apierr.Is(s.err, want) {
		return fmt.Sprintf("have %v, want %s", s.err, want)
	}
	return ""
}

// onceEach tells what is wrong with the log: each accepted message is there once, those with one key together once, and
// nothing else is.
func (p *place) onceEach(sents []*sent) string {
	ids := map[string]string{} // of messages, with their keys
	perKey := map[string]map[string]bool{}
	for _, s := range sents {
		if s.err != nil {
			continue
		}
		key := s.by.ID() + s.key
		if _, double := ids[s.message.ID]; double && s.key == "" {
			return "two senders share a message"
		}
		ids[s.message.ID] = key
		if s.key != "" {
			if perKey[key] == nil {
				perKey[key] = map[string]bool{}
			}
			perKey[key][s.message.ID] = true
		}
	}
	for key, of := range perKey {
		if len(of) > 1 {
			return fmt.Sprintf("%s has made %d messages", key, len(of))
		}
	}
	if n := len(p.logged()); n != len(ids) {
		return fmt.Sprintf("%d messages are there, %d were accepted: %s", n, len(ids), strings.Join(p.logged(), ", "))
	}
	return ""
}

// Where the answer to a commit is lost, the driver executes the statement again: the sender is told of the one message.
func TestX4_AMessageWhoseAnswerWasLostIsRecognised(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	p := c.room("ACTIVE")
	first, second, err := c.rooms.PostTwice(t.Context(), room.Letter{By: c.ari, In: room.SendMessageInput{RoomID: p.id, Body: "hello"}})
	c.must(err)
	if !second.Posted || second.Event != first.Event {
		t.Errorf("first %+v, then %+v", first, second)
	}
}
