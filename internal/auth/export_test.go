package auth

import (
	"context"
	"time"
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
