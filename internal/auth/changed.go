package auth

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/database"
)

// topicChanged is where processes tell each other of a member who is not what they were: a signal holds their id.
const topicChanged = "changed1"

// lately is how far back changes are looked for: longer than a transaction takes, and than clocks differ.
const lately = time.Minute

// ChangeTx tells all processes, once the transaction has committed, that it has changed what a member is.
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
			s.checked = time.Time{}
		}
	}
	t.mu.Unlock()
	t.missed()
}

// renew has sessions know what their members have become, whoever has changed them.
func (t *Tokens) renew(ctx context.Context) error {
	rows, err := t.ent.Member.Query().Where(member.ChangedAtGT(time.Now().Add(-lately))).All(ctx)
	if err != nil {
		return fmt.Errorf("ask which members have changed: %w", err)
	}
	now := make(map[string]*ent.Member, len(rows))
	for _, m := range rows {
		now[m.ID] = m
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.byID {
		v := s.viewer()
		if v.Member == nil || now[v.Member.ID] == nil || now[v.Member.ID].ChangedAt.Equal(v.Member.ChangedAt) {
			continue
		}
		v.Member = now[v.Member.ID]
		s.current.Store(&v)
	}
	return nil
}
