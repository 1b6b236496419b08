package auth_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/limits"
)

func TestTokensAreRandomAndKeptAsHashesOnly(t *testing.T) {
	b := setup(t)
	seen := map[string]bool{}
	for range 50 {
		header := b.issue(t)
		if len(header) < len("Bearer ")+43 || seen[header] {
			t.Errorf("%s is short, or was given before", header)
		}
		seen[header] = true
	}
	rows, err := b.db.SQL.QueryContext(t.Context(), "SELECT row_to_json(a)::text || encode(hash, 'escape') || encode(hash, 'base64') FROM access_tokens a")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	n := 0
	for rows.Next() {
		var row string
		if err := rows.Scan(&row); err != nil {
			t.Fatal(err)
		}
		n++
		for header := range seen {
			if strings.Contains(row, header[len("Bearer parley_"):][:20]) {
				t.Errorf("a row holds the token: %s", row)
			}
		}
	}
	if err := rows.Err(); err != nil || n != len(seen) {
		t.Errorf("%d rows for %d tokens (%v)", n, len(seen), err)
	}
}

func TestAuthenticate(t *testing.T) {
	b := setup(t)
	header := b.issue(t)
	token := strings.TrimPrefix(header, "Bearer ")
	for _, h := range []string{header, "bearer " + token, "BEARER   " + token + " "} {
		v, life := b.known(t, h)
		if v.ID() != b.member.ID || v.OrganizationID() != b.member.OrganizationID || v.Customer != nil || v.RoomID != "" {
			t.Errorf("%q stands for %+v", h, v)
		}
		if left := time.Until(v.ExpiresAt); left > 12*time.Hour || left < 11*time.Hour {
			t.Errorf("the token ends in %s, want 12h", left)
		}
		alive(t, life)
	}
	v, _ := b.known(t, b.issueToCustomer(t))
	if v.ID() != b.customer.ID || v.Member != nil || !v.InRoom(b.link.RoomID) || v.InRoom("room_other") {
		t.Errorf("the customer's token stands for %+v", v)
	}
	if left := time.Until(v.ExpiresAt); left > 24*time.Hour || left < 23*time.Hour {
		t.Errorf("the customer's token ends in %s, want 24h", left)
	}
	if v, life := b.known(t, ""); v.ID() != "" || v.Person() != nil || life.Done() != nil {
		t.Errorf("no header stands for %+v", v)
	}
	for _, h := range []string{token, "Basic " + token, "Bearer", "Bearer ", "Bearer " + token + "x", "Bearer " + strings.ToUpper(token), "Bearer parley_"} {
		b.refused(t, h)
	}
}

func TestLiftedLimitsOfTokens(t *testing.T) {
	b := setup(t, func(l *limits.Limits) { l.TokenIdle, l.TokenLife = 0, 0 })
	header := b.issue(t)
	v, life := b.known(t, header)
	if left := time.Until(v.ExpiresAt); left < 365*24*time.Hour {
		t.Errorf("the token ends in %s", left)
	}
	b.check(t)
	alive(t, life)
}

// The database is asked once, and again a moment later.
func TestATokenIsBelievedForAMoment(t *testing.T) {
	b := setup(t)
	header := b.issue(t)
	v, life := b.known(t, header)
	b.revokeElsewhere(t, v)
	b.known(t, header)
	b.tokens.Age(auth.Fresh + time.Second)
	b.refused(t, header)
	b.check(t)
	ended(t, life)
}

func TestX3_RevocationEndsSessionsOfThisProcessAtOnce(t *testing.T) {
	b := setup(t)
	header, other, customers := b.issue(t), b.issue(t), b.issueToCustomer(t)
	v, life := b.known(t, header)
	_, otherLife := b.known(t, other)
	_, customersLife := b.known(t, customers)
	b.tx(t, func(tx *ent.Tx) error {
		err := b.tokens.RevokeTx(t.Context(), tx, accesstoken.ID(v.TokenID))
		alive(t, life) // nothing has happened before the commit
		return err
	})
	ended(t, life)
	b.refused(t, header)
	alive(t, otherLife)
	b.known(t, other)
	b.tx(t, func(tx *ent.Tx) error {
		return b.tokens.RevokeTx(t.Context(), tx, accesstoken.MemberID(b.member.ID))
	})
	ended(t, otherLife)
	b.refused(t, other)
	alive(t, customersLife)
	b.known(t, customers)
}

func TestARolledBackRevocationEndsNothing(t *testing.T) {
	b := setup(t)
	header := b.issue(t)
	v, life := b.known(t, header)
	errNo := errors.New("no")
	err := database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		return errors.Join(b.tokens.RevokeTx(t.Context(), tx, accesstoken.ID(v.TokenID)), errNo)
	})
	if !errors.Is(err, errNo) {
		t.Fatal(err)
	}
	b.check(t)
	alive(t, life)
	b.known(t, header)
}

