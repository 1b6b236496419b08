package dbtest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync"
	"sync/atomic"

	"github.com/lib/pq"

	"parley/internal/database"
	"parley/internal/database/embedded"
)

// template is the migrated database that all others are copies of.
const template = "template_parley"

// The servers of this test process. They are global because they belong to the process: Main, which stops them, and the
// tests have nothing else in common.
var (
	inMemory = newCluster(false)
	onDisk   = newCluster(true)
)

func clusterFor(durable bool) *cluster {
	if durable {
		return onDisk
	}
	return inMemory
}

func stopAll() error { return errors.Join(inMemory.stop(), onDisk.stop()) }

// cluster is a server with a template, started when it is first used.
type cluster struct {
	durable bool
	ensure  func() error // starts it, once
	counter atomic.Int64

	dir    string
	server *embedded.Server
	admin  *sql.DB
	copies string // how CREATE DATABASE is told to copy the template
}

func newCluster(durable bool) *cluster {
	c := &cluster{durable: durable}
	c.ensure = sync.OnceValue(func() error { return c.start(context.Background()) })
	return c
}

func (c *cluster) start(ctx context.Context) error {
	parent := folder(c.durable)
	sweep(ctx, parent)
	dir, err := makeDir(parent)
	if err != nil {
		return err
	}
	c.dir = dir
	c.server, err = embedded.Start(ctx, embedded.Config{
		Dir:      dir,
		BinDir:   os.Getenv("PG_BINDIR"),
		Durable:  c.durable,
		Settings: map[string]string{"max_connections": "500"},
	})
	if err != nil {
		return err
	}
	if c.admin, err = sql.Open("postgres", c.server.URL("postgres")); err != nil {
		return fmt.Errorf("opening the test server: %w", err)
	}
	return c.makeTemplate(ctx)
}

func (c *cluster) makeTemplate(ctx context.Context) error {
	if err := c.server.Create(ctx, template); err != nil {
		return err
	}
	if err := database.Migrate(ctx, c.server.URL(template)); err != nil {
		return err
	}
	var version int
	if err := c.admin.QueryRowContext(ctx, "SELECT current_setting('server_version_num')::int").Scan(&version); err != nil {
		return fmt.Errorf("asking the test server for its version: %w", err)
	}
	if version >= 150000 { // older ones know no other way and not the word
		c.copies = " STRATEGY FILE_COPY"
	}
	return nil
}

// clone makes a database for the test.
func (c *cluster) clone(ctx context.Context, test string) (name, url string, err error) {
	if err := c.ensure(); err != nil {
		return "", "", err
	}
	name = databaseName(test, c.counter.Add(1))
	_, err = c.admin.ExecContext(ctx, "CREATE DATABASE "+pq.QuoteIdentifier(name)+" TEMPLATE "+template+c.copies)
	if err != nil {
		return "", "", fmt.Errorf("copying the template: %w", err)
	}
	return name, c.server.URL(name), nil
}

// drop removes a database, with connections that the test left open.
func (c *cluster) drop(ctx context.Context, name string) error {
	_, err := c.admin.ExecContext(ctx, "DROP DATABASE "+pq.QuoteIdentifier(name)+" WITH (FORCE)")
	return err
}

func (c *cluster) stop() error {
	var errs []error
	if c.admin != nil {
		errs = append(errs, c.admin.Close())
	}
	if c.server != nil {
		errs = append(errs, c.server.Stop())
	}
	if c.dir != "" {
		errs = append(errs, embedded.Remove(context.Background(), c.dir))
	}
	return errors.Join(errs...)
}
