package eventlog_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/database"
	"parley/internal/eventlog"
)

// merge moves one stream into another, as a domain does: it tells both, and ends the first.
func (b *bundle) merge(ctx context.Context, from, into int64) error {
	return database.WithTx(ctx, b.db.Ent, func(tx *ent.Tx) error {
		if _, err := b.log.MoveTx(ctx, tx, from, into); err != nil {
			return err
		}
		told, err := b.log.AppendTx(ctx, tx, into, eventlog.Entry{Kind: "MERGED", Side: "SYSTEM"})
		if err != nil {
			return err
		}
		if _, err := b.log.AppendTx(ctx, tx, from, eventlog.Entry{Kind: "MERGED", Side: "SYSTEM"}); err != nil {
			return err
		}
		return b.log.ContinueTx(ctx, tx, from, into, told[0].Seq)
	})
}

// say appends to a stream.
func (b *bundle) say(ctx context.Context, stream int64, entries ...eventlog.Entry) ([]eventlog.Event, error) {
	var events []eventlog.Event
	err := database.WithTx(ctx, b.db.Ent, func(tx *ent.Tx) (err error) {
		events, err = b.log.AppendTx(ctx, tx, stream, entries...)
		return err
	})
	return events, err
}

func (b *bundle) must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// all reads a whole stream.
func (b *bundle) all(t rapid.TB, stream, after int64) []eventlog.Event {
	t.Helper()
	var events []eventlog.Event
	for {
		some, err := b.log.Read(context.Background(), stream, after, 1<<60)
		b.must(t, err)
		if len(some) == 0 {
			return events
		}
		events = append(events, some...)
		after = some[len(some)-1].Seq
	}
}

func told(events []eventlog.Event) string {
	var all []string
	for _, e := range events {
		if e.Body == "" {
			e.Body = e.Kind
		}
		all = append(all, e.Body)
	}
	return strings.Join(all, " ")
}

func TestMovedEntriesAreInBothLogs(t *testing.T) {
	t.Parallel()
	b := setup(t)
	from, into := b.newStream(t), b.newStream(t)
	_, err := b.say(t.Context(), into, text("a1"))
	b.must(t, err)
	before, err := b.say(t.Context(), from, text("b1"), eventlog.Entry{Kind: "OTHER", Side: "MEMBER"}, text("b2"))
	b.must(t, err)
	_, err = b.say(t.Context(), into, text("a2"))
	b.must(t, err)
	b.must(t, b.merge(t.Context(), from, into))
	_, err = b.say(t.Context(), into, text("a3"))
	b.must(t, err)

	if got := told(b.all(t, from, 0)); got != "b1 OTHER b2 MERGED" {
		t.Errorf("the first log says %s", got)
	}
	for i, e := range b.all(t, from, 0)[:3] {
		if e != before[i] {
			t.Errorf("%+v has become %+v", before[i], e)
		}
	}
	if got := told(b.all(t, into, 0)); got != "a1 a2 b1 b2 MERGED a3" {
		t.Errorf("the other log says %s", got)
	}
	timeline, err := b.log.Messages(t.Context(), into, nil, nil, 9, false)
	b.must(t, err)
	if got := told(timeline); got != "a1 b1 b2 a2 a3" {
		t.Errorf("in order of time: %s", got)
	}
	if left, err := b.log.Messages(t.Context(), from, nil, nil, 9, false); len(left) != 0 || err != nil {
		t.Errorf("left in the first timeline: %v %v", left, err)
	}
	if _, err := b.say(t.Context(), from, text("late")); err == nil {
		t.Error("the first stream takes more")
	}
	if err := b.merge(t.Context(), b.newStream(t), from); err == nil {
		t.Error("a stream that has ended takes another")
	}
}

func TestWhoFollowsEitherStreamMissesNothingOfAMerge(t *testing.T) {
	t.Parallel()
	b := setup(t)
	run(t, b.log)
	from, into := b.newStream(t), b.newStream(t)
	stays, goes := b.log.Follow(into, 0), b.log.Follow(from, 0)
	defer stays.Close()
	defer goes.Close()
	for i := range 20 {
		_, err := b.say(t.Context(), from, text(fmt.Sprint("b", i)))
		b.must(t, err)
		_, err = b.say(t.Context(), into, text(fmt.Sprint("a", i)))
		b.must(t, err)
	}
	b.must(t, b.merge(t.Context(), from, into))
	for f, n := range map[*eventlog.Follower]int{stays: 41, goes: 21} {
		var got []eventlog.Event
		for len(got) < n {
			some, err := f.Next(t.Context())
			b.must(t, err)
			got = append(got, some...)
		}
		if last := got[len(got)-1]; len(got) != n || last.Kind != "MERGED" || last.Seq != int64(n) {
			t.Errorf("%d events, the last one %+v", len(got), last)
		}
	}
}