func TestARevocationThatCannotBeCommittedEndsNothing(t *testing.T) {
	b := setup(t)
	const noCommit = `CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no''; END';
		CREATE CONSTRAINT TRIGGER refuse AFTER UPDATE ON access_tokens DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()`
	header := b.issue(t)
	v, life := b.known(t, header)
	if _, err := b.db.SQL.ExecContext(t.Context(), noCommit); err != nil {
		t.Fatal(err)
	}
	err := database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		return b.tokens.RevokeTx(t.Context(), tx, accesstoken.ID(v.TokenID))
	})
	if err == nil {
		t.Fatal("committed")
	}
	alive(t, life)
}

func TestX3_RevocationByAnotherProcessIsSeenSoon(t *testing.T) {
	b := setup(t)
	b.run(t)
	header := b.issue(t)
	s := b.session(t, header)
	defer s.Hold()()
	begun := time.Now()
	b.revokeElsewhere(t, s.Viewer)
	endsSoon(t, s.Life)
	b.refused(t, header)
	if took := time.Since(begun); took > 2*time.Second { // a second between two looks, and the look
		t.Errorf("it took %s", took)
	}
}

// A lock on one token, which keeps its idle time from being moved, does not keep others from ending.
func TestX3_RevocationIsSeenWhileATokenIsLocked(t *testing.T) {
	b := setup(t)
	locked, _ := b.known(t, b.issue(t))
	other, life := b.known(t, b.issue(t))
	b.setIdle(t, locked, time.Now().Add(time.Minute))
	b.tx(t, func(tx *ent.Tx) error {
		if err := tx.AccessToken.UpdateOneID(locked.TokenID).SetIdleAt(time.Now().Add(time.Minute)).Exec(t.Context()); err != nil {
			return err
		}
		b.revokeElsewhere(t, other)
		if err := b.tokens.Check(t.Context()); err == nil {
			t.Error("the idle time of a locked token was moved")
		}
		ended(t, life)
		return nil
	})
}

func TestSessionsEndWithTheirTokens(t *testing.T) {
	t.Parallel()
	past := time.Now().Add(-time.Second)
	for name, end := range map[string]string{
		"expired":     "UPDATE access_tokens SET expires_at = $1",
		"idle":        "UPDATE access_tokens SET idle_at = $1",
		"revoked":     "UPDATE access_tokens SET revoked_at = $1",
		"gone":        "DELETE FROM access_tokens WHERE created_at > $1::timestamptz - interval '1 hour'",
		"deactivated": "UPDATE members SET deactivated_at = $1",
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			known, unknown := b.issue(t), b.issue(t)
			s := b.session(t, known)
			release := s.Hold()
			if _, err := b.db.SQL.ExecContext(t.Context(), end, past); err != nil {
				t.Fatal(err)
			}
			b.refused(t, unknown)
			b.check(t)
			ended(t, s.Life)
			b.refused(t, known)
			if n := b.tokens.Sessions(); n != 0 {
				t.Errorf("%d sessions are known", n)
			}
			release()
			s.Hold()()
			if n := b.tokens.Sessions(); n != 0 {
				t.Errorf("holding has made %d known again", n)
			}
		})
	}
}

// A token that is remembered ends on time without a look at the database.
func TestExpiryIsSeenInTheCache(t *testing.T) {
	b := setup(t, func(l *limits.Limits) { l.TokenLife = 200 * time.Millisecond })
	header := b.issue(t)
	v, _ := b.known(t, header)
	if _, err := b.db.SQL.ExecContext(t.Context(), "UPDATE access_tokens SET expires_at = now() + interval '1 hour'"); err != nil {
		t.Fatal(err)
	}
	<-time.After(time.Until(v.ExpiresAt))
	if again, _ := b.known(t, header); !again.ExpiresAt.After(v.ExpiresAt) {
		t.Error("the database was not asked again")
	}
}

func TestIdleTimeMovesWithUse(t *testing.T) {
	b := setup(t)
	header := b.issue(t)
	v, _ := b.known(t, header)
	soon := time.Now().Add(time.Minute).UTC().Truncate(time.Microsecond)

	b.check(t) // what was used so far is forgotten
	b.setIdle(t, v, soon)
	b.check(t)
	if idle := b.idle(t, v); !idle.Equal(soon) {
		t.Errorf("an unused token is idle at %s, want %s", idle, soon)
	}
	b.known(t, header)
	b.check(t)
	moved := b.idle(t, v)
	if left := time.Until(moved); left < 29*time.Minute || left > 30*time.Minute {
		t.Errorf("a used token is idle in %s, want 30m", left)
	}
	b.known(t, header)
	b.check(t)
	if idle := b.idle(t, v); !idle.Equal(moved) {
		t.Error("the idle time is written with each use")
	}
}

