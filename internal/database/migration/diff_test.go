package migration_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"

	"parley/ent/migrate/migrations"
	"parley/internal/database/embedded"
	"parley/internal/database/migration"
	"parley/internal/dbtest"
)

const folder = "../../../ent/migrate/migrations"

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestMigrationsMatchSchema(t *testing.T) {
	t.Parallel()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	err := migration.Diff(t.Context(), config(t), copied, "drift")
	if err == nil {
		t.Fatalf("ent/schema has changes that no migration makes (run: make migration name=…):\n%s", newest(t, copied))
	}
	if !errors.Is(err, migration.ErrNoChange) {
		t.Fatalf("comparing the migrations with ent/schema: %v", err)
	}
}

func TestMigrationsCanBeTakenBack(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	provider, err := goose.NewProvider(goose.DialectPostgres, db.SQL, migrations.Files)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := provider.DownTo(t.Context(), 0); err != nil {
		t.Fatalf("taking all migrations back: %v", err)
	}
	if _, err := provider.Up(t.Context()); err != nil {
		t.Fatalf("applying them again: %v", err)
	}
}

func TestReplaceLeavesOneMigration(t *testing.T) {
	t.Parallel()
	copied := filepath.Join(t.TempDir(), "migrations")
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(copied, "20010101000000_old.sql"), []byte("-- +goose Up\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := migration.Replace(t.Context(), config(t), copied, "init"); err != nil {
		t.Fatal(err)
	}
	if files := sqlFiles(t, copied); len(files) != 1 {
		t.Fatalf("want one migration, have %v", files)
	}
	if err := migration.Diff(t.Context(), config(t), copied, "again"); !errors.Is(err, migration.ErrNoChange) {
		t.Fatalf("after Replace the migrations and the schema should agree: %v", err)
	}
}

func TestEditedMigrationIsRefusedUntilHashed(t *testing.T) {
	t.Parallel()
	copied := t.TempDir()
	if err := os.CopyFS(copied, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	file := sqlFiles(t, copied)[0]
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, append(text, "-- edited\n"...), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := migration.Diff(t.Context(), config(t), copied, "edited"); err == nil || errors.Is(err, migration.ErrNoChange) {
		t.Fatalf("an edited migration was taken: %v", err)
	}
	if err := migration.Hash(copied); err != nil {
		t.Fatal(err)
	}
	if err := migration.Diff(t.Context(), config(t), copied, "edited"); !errors.Is(err, migration.ErrNoChange) {
		t.Fatalf("after Hash: %v", err)
	}
}

// config returns a configuration for a scratch server of the test.
func config(t *testing.T) embedded.Config {
	t.Helper()
	return embedded.Config{Dir: dbtest.Dir(t), BinDir: os.Getenv("PG_BINDIR")}
}

func sqlFiles(t *testing.T, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.sql"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no migrations in %s (%v)", folder, err)
	}
	return files
}

func newest(t *testing.T, folder string) []byte {
	t.Helper()
	files := sqlFiles(t, folder)
	text, err := os.ReadFile(files[len(files)-1])
	if err != nil {
		t.Fatal(err)
	}
	return text
}
