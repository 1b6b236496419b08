package bus

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/lib/pq"

	"parley/internal/database"
)

// channel is where news are notified. PostgreSQL keeps the channels of databases apart.
const channel = "parley"

// Postgres returns a bus over the notifications of the database at the address. It has two connections of its own: one
// that listens, and one that notifies, so that news and requests do not wait for each other.
func Postgres(url string) *Carried { return newBus(postgres{url}) }

type postgres struct{ url string }

func (p postgres) connect(ctx context.Context) (line, error) {
	db, err := database.Open(ctx, p.url, database.Options{MaxConns: 1, Statement: 2 * time.Second})
	if err != nil {
		return nil, fmt.Errorf("bus over PostgreSQL: %w", err)
	}
	return postgresLine{p.url, db}, nil
}

type postgresLine struct {
	url string
	db  *sql.DB
}

// send notifies in a transaction of its own. In the writers' transactions it would have their commits wait for each
// other: PostgreSQL notifies in the order of commits, under one lock.
func (l postgresLine) send(ctx context.Context, payloads []string) error {
	const notify = `SELECT pg_notify($1, payload) FROM unnest($2::text[]) payload`
	if _, err := l.db.ExecContext(ctx, notify, channel, pq.Array(payloads)); err != nil {
		return fmt.Errorf("notify other processes: %w", err)
	}
	return nil
}

func (l postgresLine) hear(ctx context.Context, heard func(payload string), missed func()) error {
	return database.Listen(ctx, l.url, channel, missed, heard)
}

func (l postgresLine) close() { _ = l.db.Close() }
