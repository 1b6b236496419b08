// Command new writes a migration: what has to happen to the database for it to follow ent/schema.
//
//	go run ./internal/database/migration/new name             adds a migration
//	go run ./internal/database/migration/new -replace name    replaces all by one; before the first release only
//	go run ./internal/database/migration/new -hash            after a migration was edited by hand
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"regexp"

	"parley/internal/database/embedded"
	"parley/internal/database/migration"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := run(ctx, os.Args[1:], os.Getenv, os.Stderr)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "migration:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("migration", flag.ContinueOnError)
	flags.SetOutput(out)
	folder := flags.String("dir", "ent/migrate/migrations", "folder of the migrations")
	replace := flags.Bool("replace", false, "replace all migrations by one that makes everything")
	hash := flags.Bool("hash", false, "note the contents of the migrations again and write none")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *hash {
		return migration.Hash(*folder)
	}
	name := flags.Arg(0)
	if !regexp.MustCompile(`^[a-z][a-z0-9_]*$`).MatchString(name) {
		return fmt.Errorf("give the migration a name of small letters, digits and underscores, not %q", name)
	}
	write := migration.Diff
	if *replace {
		write = migration.Replace
	}
	err := withServer(ctx, getenv("PG_BINDIR"), out, func(cfg embedded.Config) error { return write(ctx, cfg, *folder, name) })
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "wrote the migration %s in %s: read it before you commit it\n", name, *folder)
	return nil
}

// withServer calls work with a configuration for a private PostgreSQL that leaves nothing behind.
func withServer(ctx context.Context, binDir string, out io.Writer, work func(embedded.Config) error) (err error) {
	dir, err := os.MkdirTemp("", "parley-migration-")
	if err != nil {
		return fmt.Errorf("making a folder for the scratch database: %w", err)
	}
	defer func() { err = errors.Join(err, embedded.Remove(context.WithoutCancel(ctx), dir)) }()
	// Where root calls this, another account runs the server.
	if err := os.Chmod(dir, 0o755); err != nil {
		return fmt.Errorf("opening the folder of the scratch database: %w", err)
	}
	return work(embedded.Config{
		Dir:      dir,
		BinDir:   binDir,
		Progress: func(message string) { fmt.Fprintln(out, message) },
	})
}
