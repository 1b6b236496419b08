// Package database opens PostgreSQL, the one store of the server, and holds what everything that uses it needs: transactions,
// migrations, and what its errors mean.
//
// It guarantees that
//   - no statement runs longer than its limit, no lock is waited for longer than its limit, and no transaction is left open
//     idle: the database ends them;
//   - a network or database that has gone silent gives an error within a few seconds, whatever the context says: every read
//     and write of a connection has a deadline;
//   - a transaction of WithTx is committed or rolled back when WithTx returns, panics included;
//   - several processes may migrate at once, and each migration is applied once.
//
// It retries nothing, and it knows nothing of tables: those are in package ent.
package database

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"maps"
	"strconv"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"parley/ent"
)

// Options are the limits of a pool. Zero means the default: without limits a silent network would hold a request for ever.
type Options struct {
	// MaxConns is how many connections are open at once, by default 16. All of them are kept, for a while.
	MaxConns int

	Statement         time.Duration // for one statement, by default 5 s
	Lock              time.Duration // to wait for one lock, by default 2 s
	IdleInTransaction time.Duration // between two statements of a transaction, by default 10 s
}

const (
	// slack is how much longer the network may take than the database, so that the database's own, clearer error comes first.
	slack = 2 * time.Second

	// dialing limits how long a new connection may take.
	dialing = 5 * time.Second
)

// Open opens a pool and makes one connection to see that it works.
//
// The url is one that lib/pq takes, "postgres://user:password@host/database?sslmode=…". What it says of TLS holds: leave
// sslmode out and TLS is required, though the certificate is not checked; say verify-full where the network is not your own;
// disable is for a socket on this machine.
//
// The limits are sent when a connection is made; a pooler in between has to pass them on. They win over those in the url.
// Byte slices are sent in binary: a jsonb column cannot be written from one. Write strings.
func Open(ctx context.Context, url string, o Options) (*sql.DB, error) {
	statement := cmp.Or(o.Statement, 5*time.Second)
	db, err := openPool(url, statement+slack, map[string]string{
		"statement_timeout":                   milliseconds(statement),
		"lock_timeout":                        milliseconds(cmp.Or(o.Lock, 2*time.Second)),
		"idle_in_transaction_session_timeout": milliseconds(cmp.Or(o.IdleInTransaction, 10*time.Second)),
	})
	if err != nil {
		return nil, err
	}
	conns := cmp.Or(o.MaxConns, 16)
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	db.SetConnMaxIdleTime(5 * time.Minute)
	db.SetConnMaxLifetime(time.Hour) // so that connections move on after a failover
	if err := db.PingContext(ctx); err != nil {
		return nil, fmt.Errorf("connecting to the database: %w", closeAfter(err, db))
	}
	return db, nil
}

// openPool returns a pool whose connections have the run-time settings and wait for the network as long as silence.
func openPool(url string, silence time.Duration, settings map[string]string) (*sql.DB, error) {
	cfg, err := pq.NewConfig(url)
	if err != nil {
		return nil, fmt.Errorf("reading the address of the database: %w", err)
	}
	cfg.BinaryParameters = true // saves a round trip
	cfg.ApplicationName = cmp.Or(cfg.ApplicationName, "parley")
	cfg.ConnectTimeout = dialing
	runtime := map[string]string{"timezone": "UTC"}
	maps.Copy(runtime, cfg.Runtime)
	maps.Copy(runtime, settings)
	cfg.Runtime = runtime
	connector, err := pq.NewConnectorConfig(cfg)
	if err != nil {
		return nil, fmt.Errorf("reading the address of the database: %w", err)
	}
	connector.Dialer(dialer{silence: silence})
	return sql.OpenDB(connector), nil
}

func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// Client returns ent's client on the pool. Closing the pool is enough.
func Client(db *sql.DB) *ent.Client {
	return ent.NewClient(ent.Driver(entsql.OpenDB(dialect.Postgres, db)))
}
