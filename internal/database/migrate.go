package database

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"parley/ent/migrate/migrations"
)

// Migrate applies the migrations that the database does not have yet, in order, each once, also where several processes
// do so at the same time. A database that is ahead of this program is left as it is.
//
// It has connections of its own, because a migration may take as long as it needs. Only for a lock does it not wait long:
// everything that comes after it would have to wait behind it.
func Migrate(ctx context.Context, url string) error {
	db, err := openPool(url, 0, map[string]string{"statement_timeout": "0", "lock_timeout": "15s"})
	if err != nil {
		return err
	}
	return closeAfter(migrate(ctx, db), db)
}

func migrate(ctx context.Context, db *sql.DB) error {
	// Goose tries again every second: a plain wait for the lock would be a transaction that "create index concurrently" waits for.
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 3600))
	if err != nil {
		return fmt.Errorf("preparing the lock of migrations: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, migrations.Files,
		goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("reading the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrating the database: %w", err)
	}
	return nil
}

// closeAfter closes the pool and returns err, and what closing it gave.
func closeAfter(err error, db *sql.DB) error {
	if closing := db.Close(); closing != nil {
		return errors.Join(err, fmt.Errorf("closing the database: %w", closing))
	}
	return err
}
