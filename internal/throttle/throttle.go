// Package throttle counts what is limited in number and time.
//
// Counter holds over all processes, since it counts in PostgreSQL: for guesses and for what costs money. Bucket is
// of one process and costs nothing: for floods. Both refuse with THROTTLED and say when to try again, and what they
// refuse does not count.
package throttle

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"fmt"
	"slices"
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

// take counts $2 attempts where fewer than $4 are counted, and else leaves the count as it is. A window begins with the
// first attempt that is counted in it.
const take = `
INSERT INTO attempts (id, count, resets_at) VALUES ($1, $2, now() + $3 * interval '1 second')
ON CONFLICT (id) DO UPDATE SET
	count     = CASE WHEN attempts.resets_at <= now() THEN 0 ELSE attempts.count END + excluded.count,
	resets_at = CASE WHEN attempts.resets_at <= now() OR attempts.count = 0 THEN excluded.resets_at ELSE attempts.resets_at END
WHERE attempts.resets_at <= now() OR attempts.count < $4
RETURNING id`

const over = `
SELECT extract(epoch FROM resets_at - now())::float8 FROM attempts WHERE id = $1 AND count >= $2 AND resets_at > now()`

// Take counts one attempt under each of the rules, or refuses and counts nothing where one is at its limit.
func (c *Counter) Take(ctx context.Context, rules ...Rule) error { return c.inTx(ctx, 1, rules) }

// TakeTx is Take in the transaction of what is counted: what is rolled back, as it must be when refused, does not count.
func (c *Counter) TakeTx(ctx context.Context, tx *ent.Tx, rules ...Rule) error {
	return takeAll(ctx, tx, 1, rules)
}

// Settle decides about an attempt once it is known whether it failed, and before anybody is told. One that failed is
// counted; either is refused where a rule is at its limit. Attempts of many processes are settled one after the other,
// so of those at the same moment no more are answered than if each had waited for the one before.
func (c *Counter) Settle(ctx context.Context, failed bool, rules ...Rule) error {
	n := 0
	if failed {
		n = 1
	}
	return c.inTx(ctx, n, rules)
}

// Check refuses where a rule is at its limit, without counting. It spares work; it does not bound what goes on at the
// same moment, as Take and Settle do.
func (c *Counter) Check(ctx context.Context, rules ...Rule) error {
	for _, r := range bounding(rules) {
		wait, isOver, err := waitFor(ctx, c.db, r)
		if err != nil {
			return fmt.Errorf("look at %s: %w", r.Name, err)
		}
		if isOver {
			return refuse(r.Name, r.Limit, wait)
		}
	}
	return nil
}

// inTx counts in a transaction of its own, so that a refusal under one rule leaves no count under another.
func (c *Counter) inTx(ctx context.Context, n int, rules []Rule) error {
	if rules = bounding(rules); len(rules) == 0 {
		return nil
	}
	tx, err := c.db.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("count attempts: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if err := takeAll(ctx, tx, n, rules); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("count attempts: %w", err)
	}
	return nil
}

func takeAll(ctx context.Context, q querier, n int, rules []Rule) error {
	for _, r := range bounding(rules) {
		var id string
		taken, err := find(ctx, q, &id, take, r.id(), n, r.Window.Seconds(), r.Limit)
		if err != nil {
			return fmt.Errorf("count %s: %w", r.Name, err)
		}
		if taken {
			continue
		}
		wait, _, err := waitFor(ctx, q, r)
		if err != nil {
			return fmt.Errorf("look at %s: %w", r.Name, err)
		}
		return refuse(r.Name, r.Limit, wait)
	}
	return nil
}

// waitFor tells whether the rule is at its limit, and until when.
func waitFor(ctx context.Context, q querier, r Rule) (wait time.Duration, isOver bool, err error) {
	var seconds float64
	isOver, err = find(ctx, q, &seconds, over, r.id(), r.Limit)
	return time.Duration(seconds * float64(time.Second)), isOver, err
}

// find scans the one value that a query returns, where it returns one.
func find(ctx context.Context, q querier, value any, query string, args ...any) (found bool, err error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(value); err != nil {
			return false, err
		}
		found = true
	}
	return found, rows.Err()
}

// bounding are the rules that are not lifted.
func bounding(rules []Rule) []Rule {
	return slices.DeleteFunc(slices.Clone(rules), func(r Rule) bool { return r.Limit == 0 })
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
