package database_test

import (
	"io/fs"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"parley/ent/migrate/migrations"
	"parley/internal/database"
	"parley/internal/dbtest"
)

func TestMigrateByTwoAtOnce(t *testing.T) {
	t.Parallel()
	address := empty(t)
	var group errgroup.Group
	for range 2 {
		group.Go(func() error { return database.Migrate(t.Context(), address) })
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	files, err := fs.Glob(migrations.Files, "*.sql")
	if err != nil {
		t.Fatal(err)
	}
	db := open(t, address, database.Options{})
	var applied int
	const versions = "SELECT count(*) FROM goose_db_version WHERE version_id > 0"
	if err := db.QueryRowContext(t.Context(), versions).Scan(&applied); err != nil {
		t.Fatal(err)
	}
	if applied != len(files) {
		t.Errorf("%d migrations were applied, want %d", applied, len(files))
	}
}

func TestMigrateIsNotLimitedInTime(t *testing.T) {
	t.Parallel()
	if err := database.Migrate(t.Context(), empty(t)+"&statement_timeout=1"); err != nil {
		t.Fatal(err)
	}
}

func TestMigrateLeavesANewerDatabaseAlone(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	const newer = "INSERT INTO goose_db_version (version_id, is_applied) VALUES (29990101000000, true)"
	if _, err := db.SQL.ExecContext(t.Context(), newer); err != nil {
		t.Fatal(err)
	}
	if err := database.Migrate(t.Context(), db.URL); err != nil {
		t.Fatal(err)
	}
}

// empty returns the address of a database without migrations, which goes with the database of the test.
func empty(t *testing.T) string {
	t.Helper()
	db := dbtest.New(t)
	address, err := url.Parse(db.URL)
	if err != nil {
		t.Fatal(err)
	}
	address.Path += "_empty"
	name := strings.TrimPrefix(address.Path, "/")
	if _, err := db.SQL.ExecContext(t.Context(), "CREATE DATABASE "+name); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if _, err := db.SQL.Exec("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Error(err)
		}
	})
	return address.String()
}

func wantText(t *testing.T, err error, part string) {
	t.Helper()
	if err == nil || !strings.Contains(err.Error(), part) {
		t.Errorf("want an error with %q, have: %v", part, err)
	}
}
