package auth

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"parley/ent/accesstoken"
)

// Run ends sessions whose tokens have ended, whoever ended them, and moves the idle time of those that were used; it
// returns when the context ends. It asks the database once a second for all sessions together.
func (t *Tokens) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if err := t.check(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "check access tokens", "error", err)
		}
	}
}

// check is one round of Run.
func (t *Tokens) check(ctx context.Context) error {
	ids, used := t.snapshot()
	if len(ids) == 0 {
		return nil
	}
	living, err := t.ent.AccessToken.Query().Where(accesstoken.IDIn(ids...), alive()).IDs(ctx)
	if err != nil {
		return fmt.Errorf("ask which access tokens have ended: %w", err)
	}
	t.end(missing(ids, living)...)
	t.forgetStale()
	return t.touch(ctx, used)
}

// snapshot returns the ids of all sessions, and of those members' whose idle time is to be moved: used, or held by
// an open connection, which counts as use.
func (t *Tokens) snapshot() (all, used []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, s := range t.byID {
		all = append(all, id)
		if s.viewer.Member != nil && (s.used || s.watched > 0) {
			used = append(used, id)
		}
		s.used = false
	}
	return all, used
}

// touch moves the idle time, at most about once a minute for each token, so that use does not mean writing.
func (t *Tokens) touch(ctx context.Context, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	seldom := time.Minute
	if idle := t.limits.TokenIdle; idle > 0 {
		seldom = min(seldom, idle/2)
	}
	next := end(t.limits.TokenIdle)
	err := t.ent.AccessToken.Update().
		Where(accesstoken.IDIn(ids...), accesstoken.IdleAtLT(next.Add(-seldom)), accesstoken.IdleAtGT(time.Now())).
		SetIdleAt(next).Exec(ctx)
	if err != nil {
		return fmt.Errorf("move idle time of access tokens: %w", err)
	}
	return nil
}

// forgetStale drops sessions that nobody uses or watches.
func (t *Tokens) forgetStale() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, s := range t.byID {
		if s.watched == 0 && time.Since(s.checked) > 2*fresh {
			delete(t.sessions, s.hash)
			delete(t.byID, id)
		}
	}
}

// Watch keeps the viewer's session known, and its token in use, while a connection is open; the function it returns
// is to be called when the connection is gone.
func (t *Tokens) Watch(v Viewer) (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := t.byID[v.TokenID]
	if s == nil {
		return func() {}
	}
	s.watched++
	return func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		s.watched--
	}
}

func missing(all, living []string) []string {
	alive := make(map[string]bool, len(living))
	for _, id := range living {
		alive[id] = true
	}
	var gone []string
	for _, id := range all {
		if !alive[id] {
			gone = append(gone, id)
		}
	}
	return gone
}

// Sweep forgets tokens that have ended long ago.
func (t *Tokens) Sweep(ctx context.Context) error {
	longAgo := time.Now().Add(-24 * time.Hour)
	_, err := t.ent.AccessToken.Delete().
		Where(accesstoken.Or(accesstoken.ExpiresAtLT(longAgo), accesstoken.IdleAtLT(longAgo), accesstoken.RevokedAtLT(longAgo))).Exec(ctx)
	if err != nil {
		return fmt.Errorf("sweep access tokens: %w", err)
	}
	return nil
}
