package throttle_test

import (
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/throttle"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func rule(of string, limit int) throttle.Rule {
	return throttle.Rule{Name: "sign-in-per-account", Of: of, Limit: limit, Window: 15 * time.Minute}
}

func setup(t *testing.T) (*dbtest.DB, *throttle.Counter) {
	t.Helper()
	t.Parallel()
	db := dbtest.New(t)
	return db, throttle.NewCounter(db.SQL)
}

func take(t *testing.T, c *throttle.Counter, rules ...throttle.Rule) {
	t.Helper()
	if err := c.Take(t.Context(), rules...); err != nil {
		t.Error(err)
	}
}

func TestCounterRefusesOverItsLimit(t *testing.T) {
	_, c := setup(t)
	for range 3 {
		take(t, c, rule("ada", 3))
	}
	wantThrottled(t, c.Take(t.Context(), rule("ada", 3)), "sign-in-per-account", 15*time.Minute)
	take(t, c, rule("carl", 3))
	other := rule("ada", 3)
	other.Name = "link-failures"
	take(t, c, other)
}

func TestCounterIsLiftedByZero(t *testing.T) {
	db, c := setup(t)
	for range 10 {
		take(t, c, rule("ada", 0))
	}
	if err := errors.Join(c.Settle(t.Context(), true, rule("ada", 0)), c.Check(t.Context(), rule("ada", 0))); err != nil {
		t.Error(err)
	}
	if n := db.Ent.Attempt.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d rows for a limit that is lifted", n)
	}
}

// What is refused under one rule is not counted under another.
func TestCounterOfSeveralRules(t *testing.T) {
	_, c := setup(t)
	address, account := rule("192.0.2.1", 3), rule("ada", 1)
	take(t, c, address, account)
	for range 5 {
		wantThrottled(t, c.Take(t.Context(), address, account), account.Name, 15*time.Minute)
	}
	take(t, c, address)
	take(t, c, address)
	wantThrottled(t, c.Take(t.Context(), address, rule("carl", 1)), address.Name, 15*time.Minute)
	take(t, c, rule("carl", 1))
}

// A refused attempt leaves everything as it is.
func TestCounterDoesNotCountWhatItRefuses(t *testing.T) {
	db, c := setup(t)
	take(t, c, rule("ada", 2))
	take(t, c, rule("ada", 2))
	before := db.Ent.Attempt.Query().OnlyX(t.Context())
	for range 5 {
		wantThrottled(t, c.Take(t.Context(), rule("ada", 2)), "sign-in-per-account", 15*time.Minute)
	}
	after := db.Ent.Attempt.Query().OnlyX(t.Context())
	if before.Count != 2 || after.Count != 2 || !before.ResetsAt.Equal(after.ResetsAt) {
		t.Errorf("%v became %v", before, after)
	}
}

func TestCounterBeginsAnewWithEachWindow(t *testing.T) {
	db, c := setup(t)
	for range 2 {
		take(t, c, rule("ada", 2))
		take(t, c, rule("ada", 2))
		if err := c.Take(t.Context(), rule("ada", 2)); !apierr.Is(err, apierr.Throttled) {
			t.Errorf("have %v, want THROTTLED", err)
		}
		end(t, db)
	}
	// A window begins with its first attempt: refused ones do not make it longer.
	take(t, c, rule("ada", 2))
	begun := db.Ent.Attempt.Query().OnlyX(t.Context()).ResetsAt
	for range 5 {
		_ = c.Take(t.Context(), rule("ada", 2))
	}
	if now := db.Ent.Attempt.Query().OnlyX(t.Context()).ResetsAt; !now.Equal(begun) {
		t.Errorf("the window ended at %s, now at %s", begun, now)
	}
}

// end ends all windows.
func end(t *testing.T, db *dbtest.DB) {
	t.Helper()
	if err := db.Ent.Attempt.Update().SetResetsAt(time.Now().Add(-time.Second)).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Check looks, and leaves no trace.
func TestCheck(t *testing.T) {
	db, c := setup(t)
	check := func() error { return c.Check(t.Context(), rule("carl", 1), rule("ada", 2)) }
	for range 5 {
		if err := check(); err != nil {
			t.Error(err)
		}
	}
	if n := db.Ent.Attempt.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d rows", n)
	}
	take(t, c, rule("ada", 2))
	if err := check(); err != nil {
		t.Error(err)
	}
	take(t, c, rule("ada", 2))
	wantThrottled(t, check(), "sign-in-per-account", 15*time.Minute)
	end(t, db)
	if err := check(); err != nil {
		t.Error(err)
	}
}

