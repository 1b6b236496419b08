package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"

	"parley/ent/delivery"
)

// claim is one turn at a delivery. All times in the table go by the database's clock, so that the clocks of processes
// do not matter; began is by ours, to tell how old the claim is, and is taken before the database is asked.
type claim struct {
	id, token string
	began     time.Time
	created   time.Time // before anything was sent
	attempt   int       // the first is 1
	channel   delivery.Channel
	from, to  string
	subject   string
	text      string
	linkID    string
	aboutID   string
}

// errClaimLost says that another worker has the delivery now.
var errClaimLost = errors.New("the claim has ended")

const claimDue = `
WITH due AS (
	SELECT id FROM deliveries
	WHERE state IN ('WAITING', 'SENDING') AND due_at <= now()
	ORDER BY id LIMIT $3
	FOR UPDATE SKIP LOCKED)
UPDATE deliveries d
SET state = 'SENDING', claim = $1, due_at = now() + $2 * interval '1 second', attempts = d.attempts + 1
FROM due WHERE d.id = due.id
RETURNING d.id, d.created_at, d.attempts, d.channel, d.sender, d.recipient, d.subject, d.text, d.link_id, d.about_id`

// claim takes at most n deliveries that are due, oldest first: those that wait, and those whose claim has ended.
func (o *Outbox) claim(ctx context.Context, n int) ([]claim, error) {
	token, began := uuid.NewString(), o.now()
	rows, err := o.ent.QueryContext(ctx, claimDue, token, o.tuning.claim().Seconds(), n)
	if err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	defer rows.Close()
	var claims []claim
	for rows.Next() {
		c := claim{token: token, began: began}
		if err := rows.Scan(&c.id, &c.created, &c.attempt, &c.channel, &c.from, &c.to, &c.subject, &c.text, &c.linkID, &c.aboutID); err != nil {
			return nil, fmt.Errorf("read a claimed delivery: %w", err)
		}
		claims = append(claims, c)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("claim deliveries: %w", err)
	}
	return claims, nil
}

const renewClaim = `
UPDATE deliveries SET due_at = now() + $3 * interval '1 second'
WHERE id = $1 AND claim = $2 AND state = 'SENDING'`

// renew makes the claim young again, or returns errClaimLost.
func (o *Outbox) renew(ctx context.Context, c *claim) error {
	began := o.now()
	if err := o.guarded(ctx, renewClaim, c, o.tuning.claim()); err != nil {
		return fmt.Errorf("renew claim: %w", err)
	}
	c.began = began
	return nil
}

const postponeDelivery = `
UPDATE deliveries SET state = 'WAITING', claim = '', due_at = now() + $3 * interval '1 second'
WHERE id = $1 AND claim = $2 AND state = 'SENDING'`

// postpone gives the claim up; the delivery is due again after the wait.
func (o *Outbox) postpone(ctx context.Context, c *claim, wait time.Duration) error {
	if err := o.guarded(ctx, postponeDelivery, c, wait); err != nil {
		return fmt.Errorf("postpone delivery: %w", err)
	}
	return nil
}

// guarded executes a statement that changes the row only while the claim holds.
func (o *Outbox) guarded(ctx context.Context, statement string, c *claim, d time.Duration) error {
	result, err := o.ent.ExecContext(ctx, statement, c.id, c.token, d.Seconds())
	if err != nil {
		return err
	}
	n, err := result.RowsAffected()
	if err == nil && n == 0 {
		return errClaimLost
	}
	return err
}

const untilDue = `
SELECT extract(epoch FROM min(due_at) - now())::float8 FROM deliveries WHERE state IN ('WAITING', 'SENDING')`

// untilDue returns the time until the next delivery is due, at most the limit.
func (o *Outbox) untilDue(ctx context.Context, limit time.Duration) (time.Duration, error) {
	rows, err := o.ent.QueryContext(ctx, untilDue)
	if err != nil {
		return 0, fmt.Errorf("ask when the next delivery is due: %w", err)
	}
	defer rows.Close()
	var seconds sql.NullFloat64
	for rows.Next() {
		if err := rows.Scan(&seconds); err != nil {
			return 0, fmt.Errorf("read when the next delivery is due: %w", err)
		}
	}
	if !seconds.Valid || seconds.Float64 >= limit.Seconds() {
		return limit, rows.Err()
	}
	return time.Duration(max(seconds.Float64, 0) * float64(time.Second)), rows.Err()
}
