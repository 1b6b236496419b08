package search_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"parley/ent"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/page"
	"parley/internal/search"
	"parley/internal/typeid"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// longEnough is for what must happen, on a slow machine.
const longEnough = time.Minute

// library is an organisation's messages in a database of the test's own.
type library struct {
	db    *dbtest.DB
	log   *eventlog.Log
	owner string
}

func setup(t testing.TB, opts ...dbtest.Option) *library {
	t.Helper()
	l := &library{db: dbtest.New(t, opts...), owner: typeid.New("org")}
	var err error
	if l.log, err = eventlog.Open(t.Context(), l.db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	return l
}

// index is what a process has.
func (l *library) index() *search.Index { return search.New(l.db.Ent, slog.New(slog.DiscardHandler)) }

func (l *library) stream(ctx context.Context) (id int64, err error) {
	err = database.WithTx(ctx, l.db.Ent, func(tx *ent.Tx) (err error) {
		id, err = eventlog.CreateTx(ctx, tx, l.owner)
		return err
	})
	return id, err
}

// write writes messages into a stream, and returns their ids.
func (l *library) write(ctx context.Context, stream int64, bodies ...string) (ids []string, err error) {
	err = database.WithTx(ctx, l.db.Ent, func(tx *ent.Tx) (err error) {
		ids, err = l.writeTx(ctx, tx, stream, bodies...)
		return err
	})
	return ids, err
}

func (l *library) writeTx(ctx context.Context, tx *ent.Tx, stream int64, bodies ...string) (ids []string, err error) {
	entries := make([]eventlog.Entry, len(bodies))
	for i, body := range bodies {
		entries[i] = eventlog.Entry{Kind: "TEXT", Side: "MEMBER", ActorID: "mem_1", Body: body}
	}
	events, err := l.log.AppendTx(ctx, tx, stream, entries...)
	for _, e := range events {
		ids = append(ids, e.ID)
	}
	return ids, err
}

// find returns the ids of all messages with the words.
func (l *library) find(ctx context.Context, x *search.Index, words string) ([]string, error) {
	q, err := x.Query(ctx, words)
	if err != nil {
		return nil, err
	}
	many := 1_000_000
	w, err := page.Args{First: &many}.Keyset(0)
	if err != nil {
		return nil, err
	}
	found, err := x.Find(ctx, search.InOrganization(l.owner), q, w)
	ids := make([]string, len(found))
	for i, k := range found {
		ids[i] = k.ID
	}
	return ids, err
}

func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func exec(t testing.TB, l *library, q string, args ...any) {
	t.Helper()
	if _, err := l.db.SQL.ExecContext(t.Context(), q, args...); err != nil {
		t.Fatalf("%s: %v", strings.TrimSpace(q), err)
	}
}
