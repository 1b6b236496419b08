package eventlog_test

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// bundle is a log in a database of the test's own, with one stream.
type bundle struct {
	db     *dbtest.DB
	log    *eventlog.Log
	stream int64
}

func setup(t testing.TB, opts ...dbtest.Option) *bundle {
	t.Helper()
	b := &bundle{db: dbtest.New(t, opts...)}
	b.log = b.open(t, bus.Alone{})
	b.stream = b.newStream(t)
	return b
}

// open returns a log in the database, as another process has it.
func (b *bundle) open(t testing.TB, over bus.Bus) *eventlog.Log {
	t.Helper()
	log, err := eventlog.Open(t.Context(), b.db.SQL, over, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func (b *bundle) newStream(t testing.TB) (id int64) {
	t.Helper()
	err := database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) (err error) {
		id, err = eventlog.CreateTx(t.Context(), tx, "owner")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// run runs a log until the test ends.
func run(t testing.TB, log *eventlog.Log) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- log.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

var errRollBack = errors.New("roll back")

// append appends entries in a transaction, which is rolled back where fail says so.
func (b *bundle) append(ctx context.Context, log *eventlog.Log, fail bool, entries ...eventlog.Entry) ([]eventlog.Event, error) {
	var events []eventlog.Event
	err := database.WithTx(ctx, b.db.Ent, func(tx *ent.Tx) (err error) {
		if events, err = log.AppendTx(ctx, tx, b.stream, entries...); err == nil && fail {
			err = errRollBack
		}
		return err
	})
	return events, err
}

func (b *bundle) mustAppend(t testing.TB, n int) []eventlog.Event {
	t.Helper()
	entries := make([]eventlog.Entry, n)
	for i := range entries {
		entries[i] = text("entry " + strconv.Itoa(i))
	}
	events, err := b.append(t.Context(), b.log, false, entries...)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// fill writes n events at once, and rings nobody.
func (b *bundle) fill(t testing.TB, n int) {
	t.Helper()
	const q = `WITH raised AS (UPDATE streams SET last_seq = last_seq + $2 WHERE id = $1 RETURNING last_seq - $2 AS before)
		INSERT INTO events (id, stream_id, seq, kind, side, at, body)
		SELECT gen_random_uuid()::text, $1, before + i, 'TEXT', 'MEMBER', now(), 'entry ' || i
		FROM raised, generate_series(1, $2::bigint) i`
	if _, err := b.db.SQL.ExecContext(t.Context(), q, b.stream, n); err != nil {
		t.Fatal(err)
	}
}

// post appends as a statement outside of the log does: what it returns is committed and not yet handed over.
func (b *bundle) post(ctx context.Context, body string) (e eventlog.Event, err error) {
	const q = `WITH raised AS (
			UPDATE streams SET last_seq = last_seq + 1, last_at = greatest(last_at, clock_timestamp())
			WHERE id = $1 RETURNING id, last_seq, last_at)
		INSERT INTO events (id, stream_id, seq, kind, side, at, body)
		SELECT gen_random_uuid()::text, id, last_seq, 'TEXT', 'MEMBER', last_at, $2 FROM raised
		RETURNING id, stream_id, seq, kind, side, at, body`
	err = b.db.SQL.QueryRowContext(ctx, q, b.stream, body).Scan(&e.ID, &e.Stream, &e.Seq, &e.Kind, &e.Side, &e.At, &e.Body)
	e.At = e.At.UTC()
	return e, err
}

func (b *bundle) lastSeq(t testing.TB) (seq int64) {
	t.Helper()
	if err := b.db.SQL.QueryRowContext(t.Context(), "SELECT last_seq FROM streams WHERE id = $1", b.stream).Scan(&seq); err != nil {
		t.Fatal(err)
	}
	return seq
}

func text(body string) eventlog.Entry {
	return eventlog.Entry{Kind: "TEXT", Side: "MEMBER", ActorID: "mem_1", Body: body}
}

// collect reads a follower until it has come to a place, and fails unless each event came once and in order.
func collect(t testing.TB, f *eventlog.Follower, after, to int64) []eventlog.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	var all []eventlog.Event
	for at := after; at < to; {
		events, err := f.Next(ctx)
		if err != nil {
			t.Errorf("at %d of %d: %v", at, to, err)
			return all
		}
		if len(events) == 0 {
			t.Error("Next returned nothing")
			return all
		}
		for _, e := range events {
			if at++; e.Seq != at {
				t.Errorf("event %d came where %d was due", e.Seq, at)
				return all
			}
		}
		all = append(all, events...)
	}
	return all
}

func wantCode(t testing.TB, err error, want apierr.Code) {
	t.Helper()
	if !apierr.Is(err, want) {
		t.Errorf("have %v, want %s", err, want)
	}
}
