package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"

	"parley/ent"
	"parley/internal/blob"
	"parley/internal/database"
	"parley/internal/database/embedded"
)

// store is the open database, with the private PostgreSQL behind it where there is one, and where documents are kept.
type store struct {
	url     string // of the database
	db      *sql.DB
	ent     *ent.Client
	blobs   blob.Store
	private *embedded.Server
}

// openStore opens the database that is set, or starts a private one, and brings its tables up to date.
func openStore(ctx context.Context, c *config, getenv func(string) string, say func(string, ...any)) (_ *store, err error) {
	s := &store{}
	defer func() {
		if err != nil {
			s.close(slog.New(slog.DiscardHandler))
		}
	}()
	s.url = c.DatabaseURL
	if s.url == "" {
		if s.url, err = s.startPrivate(ctx, c, getenv, say); err != nil {
			return nil, err
		}
	}
	if s.db, err = database.Open(ctx, s.url, database.Options{
		Statement: c.limits.Statement, Lock: c.limits.Lock, IdleInTransaction: c.limits.IdleInTransaction,
	}); err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	if err := database.CheckDurability(ctx, s.db); err != nil {
		return nil, fmt.Errorf("DATABASE_URL: %w", err)
	}
	say("migrating the database")
	if err := database.Migrate(ctx, s.url); err != nil {
		return nil, err
	}
	s.ent = database.Client(s.db)
	if s.blobs, err = blob.Open(ctx, c.BlobURL); err != nil {
		return nil, err
	}
	return s, nil
}

// startPrivate starts the PostgreSQL in the data folder and returns the address of its database.
func (s *store) startPrivate(ctx context.Context, c *config, getenv func(string) string, say func(string, ...any)) (string, error) {
	const name = "parley"
	var err error
	s.private, err = embedded.Start(ctx, embedded.Config{
		Dir: filepath.Join(c.Data, "postgres"), BinDir: getenv("PG_BINDIR"), Durable: true,
		Progress: func(line string) { say("%s", line) },
	})
	if err != nil {
		return "", fmt.Errorf("start a private PostgreSQL: %w", err)
	}
	if err := s.private.Create(ctx, name); err != nil {
		return "", fmt.Errorf("create the database: %w", err)
	}
	return s.private.URL(name), nil
}

// lost is closed when the private PostgreSQL has ended; it is nil, and so never, where there is none.
func (s *store) lost() <-chan struct{} {
	if s.private == nil {
		return nil
	}
	return s.private.Done()
}

func (s *store) close(log *slog.Logger) {
	var err error
	if s.blobs != nil {
		err = s.blobs.Close()
	}
	if s.db != nil {
		err = errors.Join(err, s.db.Close())
	}
	if s.private != nil {
		err = errors.Join(err, s.private.Stop())
	}
	if err != nil {
		log.Error("close the store", "error", err)
	}
}
