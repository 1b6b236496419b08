package idempotency_test

import (
	"context"
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
	"parley/internal/idempotency"
	"parley/internal/typeid"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func key(t *testing.T, actor, key string, arguments ...any) idempotency.Key {
	t.Helper()
	k, err := idempotency.For(actor, &key, "createThing", arguments...)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// makeOnce is a mutation: it makes an organisation under the key, and returns its id and whether it is new.
func makeOnce(ctx context.Context, db *dbtest.DB, k idempotency.Key, end error) (id string, made bool, err error) {
	id = typeid.New("org")
	err = database.WithTx(ctx, db.Ent, func(tx *ent.Tx) error {
		standing, err := k.ClaimTx(ctx, tx, id)
		if err != nil || standing != id {
			id = standing
			return err
		}
		made = true
		return errors.Join(tx.Organization.Create().SetID(id).SetName("Demo").Exec(ctx), end)
	})
	return id, made, err
}

func count(t *testing.T, db *dbtest.DB) int {
	t.Helper()
	return db.Ent.Organization.Query().CountX(t.Context())
}

func TestX1_RepeatedRequestsReturnTheFirstResult(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	first, made, err := makeOnce(t.Context(), db, key(t, "mem_1", "k", "a"), nil)
	if err != nil || !made {
		t.Fatal(made, err)
	}
	again, made, err := makeOnce(t.Context(), db, key(t, "mem_1", "k", "a"), nil)
	if err != nil || made || again != first {
		t.Errorf("the second time: %s, %v, %v, want %s", again, made, err, first)
	}
	if id, found, err := key(t, "mem_1", "k", "a").Made(t.Context(), db.Ent); id != first || !found || err != nil {
		t.Errorf("Made is %s, %v, %v", id, found, err)
	}
	for name, other := range map[string]idempotency.Key{
		"another person": key(t, "mem_2", "k", "a"), "another key": key(t, "mem_1", "K", "a"),
	} {
		if id, made, err := makeOnce(t.Context(), db, other, nil); err != nil || !made || id == first {
			t.Errorf("%s: %s, %v, %v, want a new one", name, id, made, err)
		}
	}
}

func TestX1_TwentyAtTheSameMomentCountOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ids := make([]string, 20)
	var made atomic.Int64
	var group errgroup.Group
	for i := range ids {
		group.Go(func() error {
			id, isNew, err := makeOnce(t.Context(), db, key(t, "mem_1", "k", "a"), nil)
			ids[i] = id
			if isNew {
				made.Add(1)
			}
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if made.Load() != 1 || count(t, db) != 1 {
		t.Errorf("%d were made, %d are kept", made.Load(), count(t, db))
	}
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Errorf("results differ: %q and %q", id, ids[0])
		}
	}
}

func TestX1_OtherArgumentsAreRefused(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	if _, _, err := makeOnce(t.Context(), db, key(t, "mem_1", "k", "a", "b"), nil); err != nil {
		t.Fatal(err)
	}
	same := "k"
	otherOperation, err := idempotency.For("mem_1", &same, "createOther", "a", "b")
	if err != nil {
		t.Fatal(err)
	}
	for name, k := range map[string]idempotency.Key{
		"another value":     key(t, "mem_1", "k", "a", "c"),
		"one less":          key(t, "mem_1", "k", "a"),
		"one more":          key(t, "mem_1", "k", "a", "b", nil),
		"joined":            key(t, "mem_1", "k", "ab", ""),
		"the other way":     key(t, "mem_1", "k", "b", "a"),
		"another operation": otherOperation,
	} {
		_, _, err := makeOnce(t.Context(), db, k, nil)
		if !apierr.Is(err, apierr.IdempotencyKeyReused) {
			t.Errorf("%s: have %v, want IDEMPOTENCY_KEY_REUSED", name, err)
		}
	}
	if n := count(t, db); n != 1 {
		t.Errorf("%d things are kept", n)
	}
}

func TestARequestThatWasRefusedLeavesTheKeyFree(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	errRefused := errors.New("refused")
	if _, _, err := makeOnce(t.Context(), db, key(t, "mem_1", "k", "wrong"), errRefused); !errors.Is(err, errRefused) {
		t.Fatal(err)
	}
	if _, made, err := makeOnce(t.Context(), db, key(t, "mem_1", "k", "right"), nil); err != nil || !made {
		t.Errorf("%v, %v, want a new one", made, err)
	}
}

// Of two at the same moment, of which the first is refused, the second takes effect.
func TestAWaitingRequestTakesTheKeyOfOneThatIsRolledBack(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	first, err := db.Ent.Tx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if id, err := key(t, "mem_1", "k").ClaimTx(t.Context(), first, "org_1"); id != "org_1" || err != nil {
		t.Fatal(id, err)
	}
	var made bool
	var group errgroup.Group
	group.Go(func() (err error) {
		_, made, err = makeOnce(t.Context(), db, key(t, "mem_1", "k"), nil)
		return err
	})
	untilSomeoneWaits(t, db)
	if err := first.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := group.Wait(); err != nil || !made {
		t.Errorf("%v, %v, want a new one", made, err)
	}
}

func untilSomeoneWaits(t *testing.T, db *dbtest.DB) {
	t.Helper()
	const q = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		var waits bool
		if err := db.SQL.QueryRowContext(t.Context(), q).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		if waits {
			return
		}
	}
	t.Fatal("nobody waits for the key")
}

func TestARequestWithoutAKeyIsNew(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	for i := range 3 {
		k, err := idempotency.For("mem_1", nil, "createThing", "a")
		if err != nil {
			t.Fatal(k, err)
		}
		if _, found, err := k.Made(t.Context(), db.Ent); found || err != nil {
			t.Error("no key stands for something", err)
		}
		if _, made, err := makeOnce(t.Context(), db, k, nil); err != nil || !made || count(t, db) != i+1 {
			t.Errorf("%v, %v, %d things", made, err, count(t, db))
		}
	}
	if n := db.Ent.IdempotencyKey.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d keys are kept", n)
	}
}