// Only failures count, and over the limit success is not told either.
func TestSettle(t *testing.T) {
	db, c := setup(t)
	settle := func(failed bool) error { return c.Settle(t.Context(), failed, rule("192.0.2.1", 20), rule("ada", 2)) }
	fits := func(failed bool) {
		t.Helper()
		if err := settle(failed); err != nil {
			t.Error(err)
		}
	}
	for range 5 {
		fits(false)
	}
	fits(true)
	fits(false)
	fits(true)
	wantThrottled(t, settle(true), "sign-in-per-account", 15*time.Minute)
	wantThrottled(t, settle(false), "sign-in-per-account", 15*time.Minute)
	for _, a := range db.Ent.Attempt.Query().AllX(t.Context()) {
		if a.Count != 2 {
			t.Errorf("%d are counted, want 2", a.Count)
		}
	}
	end(t, db)
	fits(false)
}

// A window begins with the first failure, and not with a success before it.
func TestAWindowBeginsWithWhatIsCounted(t *testing.T) {
	db, c := setup(t)
	if err := c.Settle(t.Context(), false, rule("ada", 1)); err != nil {
		t.Fatal(err)
	}
	if err := db.Ent.Attempt.Update().SetResetsAt(time.Now().Add(time.Second)).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	take(t, c, rule("ada", 1))
	wantThrottled(t, c.Take(t.Context(), rule("ada", 1)), "sign-in-per-account", 15*time.Minute)
}

func TestSuccessesAtTheSameMomentAllFit(t *testing.T) {
	_, c := setup(t)
	var group errgroup.Group
	for range 40 {
		group.Go(func() error { return c.Settle(t.Context(), false, rule("192.0.2.1", 2), rule("ada", 2)) })
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
}

func TestManyAtTheSameMomentAdmitExactlyTheLimit(t *testing.T) {
	db, c := setup(t)
	for name, take := range map[string]func() error{
		"Take": func() error { return c.Take(t.Context(), rule("one", 5)) },
		"TakeTx": func() error {
			return database.WithTx(t.Context(), db.Ent, func(tx *ent.Tx) error { return c.TakeTx(t.Context(), tx, rule("two", 5)) })
		},
	} {
		var admitted atomic.Int64
		var group errgroup.Group
		for range 40 {
			group.Go(func() error {
				err := take()
				if err == nil {
					admitted.Add(1)
				} else if !apierr.Is(err, apierr.Throttled) {
					return err
				}
				return nil
			})
		}
		if err := group.Wait(); err != nil {
			t.Error(name, err)
		}
		if n := admitted.Load(); n != 5 {
			t.Errorf("%s admitted %d, want 5", name, n)
		}
	}
}

func TestTakeTxCountsWhatIsCommitted(t *testing.T) {
	db, c := setup(t)
	errRollBack := errors.New("roll back")
	try := func(end error) error {
		return database.WithTx(t.Context(), db.Ent, func(tx *ent.Tx) error {
			return errors.Join(c.TakeTx(t.Context(), tx, rule("ada", 2)), end)
		})
	}
	for range 5 {
		if err := try(errRollBack); !errors.Is(err, errRollBack) {
			t.Fatal(err)
		}
	}
	for range 2 {
		if err := try(nil); err != nil {
			t.Error(err)
		}
	}
	for range 5 {
		if err := try(nil); !apierr.Is(err, apierr.Throttled) {
			t.Errorf("have %v, want THROTTLED", err)
		}
	}
	if n := db.Ent.Attempt.Query().OnlyX(t.Context()).Count; n != 2 {
		t.Errorf("%d are counted, want the 2 that were committed", n)
	}
}

func TestWhoIsCountedIsNotKept(t *testing.T) {
	db, c := setup(t)
	take(t, c, rule("ada@example.com", 2))
	if id := db.Ent.Attempt.Query().OnlyX(t.Context()).ID; strings.Contains(id, "ada") {
		t.Errorf("the row is named %s", id)
	}
}

func TestSweep(t *testing.T) {
	db, c := setup(t)
	take(t, c, rule("ada", 2))
	end(t, db)
	take(t, c, rule("carl", 2))
	if err := c.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := db.Ent.Attempt.Query().CountX(t.Context()); n != 1 {
		t.Errorf("%d windows are kept, want the one under way", n)
	}
}

func TestCounterWithoutADatabase(t *testing.T) {
	db, c := setup(t)
	if err := db.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{c.Take(t.Context(), rule("ada", 2)), c.Settle(t.Context(), false, rule("ada", 2)), c.Check(t.Context(), rule("ada", 2)), c.Sweep(t.Context())} {
		if err == nil || apierr.As(err) != nil {
			t.Errorf("have %v, want an error of the inside", err)
		}
	}
}

func wantNamed(t *testing.T, e *apierr.Error, name string) {
	t.Helper()
	if !strings.Contains(e.Message, name) {
		t.Errorf("%q does not name the limit %s", e.Message, name)
	}
}
