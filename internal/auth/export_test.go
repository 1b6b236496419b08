package auth

import (
	"context"
	"crypto/sha256"
	"fmt"
	"time"

	"parley/ent"
)

// Fresh is how long a token is believed without a look at the database.
const Fresh = fresh

// Check is one round of Run.
func (t *Tokens) Check(ctx context.Context) error { return t.check(ctx) }

// Age makes what was learned of the database older.
func (t *Tokens) Age(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.sessions {
		s.checked = s.checked.Add(-d)
	}
	for id := range t.ended {
		t.ended[id] = t.ended[id].Add(-d)
	}
}

// Sessions is how many tokens are known.
func (t *Tokens) Sessions() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.sessions) != len(t.byID) {
		panic("the two maps are not of the same sessions")
	}
	return len(t.sessions)
}

// Imagine makes sessions of a member's tokens known, as many as n, that the database knows nothing of.
func (t *Tokens) Imagine(m *ent.Member, n int) {
	for i := range n {
		v := Viewer{Member: m, TokenID: fmt.Sprint("tok_", i), ExpiresAt: time.Now().Add(time.Hour)}
		_, _ = t.remember(sha256.Sum256([]byte(v.TokenID)), v)
	}
}

// Ends is for how many tokens it is kept that they have ended.
func (t *Tokens) Ends() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.ended)
}

// Occupy takes all places for hashing.
func (p *Passwords) Occupy() (release func()) {
	for range cap(p.places) {
		p.places <- struct{}{}
	}
	return func() {
		for range cap(p.places) {
			<-p.places
		}
	}
}