func TestIdleTimeIsHeldByAnOpenConnection(t *testing.T) {
	b := setup(t)
	s := b.session(t, b.issue(t))
	v, release := s.Viewer, s.Hold()
	for range 3 {
		b.setIdle(t, v, time.Now().Add(time.Minute))
		b.tokens.Age(time.Hour)
		b.check(t)
		if left := time.Until(b.idle(t, v)); left < 29*time.Minute {
			t.Errorf("a token that is held is idle in %s", left)
		}
	}
	alive(t, s.Life)
	release()
	b.setIdle(t, v, time.Now().Add(time.Minute))
	b.check(t)
	if left := time.Until(b.idle(t, v)); left > time.Minute {
		t.Errorf("a token that is held no more is idle in %s", left)
	}
}

func TestAnEndedTokenIsNotRevivedByUse(t *testing.T) {
	b := setup(t)
	header := b.issue(t)
	v, life := b.known(t, header)
	past := time.Now().Add(-time.Second).UTC().Truncate(time.Microsecond)
	b.setIdle(t, v, past)
	b.known(t, header) // from memory
	b.check(t)
	ended(t, life)
	if idle := b.idle(t, v); !idle.Equal(past) {
		t.Errorf("the idle time was moved to %s", idle)
	}
}

// Limits of less than a minute hold, and are moved by use all the same.
func TestAShortIdleTimeMovesWithUse(t *testing.T) {
	b := setup(t, func(l *limits.Limits) { l.TokenIdle = 30 * time.Second })
	header := b.issue(t)
	v, _ := b.known(t, header)
	b.setIdle(t, v, time.Now().Add(10*time.Second))
	b.check(t)
	if left := time.Until(b.idle(t, v)); left < 20*time.Second {
		t.Errorf("idle in %s after use, want 30s", left)
	}
}

// A customer's token lives a day, used or not.
func TestACustomersTokenIsNotMovedByUse(t *testing.T) {
	b := setup(t)
	s := b.session(t, b.issueToCustomer(t))
	defer s.Hold()()
	v := s.Viewer
	soon := time.Now().Add(time.Minute).UTC().Truncate(time.Microsecond)
	b.setIdle(t, v, soon)
	b.check(t)
	if idle := b.idle(t, v); !idle.Equal(soon) {
		t.Errorf("idle at %s, want %s", idle, soon)
	}
}

func TestSessionsThatNobodyUsesAreForgotten(t *testing.T) {
	b := setup(t)
	unheld := b.issue(t)
	_, gone := b.known(t, unheld)
	held := b.session(t, b.issue(t))
	release := held.Hold()
	b.tokens.Age(3 * auth.Fresh)
	b.check(t)
	if n := b.tokens.Sessions(); n != 1 {
		t.Errorf("%d sessions are known, want the one that is held", n)
	}
	alive(t, gone) // forgotten, not ended
	b.revoke(t, held.Viewer)
	ended(t, held.Life)
	release()
	b.known(t, unheld)
}

// A request may take long to arrive after its token was looked up: what it opens ends with the token all the same.
func TestX3_ASessionThatWasForgottenEndsWithItsToken(t *testing.T) {
	t.Parallel()
	for name, revokes := range map[string]func(*bundle, *testing.T, auth.Viewer){
		"here":      (*bundle).revoke,
		"elsewhere": func(b *bundle, t *testing.T, v auth.Viewer) { b.revokeElsewhere(t, v); b.check(t) },
	} {
		t.Run(name, func(t *testing.T) {
			b := setup(t)
			forgotten := func() (auth.Session, string) {
				header := b.issue(t)
				s := b.session(t, header)
				b.tokens.Age(3 * auth.Fresh)
				b.check(t)
				return s, header
			}
			again, _ := forgotten()
			release := again.Hold()
			revokes(b, t, again.Viewer)
			ended(t, again.Life)
			release()

			replaced, header := forgotten()
			b.known(t, header)
			release = replaced.Hold()
			alive(t, replaced.Life)
			revokes(b, t, replaced.Viewer)
			endsSoon(t, replaced.Life)
			release()

			late, _ := forgotten()
			revokes(b, t, late.Viewer)
			defer late.Hold()()
			b.check(t)
			ended(t, late.Life)
		})
	}
}

