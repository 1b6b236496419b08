package eventlog_test

import (
	"slices"
	"testing"
	"time"

	"parley/ent"
	"parley/internal/database"
	"parley/internal/eventlog"
)

func TestAListenerIsToldOfEveryStreamThatGrows(t *testing.T) {
	t.Parallel()
	w := &wire{}
	here, there := eventlog.NewBeside(w.port()), eventlog.NewBeside(w.port())
	var heardHere, heardThere []int64
	here.Listen(eventlog.Listener{Grown: func(id int64) { heardHere = append(heardHere, id) }, Ended: func(error) {}})
	there.Listen(eventlog.Listener{Grown: func(id int64) { heardThere = append(heardThere, id) }, Ended: func(error) {}})
	here.Posted(eventlog.Event{Stream: 7, Seq: 1}, eventlog.Event{Stream: 7, Seq: 2})
	there.Posted(eventlog.Event{Stream: 8, Seq: 1})
	if want := []int64{7, 8}; !slices.Equal(heardHere, want) || !slices.Equal(heardThere, want) {
		t.Errorf("heard %v here and %v there", heardHere, heardThere)
	}
}

func TestAnAppendIsHeardAfterItsCommit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var heard []int64
	b.log.Listen(eventlog.Listener{Grown: func(id int64) { heard = append(heard, id) }, Ended: func(error) {}})
	if _, err := b.append(t.Context(), b.log, true, text("rolled back")); err == nil || len(heard) > 0 {
		t.Errorf("heard %v %v", heard, err)
	}
	b.mustAppend(t, 2)
	if !slices.Equal(heard, []int64{b.stream}) {
		t.Errorf("heard %v", heard)
	}
}

func (b *bundle) horizon(t *testing.T) eventlog.Horizon {
	t.Helper()
	h, err := b.log.Horizon(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// What a transaction has written shows when it commits, with a time from before.
func TestThePastIsSettledUpToTheOldestThatWrites(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if h := b.horizon(t); !h.Settled.Equal(h.Now) {
		t.Errorf("where nobody writes %s of %s are settled", h.Settled, h.Now)
	}
	reading, err := b.db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = reading.Rollback() }()
	if _, err := reading.ExecContext(t.Context(), `SELECT count(*) FROM events`); err != nil {
		t.Fatal(err)
	}
	if h := b.horizon(t); !h.Settled.Equal(h.Now) {
		t.Errorf("where somebody reads %s of %s are settled", h.Settled, h.Now)
	}
	var written time.Time
	err = database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		events, err := b.log.AppendTx(t.Context(), tx, b.stream, text("held"))
		if err != nil {
			return err
		}
		written = events[0].At
		other := &bundle{db: b.db, log: b.log, stream: b.newStream(t)}
		later := other.mustAppend(t, 1)[0].At
		for range 2 {
			if h := b.horizon(t); h.Settled.After(written) || !h.Now.After(later) {
				t.Errorf("%s of %s are settled, and at %s something is being written", h.Settled, h.Now, written)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if h := b.horizon(t); !h.Settled.After(written) {
		t.Errorf("after the commit %s are settled", h.Settled)
	}
}

func TestStreamsThatHaveGrownComeInOrderOfTime(t *testing.T) {
	t.Parallel()
	b := setup(t)
	begin := b.horizon(t).Now
	var streams []int64
	for range 3 {
		b.stream = b.newStream(t)
		streams = append(streams, b.stream)
	}
	for _, which := range []int{1, 0, 1} { // and nothing in the third
		b.stream = streams[which]
		b.mustAppend(t, 1)
	}
	grown, err := b.log.Grown(t.Context(), map[string]time.Time{"owner": begin, "nobody": begin})
	if err != nil {
		t.Fatal(err)
	}
	if len(grown) != 2 || grown[0].Stream != streams[0] || grown[1].Stream != streams[1] || grown[1].Seq != 2 ||
		grown[1].Owner != "owner" || grown[1].ActorID != "mem_1" {
		t.Errorf("grown are %+v", grown)
	}
	some, err := b.log.GrownBetween(t.Context(), "owner", begin, grown[0].At)
	if err != nil || len(some) != 1 || some[0] != grown[0] {
		t.Errorf("up to the first are %+v %v", some, err)
	}
	some, err = b.log.GrownBetween(t.Context(), "owner", grown[0].At, grown[1].At)
	if err != nil || len(some) != 1 || some[0] != grown[1] {
		t.Errorf("behind the first are %+v %v", some, err)
	}
	owners, err := b.log.Owners(t.Context(), append(streams, 1))
	if err != nil || len(owners) != 3 || owners[streams[2]] != "owner" {
		t.Errorf("the owners are %v %v", owners, err)
	}
}

// A page ends between two times, however many streams are of one.
func TestStreamsOfOneTimeComeTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const q = `INSERT INTO streams (id, owner_id, last_seq, last_at, active_at)
		SELECT n, 'owner', 1, to_timestamp(1000 + n / 700), to_timestamp(1000 + n / 700) FROM generate_series(1, 2000) n`
	if _, err := b.db.SQL.ExecContext(t.Context(), q); err != nil {
		t.Fatal(err)
	}
	seen := map[int64]bool{}
	for after := time.Unix(900, 0); ; {
		page, err := b.log.GrownBetween(t.Context(), "owner", after, time.Unix(1_000_000, 0))
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, g := range page {
			if seen[g.Stream] {
				t.Errorf("stream %d came twice", g.Stream)
			}
			seen[g.Stream] = true
		}
		after = page[len(page)-1].At
	}
	if len(seen) != 2000 {
		t.Errorf("%d came", len(seen))
	}
}
