// Package migration writes migrations: the difference between the migrations that there are and ent/schema, as SQL.
//
// It guarantees that a migration is written only where there is a difference, and that the database it works on is its
// own. It applies nothing to any other database; that is database.Migrate.
package migration

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"ariga.io/atlas/sql/migrate"
	"ariga.io/atlas/sql/sqltool"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql/schema"

	entmigrate "parley/ent/migrate"
	"parley/internal/database/embedded"
)

// ErrNoChange says that the migrations and the schema agree.
var ErrNoChange = errors.New("the migrations give the schema already: there is nothing to write")

// scratch is the database that migrations are replayed in.
const scratch = "scratch"

// Diff writes <time>_<name>.sql into the folder of migrations, so that with it they give ent/schema, or returns ErrNoChange.
// It starts a private PostgreSQL for that, as cfg says.
func Diff(ctx context.Context, cfg embedded.Config, folder, name string) (err error) {
	server, err := embedded.Start(ctx, cfg)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, server.Stop()) }()
	if err := server.Create(ctx, scratch); err != nil {
		return err
	}
	return diff(ctx, server.URL(scratch), folder, name)
}

func diff(ctx context.Context, url, folder, name string) error {
	dir, err := sqltool.NewGooseDir(folder)
	if err != nil {
		return fmt.Errorf("opening the migrations: %w", err)
	}
	err = entmigrate.NamedDiff(ctx, url, name,
		schema.WithDir(dir),
		schema.WithFormatter(sqltool.GooseFormatter),
		schema.WithMigrationMode(schema.ModeReplay),
		schema.WithDialect(dialect.Postgres),
		schema.WithDropColumn(true),
		schema.WithDropIndex(true),
		schema.WithErrNoPlan(true),
		schema.WithDiffHook(sameSpelling),
	)
	if errors.Is(err, migrate.ErrNoPlan) {
		return ErrNoChange
	}
	if err != nil {
		return fmt.Errorf("comparing the migrations with the schema: %w", err)
	}
	return nil
}

// Replace replaces all migrations in the folder by one that makes everything. That is for the time before the first release:
// a database that has the old ones cannot go on with it.
func Replace(ctx context.Context, cfg embedded.Config, folder, name string) (err error) {
	// Beside the folder, so that the old migrations stay where the new one cannot be written.
	fresh, err := os.MkdirTemp(filepath.Dir(filepath.Clean(folder)), "migrations-")
	if err != nil {
		return fmt.Errorf("making a folder for the new migration: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(fresh)) }()
	if err := Diff(ctx, cfg, fresh, name); err != nil {
		return err
	}
	if err := removeAll(folder); err != nil {
		return err
	}
	return moveAll(fresh, folder)
}

// Hash notes the contents of the migrations in the folder again, after one was edited by hand: Diff refuses those that differ
// from their note.
func Hash(folder string) error {
	dir, err := sqltool.NewGooseDir(folder)
	if err != nil {
		return fmt.Errorf("opening the migrations: %w", err)
	}
	sum, err := dir.Checksum()
	if err != nil {
		return fmt.Errorf("hashing the migrations: %w", err)
	}
	return migrate.WriteSumFile(dir, sum)
}

// files returns the migrations of the folder and the note of their contents.
func files(folder string) []string {
	sql, _ := filepath.Glob(filepath.Join(folder, "*.sql")) // fails on a malformed pattern only
	return append(sql, filepath.Join(folder, migrate.HashFileName))
}

func removeAll(folder string) error {
	for _, file := range files(folder) {
		if err := os.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing the old migrations: %w", err)
		}
	}
	return nil
}

func moveAll(from, to string) error {
	for _, file := range files(from) {
		if err := os.Rename(file, filepath.Join(to, filepath.Base(file))); err != nil {
			return fmt.Errorf("moving the new migration: %w", err)
		}
	}
	return nil
}