// The look was under way, and had found the token alive, when it was revoked.
func TestX3_ALookDoesNotBringBackWhatWasRevokedMeanwhile(t *testing.T) {
	b := setup(t)
	header := b.issueToCustomer(t)
	looked := make(chan error)
	b.tx(t, func(tx *ent.Tx) error {
		// The customer is fetched after the token.
		if _, err := tx.ExecContext(t.Context(), "LOCK TABLE customers IN ACCESS EXCLUSIVE MODE"); err != nil {
			return err
		}
		go func() {
			_, err := b.tokens.Authenticate(t.Context(), header)
			looked <- err
		}()
		b.await(t, "the look to have found the token", `SELECT count(*) > 0 FROM pg_stat_activity
			WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%FROM "customers"%'`)
		b.tx(t, func(tx *ent.Tx) error {
			return b.tokens.RevokeTx(t.Context(), tx, accesstoken.CustomerID(b.customer.ID))
		})
		return nil
	})
	if err := <-looked; !apierr.Is(err, apierr.Unauthenticated) {
		t.Errorf("have %v, want UNAUTHENTICATED", err)
	}
	if n := b.tokens.Sessions(); n != 0 {
		t.Errorf("%d sessions are known", n)
	}
	b.tokens.Age(time.Minute)
	b.check(t)
	if n := b.tokens.Ends(); n != 0 {
		t.Errorf("%d ends are kept for ever", n)
	}
}

// Many requests of one token, while it is looked up again and again.
func TestAuthenticateAtTheSameMoment(t *testing.T) {
	b := setup(t)
	header := b.issue(t)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 20 {
				s, err := b.tokens.Authenticate(t.Context(), header)
				if err != nil || s.Viewer.ID() != b.member.ID {
					t.Errorf("%q, %v", s.Viewer.ID(), err)
				}
				b.tokens.Age(auth.Fresh)
			}
		})
	}
	all.Wait()
	if n := b.tokens.Sessions(); n != 1 {
		t.Errorf("%d sessions are known, want 1", n)
	}
}

// A statement has at most 65,535 parameters: what is asked of all sessions together must not need one for each.
func TestX3_MoreSessionsThanParameters(t *testing.T) {
	b := setup(t)
	const many = 70_000
	s := b.session(t, b.issue(t))
	b.setIdle(t, s.Viewer, time.Now().Add(time.Minute))
	b.tokens.Imagine(b.member, many)
	b.check(t)
	if n := b.tokens.Sessions(); n != 1 {
		t.Errorf("%d sessions are known, want the one whose token there is", n)
	}
	if left := time.Until(b.idle(t, s.Viewer)); left < 29*time.Minute {
		t.Errorf("idle in %s, want 30m", left)
	}
}

// The time of the first revocation stays.
func TestRevokingAgainChangesNothing(t *testing.T) {
	b := setup(t)
	v, _ := b.known(t, b.issue(t))
	b.revoke(t, v)
	first := b.db.Ent.AccessToken.GetX(t.Context(), v.TokenID).RevokedAt
	b.revoke(t, v)
	if again := b.db.Ent.AccessToken.GetX(t.Context(), v.TokenID).RevokedAt; !again.Equal(*first) {
		t.Errorf("revoked at %s, now at %s", first, again)
	}
}

func TestX3_ExpiryHoldsWithoutADatabase(t *testing.T) {
	b := setup(t, func(l *limits.Limits) { l.TokenLife = 200 * time.Millisecond })
	s := b.session(t, b.issue(t))
	defer s.Hold()()
	if err := b.db.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	b.run(t)
	endsSoon(t, s.Life)
	if time.Now().Before(s.Viewer.ExpiresAt) {
		t.Error("the session ended early")
	}
}

func TestSweepForgetsWhatEndedLongAgo(t *testing.T) {
	b := setup(t)
	for _, column := range []string{"expires_at", "idle_at", "revoked_at"} {
		long, lately := b.issue(t), b.issue(t)
		for header, ago := range map[string]time.Duration{long: 25 * time.Hour, lately: 23 * time.Hour} {
			v, _ := b.known(t, header)
			_, err := b.db.SQL.ExecContext(t.Context(), "UPDATE access_tokens SET "+column+" = $1 WHERE id = $2", time.Now().Add(-ago), v.TokenID)
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	b.issue(t)
	if err := b.tokens.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := b.db.Ent.AccessToken.Query().CountX(t.Context()); n != 4 {
		t.Errorf("%d tokens are kept, want 4", n)
	}
}

func TestAuthenticateWithoutADatabase(t *testing.T) {
	b := setup(t)
	header := b.issue(t)
	if err := b.db.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := b.tokens.Authenticate(t.Context(), header)
	if err == nil || strings.Contains(err.Error(), "UNAUTHENTICATED") {
		t.Errorf("have %v, want an error of the inside: the token may be right", err)
	}
}