// Streams merge in any order, while there is written into them. Whoever has read one up to some place, goes on in the one
// that it has become from there, and gets every entry that is new to them, once.
func TestACursorLeadsOnThroughMerges(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rapid.Check(t, func(t *rapid.T) {
		ctx := context.Background()
		streams := []int64{b.stream0(t), b.stream0(t), b.stream0(t), b.stream0(t)}
		survivor := map[int64]int64{}
		standing := func(s int64) int64 {
			for survivor[s] != 0 {
				s = survivor[s]
			}
			return s
		}
		written := map[int64][]eventlog.Event{} // in a stream, by those who wrote there
		n := 0
		for range rapid.IntRange(1, 15).Draw(t, "steps") {
			s := standing(rapid.SampledFrom(streams).Draw(t, "stream"))
			if into := standing(rapid.SampledFrom(streams).Draw(t, "into")); into != s && rapid.IntRange(0, 3).Draw(t, "merge") == 0 {
				b.must(t, b.merge(ctx, s, into))
				survivor[s] = into
				continue
			}
			n++
			entry := text(fmt.Sprint("m", n))
			if rapid.Bool().Draw(t, "other") {
				entry = eventlog.Entry{Kind: "OTHER", Side: "MEMBER"}
			}
			events, err := b.say(ctx, s, entry)
			b.must(t, err)
			written[s] = append(written[s], events...)
		}
		from := rapid.SampledFrom(streams).Draw(t, "from")
		log := b.all(t, from, 0)
		place := int64(rapid.IntRange(0, len(log)).Draw(t, "place"))
		to := standing(from)
		head := int64(len(b.all(t, to, 0)))
		start, err := b.log.Place(ctx, b.log.Cursor(from, place), to, head)
		b.must(t, err)
		read := messages(log[:place])
		onward := messages(b.all(t, to, start))
		if to == from {
			if got, want := strings.Join(append(read, onward...), " "), strings.Join(messages(log), " "); got != want {
				t.Fatalf("read %s, want %s", got, want)
			}
			return
		}
		for _, m := range onward {
			if slices.Contains(read, m) {
				t.Fatalf("%s comes twice: read %v, then %v", m, read, onward)
			}
		}
		for _, m := range messages(log[place:]) { // of the stream itself, all comes
			if !slices.Contains(onward, m) {
				t.Fatalf("%s is lost: read %v of %v, then %v", m, read, messages(log), onward)
			}
		}
	})
}

func (b *bundle) stream0(t rapid.TB) (id int64) {
	t.Helper()
	b.must(t, database.WithTx(context.Background(), b.db.Ent, func(tx *ent.Tx) (err error) {
		id, err = eventlog.CreateTx(context.Background(), tx, "owner")
		return err
	}))
	return id
}

func messages(events []eventlog.Event) (bodies []string) {
	for _, e := range events {
		if e.Body != "" {
			bodies = append(bodies, e.Body)
		}
	}
	return bodies
}

func TestAForeignCursorLeadsNowhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	from, into, other := b.newStream(t), b.newStream(t), b.newStream(t)
	_, err := b.say(t.Context(), from, text("b1"))
	b.must(t, err)
	b.must(t, b.merge(t.Context(), from, into))
	for cursor, code := range map[string]apierr.Code{
		b.log.Cursor(other, 0): apierr.BadUserInput, b.log.Cursor(12345, 1): apierr.BadUserInput, "x": apierr.BadUserInput,
		b.log.Cursor(into, 4): apierr.CursorExpired, b.log.Cursor(from, 3): apierr.CursorExpired,
	} {
		if _, err := b.log.Place(t.Context(), cursor, into, 2); !apierr.Is(err, code) {
			t.Errorf("%s: %v, want %s", cursor, err, code)
		}
	}
}

// A page of a timeline of 100,000 entries, half of which came in by a merge, is read from the index, wherever it is: no
// more is looked at than what it shows.
func TestEveryPageOfATimelineCostsTheSame(t *testing.T) {
	t.Parallel()
	b := setup(t)
	from, half := b.newStream(t), 50_000
	b.fill(t, half)
	into := b.stream
	b.stream = from
	b.fill(t, half)
	b.must(t, b.merge(t.Context(), from, into))
	if _, err := b.db.SQL.ExecContext(t.Context(), `ANALYZE events`); err != nil {
		t.Fatal(err)
	}
	events, err := b.log.Messages(t.Context(), into, nil, nil, 100_000, false)
	b.must(t, err)
	if n := len(events); n != 2*half {
		t.Fatalf("the timeline has %d entries", n)
	}
	came := slices.DeleteFunc(slices.Clone(events), func(e eventlog.Event) bool { return e.Seq <= int64(half) })
	for i, e := range came {
		if e.Seq != int64(half+1+i) || e.Body != fmt.Sprintf("entry %d", i+1) {
			t.Fatalf("at place %d of those that came in is %q, at place %d of the log", i+1, e.Body, e.Seq)
		}
	}
	moment := func(i int) *eventlog.Moment { return &eventlog.Moment{At: events[i].At, Seq: events[i].Seq} }
	for name, c := range map[string]struct {
		after, before *eventlog.Moment
		backward      bool
	}{
		"first": {}, "last": {backward: true}, "second": {after: moment(100)}, "in the middle": {after: moment(half)},
		"near the end": {after: moment(99_000)}, "before": {before: moment(70_000), backward: true},
	} {
		q, args := eventlog.Timeline(into, c.after, c.before, 101, c.backward)
		rows, err := b.db.SQL.QueryContext(t.Context(), `EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF, SUMMARY OFF) `+q, args...)
		b.must(t, err)
		var plan string
		for rows.Next() {
			var line string
			b.must(t, rows.Scan(&line))
			plan += line + "\n"
		}
		b.must(t, rows.Err())
		if !strings.Contains(plan, "using event_messages on events (actual rows=101") || strings.Contains(plan, "Sort") || strings.Contains(plan, "Removed by Filter") {
			t.Errorf("the %s page is read so:\n%s", name, plan)
		}
	}
}
