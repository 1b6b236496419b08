package auth

import (
	"context"
	"fmt"
	"time"

	"github.com/lib/pq"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/database"
)

// topicChanged is where processes tell each other of a member who is not what they were: a signal holds their id.
const topicChanged = "changed1"

// ChangeTx tells all processes, once the transaction has committed, that it has changed what a member may do.
func (t *Tokens) ChangeTx(tx *ent.Tx, memberID string) {
	database.AfterCommit(tx, func() {
		t.changed(memberID)
		t.bus.Publish(topicChanged, memberID)
	})
}

// changed has the next request of a member look at the database, and their connections learn of it at once.
func (t *Tokens) changed(memberID string) {
	t.mu.Lock()
	for _, s := range t.byID {
		if m := s.viewer().Member; m != nil && m.ID == memberID {
			s.stale = true
		}
	}
	t.mu.Unlock()
	t.missed()
}

// renew has sessions know what their members have become, whoever has changed them and whenever that was.
func (t *Tokens) renew(ctx context.Context) error {
	known := t.members()
	if len(known) == 0 {
		return nil
	}
	changed, err := t.differing(ctx, known)
	if err != nil || len(changed) == 0 {
		return err
	}
	rows, err := t.ent.Member.Query().Where(member.IDIn(changed...)).All(ctx)
	if err != nil {
		return fmt.Errorf("get members who have changed: %w", err)
	}
	for _, m := range rows {
		t.become(m)
	}
	return nil
}

// members are those of sessions, by id, with when they had changed.
func (t *Tokens) members() map[string]time.Time {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := map[string]time.Time{}
	for _, s := range t.byID {
		if m := s.viewer().Member; m != nil {
			known[m.ID] = m.ChangedAt
		}
	}
	return known
}

// differing are the ids of members who are not what is known of them.
func (t *Tokens) differing(ctx context.Context, known map[string]time.Time) ([]string, error) {
	ids, times := make([]string, 0, len(known)), make([]time.Time, 0, len(known))
	for id, at := range known {
		ids, times = append(ids, id), append(times, at)
	}
	const q = `SELECT m.id FROM unnest($1::text[], $2::timestamptz[]) AS k (id, changed_at)
		JOIN members m ON m.id = k.id AND m.changed_at <> k.changed_at`
	rows, err := t.ent.QueryContext(ctx, q, pq.Array(ids), pq.Array(times))
	if err != nil {
		return nil, fmt.Errorf("ask which members have changed: %w", err)
	}
	defer rows.Close()
	var changed []string
	if err := sql.ScanSlice(rows, &changed); err != nil {
		return nil, fmt.Errorf("read which members have changed: %w", err)
	}
	return changed, nil
}

// become has the sessions of a member know what they are now.
func (t *Tokens) become(m *ent.Member) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.byID {
		if v := s.viewer(); v.Member != nil && v.Member.ID == m.ID {
			v.Member = m
			s.store(v)
		}
	}
}
