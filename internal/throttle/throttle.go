// Package throttle counts what is limited in number and time.
//
// Counter holds over all processes, since it counts in PostgreSQL: for guesses and for what costs money. Bucket is
// of one process and costs nothing: for floods. Both refuse with THROTTLED and say when to try again.
package throttle

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"
	"time"

	"parley/ent"
	"parley/internal/apierr"
)

// Counter counts attempts in windows of time.
type Counter struct{ db *sql.DB }

// querier is a database or a transaction.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// NewCounter returns a counter over the table attempts.
func NewCounter(db *sql.DB) *Counter { return &Counter{db: db} }

// Rule is how often something may happen. A limit of zero lifts it.
type Rule struct {
	Name   string // what is limited, as in package limits
	Of     string // whose count it is; kept hashed
	Limit  int
	Window time.Duration
}

const take = `
INSERT INTO attempts (id, count, resets_at) VALUES ($1, 1, now() + $2 * interval '1 second')
ON CONFLICT (id) DO UPDATE SET
	count     = CASE WHEN attempts.resets_at <= now() THEN 1 ELSE attempts.count + 1 END,
	resets_at = CASE WHEN attempts.resets_at <= now() THEN excluded.resets_at ELSE attempts.resets_at END
RETURNING count, extract(epoch FROM resets_at - now())::float8`

// Take counts one attempt under each of the rules and refuses when one is over its limit. Attempts are counted
// before what they are about is done, so that many at the same moment count too.
func (c *Counter) Take(ctx context.Context, rules ...Rule) error { return takeAll(ctx, c.db, rules) }

// TakeTx is Take in the transaction of what is counted: what is refused or rolled back does not count.
func (c *Counter) TakeTx(ctx context.Context, tx *ent.Tx, rules ...Rule) error {
	return takeAll(ctx, tx, rules)
}

func takeAll(ctx context.Context, q querier, rules []Rule) error {
	for _, r := range rules {
		if r.Limit == 0 {
			continue
		}
		count, wait, err := takeOne(ctx, q, r)
		if err != nil {
			return fmt.Errorf("count %s: %w", r.Name, err)
		}
		if count > r.Limit {
			return refuse(r.Name, r.Limit, wait)
		}
	}
	return nil
}

func takeOne(ctx context.Context, q querier, r Rule) (count int, wait time.Duration, err error) {
	rows, err := q.QueryContext(ctx, take, r.id(), r.Window.Seconds())
	if err != nil {
		return 0, 0, err
	}
	defer rows.Close()
	var seconds float64
	for rows.Next() {
		if err := rows.Scan(&count, &seconds); err != nil {
			return 0, 0, err
		}
	}
	return count, time.Duration(seconds * float64(time.Second)), rows.Err()
}

// GiveBack takes attempts back that turned out not to count, such as a right password.
func (c *Counter) GiveBack(ctx context.Context, rules ...Rule) error {
	for _, r := range rules {
		if r.Limit == 0 {
			continue
		}
		if _, err := c.db.ExecContext(ctx, `UPDATE attempts SET count = count - 1 WHERE id = $1 AND count > 0`, r.id()); err != nil {
			return fmt.Errorf("give back %s: %w", r.Name, err)
		}
	}
	return nil
}

// Sweep forgets windows that are over.
func (c *Counter) Sweep(ctx context.Context) error {
	if _, err := c.db.ExecContext(ctx, `DELETE FROM attempts WHERE resets_at <= now()`); err != nil {
		return fmt.Errorf("sweep attempts: %w", err)
	}
	return nil
}

func (r Rule) id() string {
	sum := sha256.Sum256([]byte(r.Of))
	return r.Name + ":" + base64.RawURLEncoding.EncodeToString(sum[:16])
}

func refuse(name string, limit int, wait time.Duration) error {
	wait = max(wait, 100*time.Millisecond)
	return apierr.New(apierr.Throttled, "Too many attempts (limit %s: %d). Try again in %s.", name, limit, wait.Round(time.Second/10)).After(wait)
}
