package auth

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"parley/ent/accesstoken"
	"parley/ent/predicate"
)

// Run ends sessions whose tokens have ended, whoever ended them, has them know what has become of their members, and moves the
// idle time of those that were used; it returns when the context ends. It asks the database once a second for all sessions together,
// whatever the bus says.
func (t *Tokens) Run(ctx context.Context, log *slog.Logger) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-t.look:
		}
		if err := t.check(ctx); err != nil && ctx.Err() == nil {
			log.WarnContext(ctx, "check access tokens", "error", err)
		}
	}
}

// check is one round of Run. Expiry needs no database, so it holds while that cannot be asked.
func (t *Tokens) check(ctx context.Context) error {
	t.forgetStale()
	t.end(t.expired()...)
	ids, used := t.snapshot()
	if len(ids) == 0 {
		return nil
	}
	living, err := t.ent.AccessToken.Query().Where(among(ids), alive()).IDs(ctx)
	if err != nil {
		return fmt.Errorf("ask which access tokens have ended: %w", err)
	}
	t.end(missing(ids, living)...)
	if err := t.renew(ctx); err != nil {
		return err
	}
	return t.touch(ctx, used)
}

// among keeps the tokens with the ids. They are one parameter, of which a statement can have 65,535.
func among(ids []string) predicate.AccessToken {
	return func(s *sql.Selector) {
		s.Where(sql.P(func(b *sql.Builder) {
			b.Ident(s.C(accesstoken.FieldID)).WriteString(" = ANY(").Arg(pq.Array(ids)).WriteString(")")
		}))
	}
}

// expired returns the ids of sessions whose time is over.
func (t *Tokens) expired() (ids []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	for id, s := range t.byID {
		if s.expired(now) {
			ids = append(ids, id)
		}
	}
	return ids
}

// snapshot returns the ids of all sessions, and of those members' whose idle time is to be moved: used, or held by
// an open connection, which counts as use.
func (t *Tokens) snapshot() (all, used []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for id, s := range t.byID {
		all = append(all, id)
		if s.viewer().Member != nil && (s.used || s.held > 0) {
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
		Where(among(ids), accesstoken.IdleAtLT(next.Add(-seldom)), accesstoken.IdleAtGT(time.Now())).
		SetIdleAt(next).Exec(ctx)
	if err != nil {
		return fmt.Errorf("move idle time of access tokens: %w", err)
	}
	return nil
}

// forgetStale drops sessions that nobody uses or holds, and ends that no look can be older than.
func (t *Tokens) forgetStale() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, s := range t.byID {
		if s.held == 0 && time.Since(s.checked) > 2*fresh {
			t.forget(s)
		}
	}
	maps.DeleteFunc(t.ended, func(_ string, at time.Time) bool { return time.Since(at) > 2*lookup })
}

// hold keeps a session known until it is released. It was handed out a while ago: where the token has ended since,
// there is nothing to keep; where the session was only forgotten it is known again, or ends with the one that has
// taken its place.
func (t *Tokens) hold(s *session) (release func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	id := s.viewer().TokenID
	if _, over := t.ended[id]; over {
		s.end()
	}
	if s.life.Err() != nil {
		return func() {}
	}
	if t.byID[id] == nil {
		t.sessions[s.hash], t.byID[id] = s, s
	}
	known := t.byID[id]
	known.held++
	if known != s {
		v := known.viewer()
		s.current.Store(&v)
		known.before = append(known.before, s.current)
	}
	stop := context.AfterFunc(known.life, s.end)
	return sync.OnceFunc(func() {
		stop()
		t.mu.Lock()
		defer t.mu.Unlock()
		known.held--
		if i := slices.Index(known.before, s.current); i >= 0 {
			known.before = slices.Delete(known.before, i, i+1)
		}
	})
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
