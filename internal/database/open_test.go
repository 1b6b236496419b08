package database_test

import (
	"context"
	"database/sql"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"parley/internal/database"
	"parley/internal/dbtest"
)

func TestOpenSetsLimits(t *testing.T) {
	t.Parallel()
	db := open(t, dbtest.New(t).URL, database.Options{})
	for name, want := range map[string]string{
		"statement_timeout": "5s", "lock_timeout": "2s", "idle_in_transaction_session_timeout": "10s",
		"application_name": "parley", "timezone": "UTC",
	} {
		var got string
		if err := db.QueryRowContext(t.Context(), "SELECT current_setting($1)", name).Scan(&got); err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := db.Stats().MaxOpenConnections; got != 16 {
		t.Errorf("%d connections at most, want 16", got)
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"not an address", "postgres:///none?host=/nowhere&sslmode=disable"} {
		if db, err := database.Open(t.Context(), address, database.Options{}); err == nil {
			t.Errorf("%q was opened", address)
			_ = db.Close()
		}
	}
}

func TestStatementIsLimited(t *testing.T) {
	t.Parallel()
	db := open(t, dbtest.New(t).URL, database.Options{Statement: 50 * time.Millisecond})
	_, err := db.ExecContext(t.Context(), "SELECT pg_sleep(60)")
	if pq.As(err, pqerror.QueryCanceled) == nil {
		t.Errorf("a long statement gave: %v", err)
	}
}

func TestLockIsLimited(t *testing.T) {
	t.Parallel()
	db := open(t, dbtest.New(t).URL, database.Options{Lock: 50 * time.Millisecond})
	holder, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holder.Rollback() }()
	const statement = "LOCK TABLE goose_db_version"
	if _, err := holder.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	waiter, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = waiter.Rollback() }()
	if _, err := waiter.ExecContext(t.Context(), statement); pq.As(err, pqerror.LockNotAvailable) == nil {
		t.Errorf("waiting for a lock gave: %v", err)
	}
}

// TestSilentNetwork cuts the network without closing anything, as a lost route does.
func TestSilentNetwork(t *testing.T) {
	t.Parallel()
	network, address := dbtest.New(t).Network(t)
	db := open(t, address, database.Options{Statement: 100 * time.Millisecond})
	tx, err := db.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.PingContext(t.Context()); err != nil { // leaves an idle connection
		t.Fatal(err)
	}
	network.Cut()

	var asking sync.WaitGroup
	for name, asked := range map[string]interface {
		ExecContext(context.Context, string, ...any) (sql.Result, error)
	}{"in a transaction": tx, "over the idle connection": db, "over a new connection": db} {
		asking.Go(func() {
			began := time.Now()
			var netErr net.Error
			if _, err := asked.ExecContext(t.Context(), "SELECT 1"); !errors.As(err, &netErr) || !netErr.Timeout() {
				t.Errorf("%s: %v", name, err)
			}
			if took := time.Since(began); took > 10*time.Second {
				t.Errorf("%s: returned only after %v", name, took)
			}
		})
	}
	asking.Wait()
	_ = tx.Rollback()

	network.Heal()
	if err := db.PingContext(t.Context()); err != nil {
		t.Errorf("after the network has come back: %v", err)
	}
}

func TestDurability(t *testing.T) {
	t.Parallel()
	lasting := dbtest.New(t, dbtest.Durable())
	if err := database.CheckDurability(t.Context(), lasting.SQL); err != nil {
		t.Errorf("a durable database is refused: %v", err)
	}
	err := database.CheckDurability(t.Context(), dbtest.New(t).SQL)
	wantText(t, err, "fsync = off")

	lax := open(t, lasting.URL+"&synchronous_commit=off", database.Options{})
	wantText(t, database.CheckDurability(t.Context(), lax), "synchronous_commit = off")
}

func open(t *testing.T, address string, o database.Options) *sql.DB {
	t.Helper()
	db, err := database.Open(t.Context(), address, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}
