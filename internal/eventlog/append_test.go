package eventlog_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	"parley/internal/database"
	"parley/internal/eventlog"
)

func TestAppendTxReturnsWhatIsKept(t *testing.T) {
	t.Parallel()
	b := setup(t)
	events, err := b.append(t.Context(), b.log, false,
		eventlog.Entry{Kind: "TEXT", Side: "CUSTOMER", ActorID: "cus_1", Body: "häl\nlo"},
		eventlog.Entry{Kind: "ROOM_CLOSED", Side: "SYSTEM", Data: `{"a":1}`})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(events[0].ID, "evt_") || events[0].ID == events[1].ID {
		t.Errorf("ids are %s and %s", events[0].ID, events[1].ID)
	}
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	if kept := collect(t, f, 0, 2); !reflect.DeepEqual(kept, events) {
		t.Errorf("kept    %+v\nreturned %+v", kept, events)
	}
}

// Whoever looks, whenever: what is seen has no gap, and only grows at its end.
func TestOrderOfSixteenAppendersThatRollBackAtRandom(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const appenders, rounds = 16, 12
	var kept atomic.Int64
	var writers errgroup.Group
	for range appenders {
		writers.Go(func() error {
			for range rounds {
				entries := make([]eventlog.Entry, 1+rand.IntN(3))
				for i := range entries {
					entries[i] = text("hello")
				}
				events, err := b.append(t.Context(), b.log, rand.IntN(3) == 0, entries...)
				if errors.Is(err, errRollBack) {
					continue
				}
				if err != nil {
					return err
				}
				kept.Add(int64(len(events)))
			}
			return nil
		})
	}
	watched, stop := context.WithCancel(t.Context())
	var watcher errgroup.Group
	watcher.Go(func() error { return watchForGaps(watched, b) })
	if err := writers.Wait(); err != nil {
		t.Error(err)
	}
	stop()
	if err := watcher.Wait(); err != nil {
		t.Error(err)
	}
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	last := time.Time{}
	for _, e := range collect(t, f, 0, kept.Load()) {
		if e.At.Before(last) {
			t.Errorf("event %d is of %s, the one before of %s", e.Seq, e.At, last)
		}
		last = e.At
	}
	if last := b.lastSeq(t); last != kept.Load() {
		t.Errorf("the stream is at %d after %d events", last, kept.Load())
	}
}

// watchForGaps looks at a stream until the context ends.
func watchForGaps(ctx context.Context, b *bundle) error {
	for {
		var gap bool
		err := b.db.SQL.QueryRowContext(ctx,
			"SELECT count(*) <> coalesce(max(seq), 0) FROM events WHERE stream_id = $1", b.stream).Scan(&gap)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			return err
		case gap:
			return errors.New("a gap was seen: an event was committed before one with a smaller number")
		}
	}
}

func TestAppendTxWaitsForTheOneBefore(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		end  func(*ent.Tx) error
		want int64
	}{
		"that commits":    {(*ent.Tx).Commit, 2},
		"that rolls back": {(*ent.Tx).Rollback, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			first, err := b.db.Ent.Tx(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := b.log.AppendTx(t.Context(), first, b.stream, text("first")); err != nil {
				t.Fatal(err)
			}
			var second []eventlog.Event
			var group errgroup.Group
			group.Go(func() (err error) {
				second, err = b.append(t.Context(), b.log, false, text("second"))
				return err
			})
			b.untilSomeoneWaits(t)
			if err := c.end(first); err != nil {
				t.Fatal(err)
			}
			if err := group.Wait(); err != nil {
				t.Fatal(err)
			}
			if second[0].Seq != c.want {
				t.Errorf("the second is %d, want %d", second[0].Seq, c.want)
			}
		})
	}
}

// untilSomeoneWaits returns when a statement waits for a lock.
func (b *bundle) untilSomeoneWaits(t *testing.T) {
	t.Helper()
	const q = `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`
	for end := time.Now().Add(patience); time.Now().Before(end); {
		var waits bool
		if err := b.db.SQL.QueryRowContext(t.Context(), q).Scan(&waits); err != nil {
			t.Fatal(err)
		}
		if waits {
			return
		}
	}
	t.Fatal("nobody waits for the stream")
}

func TestNothingIsAppendedAfterTheSeal(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var appended atomic.Int64
	var group errgroup.Group
	for range 8 {
		group.Go(func() error {
			for range 1000 {
				_, err := b.append(t.Context(), b.log, false, text("hello"))
				if errors.Is(err, eventlog.ErrSealed) {
					return nil
				}
				if err != nil {
					return err
				}
				appended.Add(1)
			}
			return errors.New("appended and appended, and the stream was not sealed")
		})
	}
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	collect(t, f, 0, 20) // the race is on
	var sealedAt int64
	err := database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		events, err := b.log.AppendTx(t.Context(), tx, b.stream, text("the end"))
		if err != nil {
			return err
		}
		sealedAt = events[0].Seq
		return eventlog.SealTx(t.Context(), tx, b.stream)
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if last := b.lastSeq(t); last != sealedAt || last != appended.Load()+1 {
		t.Errorf("sealed at %d, the stream is at %d after %d events", sealedAt, last, appended.Load()+1)
	}
}

func TestAppendTxAfterSealTxInTheSameTransaction(t *testing.T) {
	t.Parallel()
	b := setup(t)
	err := database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		if err := eventlog.SealTx(t.Context(), tx, b.stream); err != nil {
			return err
		}
		_, err := b.log.AppendTx(t.Context(), tx, b.stream, text("late"))
		return err
	})
	if !errors.Is(err, eventlog.ErrSealed) {
		t.Errorf("have %v, want ErrSealed", err)
	}
}

// What is rung before it is committed is looked for too early, and then by nobody. (Run, which would find it, does not run.)
func TestFollowersAreRungAfterTheCommit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const slowCommit = `CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.2); RETURN NULL; END';
		CREATE CONSTRAINT TRIGGER wait AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION wait()`
	if _, err := b.db.SQL.ExecContext(t.Context(), slowCommit); err != nil {
		t.Fatal(err)
	}
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	b.mustAppend(t, 1)
	collect(t, f, 0, 1)
}

func BenchmarkAppend(b *testing.B) {
	s := setup(b)
	for b.Loop() {
		if _, err := s.append(b.Context(), s.log, false, text("hello")); err != nil {
			b.Fatal(err)
		}
	}
}

func TestWhatIsForgottenLeavesItsPlaces(t *testing.T) {
	t.Parallel()
	b := setup(t)
	said, other := b.mustAppend(t, 2*eventlog.ForgetAtOnce+1), b.stream
	b.stream = b.newStream(t)
	kept := b.mustAppend(t, 1)
	f := b.log.Follow(other, 0)
	defer f.Close()
	err := database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		return eventlog.ForgetTx(t.Context(), tx, other, int64(len(said)-1))
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range collect(t, f, 0, int64(len(said))) {
		last := i == len(said)-1
		if e.ID != said[i].ID || e.ActorID != said[i].ActorID || (e.Body != "") != last {
			t.Errorf("event %d of %d is %+v", i, len(said), e)
		}
	}
	if e, found, err := b.log.Message(t.Context(), kept[0].ID); err != nil || !found || e.Body == "" {
		t.Errorf("of another stream: %+v %v", e, err)
	}
}
