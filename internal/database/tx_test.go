package database_test

import (
	"context"
	"errors"
	"runtime"
	"testing"

	"parley/ent"
	"parley/internal/database"
	"parley/internal/dbtest"
)

func TestWithTx(t *testing.T) {
	t.Parallel()
	errRefused := errors.New("refused")
	insert := func(ctx context.Context, _ func(), tx *ent.Tx) error {
		_, err := tx.ExecContext(ctx, "INSERT INTO things VALUES (1)")
		return err
	}
	for _, c := range []struct {
		name string
		work func(ctx context.Context, cancel func(), tx *ent.Tx) error
		want error
		kept int
	}{
		{"commits", insert, nil, 1},
		{"rolls back", func(ctx context.Context, cancel func(), tx *ent.Tx) error {
			return errors.Join(insert(ctx, cancel, tx), errRefused)
		}, errRefused, 0},
		{"cannot commit for a cancelled context", func(ctx context.Context, cancel func(), tx *ent.Tx) error {
			defer cancel()
			return insert(ctx, cancel, tx)
		}, context.Canceled, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			db := withThings(t)
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			err := database.WithTx(ctx, db.Ent, func(tx *ent.Tx) error { return c.work(ctx, cancel, tx) })
			if !errors.Is(err, c.want) {
				t.Errorf("have %v, want %v", err, c.want)
			}
			if kept := count(t, db); kept != c.kept {
				t.Errorf("%d rows were kept, want %d", kept, c.kept)
			}
		})
	}
}

func TestWithTxRollsBackWhereWorkDoesNotReturn(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(){
		"panic":            func() { panic("ouch") },
		"end of goroutine": runtime.Goexit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := withThings(t)
			recovered := make(chan any)
			go func() {
				defer func() { recovered <- recover() }()
				_ = database.WithTx(t.Context(), db.Ent, func(tx *ent.Tx) error {
					if _, err := tx.ExecContext(t.Context(), "INSERT INTO things VALUES (1)"); err != nil {
						return err
					}
					end()
					return nil
				})
			}()
			if value := <-recovered; name == "panic" && value != "ouch" {
				t.Errorf("the panic did not come through: %v", value)
			}
			if kept := count(t, db); kept != 0 {
				t.Errorf("%d rows were kept", kept)
			}
			if open := db.SQL.Stats().InUse; open != 0 {
				t.Errorf("%d connections are still in use", open)
			}
		})
	}
}

func TestBusy(t *testing.T) {
	t.Parallel()
	db := withThings(t)
	holder, err := db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback()
	if _, err := holder.ExecContext(t.Context(), "LOCK TABLE things"); err != nil {
		t.Fatal(err)
	}
	for statement, want := range map[string]bool{
		"SET LOCAL lock_timeout = 1; TABLE things":                         true,
		"SET LOCAL statement_timeout = 1; SELECT pg_sleep(10)":             true,
		"SET LOCAL lock_timeout = 1; INSERT INTO no_such_table VALUES (1)": false,
	} {
		err := database.WithTx(t.Context(), db.Ent, func(tx *ent.Tx) error {
			_, err := tx.ExecContext(t.Context(), statement)
			return err
		})
		if database.Busy(err) != want {
			t.Errorf("%s: busy is %v (%v)", statement, !want, err)
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	db := withThings(t)
	holder, err := db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer holder.Rollback()
	if _, err := holder.ExecContext(t.Context(), "LOCK TABLE things IN SHARE MODE"); err != nil {
		t.Fatal(err)
	}
	for statement, want := range map[string]bool{
		"SELECT 1":                             false,
		"INSERT INTO no_such_table VALUES (1)": true,
		"SELECT E'\\xff'":                      true,
		"SET LOCAL lock_timeout = 1; INSERT INTO things VALUES (1)": false,
		"SET LOCAL statement_timeout = 1; SELECT pg_sleep(10)":      false,
		"SELECT pg_terminate_backend(pg_backend_pid())":             false,
	} {
		tx, err := db.SQL.BeginTx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tx.ExecContext(t.Context(), statement)
		_ = tx.Rollback()
		if database.Refused(err) != want {
			t.Errorf("%s: refused is %v (%v)", statement, !want, err)
		}
	}
}

// withThings returns a database with a table of its own, so that these tests do not depend on the schema.
func withThings(t *testing.T) *dbtest.DB {
	t.Helper()
	db := dbtest.New(t)
	const table = `CREATE TABLE things (id int NOT NULL CONSTRAINT things_positive CHECK (id > 0));
		CREATE UNIQUE INDEX things_once ON things (id)`
	if _, err := db.SQL.ExecContext(t.Context(), table); err != nil {
		t.Fatal(err)
	}
	return db
}

func count(t *testing.T, db *dbtest.DB) int {
	t.Helper()
	var n int
	if err := db.SQL.QueryRowContext(t.Context(), "SELECT count(*) FROM things").Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