func TestABlankKeyIsRefused(t *testing.T) {
	t.Parallel()
	for _, blank := range []string{"", " ", "\t\n"} {
		_, err := idempotency.For("mem_1", &blank, "createThing")
		if e := apierr.As(err); len(e) != 1 || e[0].Code != apierr.Required || e[0].Field[0] != "idempotencyKey" {
			t.Errorf("%q: have %v, want REQUIRED", blank, err)
		}
	}
}

func TestKeysThatAreTooLong(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	longest, tooLong := strings.Repeat("ä", 127)+"x", strings.Repeat("x", 256)
	k, err := idempotency.For("mem_1", &longest, "createThing")
	if err != nil {
		t.Fatal(k, err)
	}
	if _, made, err := makeOnce(t.Context(), db, k, nil); err != nil || !made {
		t.Error(made, err)
	}
	_, err = idempotency.For("mem_1", &tooLong, "createThing")
	if e := apierr.As(err); len(e) != 1 || e[0].Code != apierr.TooLong || *e[0].Limit != 255 || *e[0].Count != 256 || e[0].Field[0] != "idempotencyKey" {
		t.Errorf("have %v, want TOO_LONG", err)
	}
	if _, err = idempotency.For("mem_1", &longest, "createThing", func() {}); err == nil {
		t.Error("arguments without a fingerprint were taken")
	}
}

func TestColumnsAreWhatClaimTxKeeps(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	k := key(t, "mem_1", "k", "a")
	if _, _, err := makeOnce(t.Context(), db, k, nil); err != nil {
		t.Fatal(err)
	}
	text, fingerprint := k.Columns()
	if row := db.Ent.IdempotencyKey.Query().OnlyX(t.Context()); row.Key != text || string(row.Fingerprint) != string(fingerprint) {
		t.Errorf("kept %v, Columns are %s, %x", row, text, fingerprint)
	}
}

func TestSweepForgetsOldKeys(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	for _, name := range []string{"old", "young"} {
		if _, _, err := makeOnce(t.Context(), db, key(t, "mem_1", name), nil); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := db.SQL.ExecContext(t.Context(), "UPDATE idempotency_keys SET created_at = now() - interval '73 hours' WHERE key = 'old'"); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		age  time.Duration
		kept int
	}{{0, 2}, {74 * time.Hour, 2}, {72 * time.Hour, 1}} {
		if err := idempotency.Sweep(t.Context(), db.Ent, c.age); err != nil {
			t.Fatal(err)
		}
		if n := db.Ent.IdempotencyKey.Query().CountX(t.Context()); n != c.kept {
			t.Errorf("%d keys are kept for %s, want %d", n, c.age, c.kept)
		}
	}
	if _, made, err := makeOnce(t.Context(), db, key(t, "mem_1", "old"), nil); err != nil || !made {
		t.Errorf("%v, %v: a key that was forgotten is new", made, err)
	}
}

func TestWithoutADatabase(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	k := key(t, "mem_1", "k")
	err := database.WithTx(t.Context(), db.Ent, func(tx *ent.Tx) error {
		if err := tx.Rollback(); err != nil {
			return err
		}
		_, err := k.ClaimTx(t.Context(), tx, typeid.New("org"))
		return err
	})
	if err == nil || apierr.As(err) != nil {
		t.Errorf("have %v, want an error of the inside", err)
	}
	if err := db.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	if err := idempotency.Sweep(t.Context(), db.Ent, time.Hour); err == nil {
		t.Error("swept without a database")
	}
}
