package search_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/internal/database"
	"parley/internal/page"
	"parley/internal/search"
)

// Who has been answered finds what they wrote, whoever else writes and takes words at that moment.
func TestR18_WritersFindWhatTheyWroteAtOnce(t *testing.T) {
	t.Parallel()
	l := setup(t)
	processes := []*search.Index{l.index(), l.index(), l.index()}
	background, stop := context.WithCancel(t.Context())
	var running errgroup.Group
	for _, x := range processes {
		running.Go(func() error { return x.Run(background) })
	}
	busy := must[int64](t)(l.stream(t.Context()))
	var writers errgroup.Group
	for w := range 8 {
		writers.Go(func() error {
			own, err := l.stream(t.Context())
			for i := 0; i < 20 && err == nil; i++ {
				err = l.writeAndFind(t.Context(), []int64{own, busy}[i%2], processes[(w+i)%3], fmt.Sprintf("w%dn%d", w, i))
			}
			return err
		})
	}
	if err := writers.Wait(); err != nil {
		t.Error(err)
	}
	stop()
	if err := running.Wait(); err != nil {
		t.Error(err)
	}
}

func (l *library) writeAndFind(ctx context.Context, stream int64, x *search.Index, word string) error {
	wrote, err := l.write(ctx, stream, "Something with "+word)
	if err != nil {
		return err
	}
	found, err := l.find(ctx, x, "some "+word)
	if err == nil && !slices.Contains(found, wrote[0]) {
		err = fmt.Errorf("%s is not among %d that are found", word, len(found))
	}
	return err
}

// Of several processes one takes words, and the others wait until it has: each would do what the others do.
func TestOneProcessTakesWordsAtATime(t *testing.T) {
	t.Parallel()
	l := setup(t)
	stream := must[int64](t)(l.stream(t.Context()))
	if err := l.writeAndFind(t.Context(), stream, l.index(), "first"); err != nil {
		t.Fatal(err)
	}
	inTheWay := must[*sql.Tx](t)(l.db.SQL.BeginTx(t.Context(), nil))
	t.Cleanup(func() { _ = inTheWay.Rollback() })
	must[sql.Result](t)(inTheWay.ExecContext(t.Context(), `SELECT FROM search_streams FOR UPDATE`))
	patient := must[*sql.DB](t)(database.Open(t.Context(), l.db.URL, database.Options{Lock: longEnough, Statement: longEnough}))
	t.Cleanup(func() { _ = patient.Close() })
	const processes = 3
	var finders errgroup.Group
	for i := range processes {
		finders.Go(func() error {
			return l.writeAndFind(t.Context(), stream, search.New(database.Client(patient), nil), fmt.Sprint("word", i))
		})
	}
	const waiting = `SELECT count(*), count(*) FILTER (WHERE wait_event = 'advisory') FROM pg_stat_activity
		WHERE datname = current_database() AND wait_event_type = 'Lock'`
	until(t, "one process to take words, and the others to wait for their turn", func() bool {
		var all, forTheirTurn int
		if err := l.db.SQL.QueryRowContext(t.Context(), waiting).Scan(&all, &forTheirTurn); err != nil {
			t.Fatal(err)
		}
		return all == processes && forTheirTurn == processes-1
	})
	if err := inTheWay.Rollback(); err != nil {
		t.Error(err)
	}
	if err := finders.Wait(); err != nil {
		t.Error(err)
	}
}

// In the background words are taken without a search.
func TestWordsAreTakenWhileNobodySearches(t *testing.T) {
	t.Parallel()
	l := setup(t)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.index().Run(ctx) }()
	must[[]string](t)(l.write(t.Context(), must[int64](t)(l.stream(t.Context())), "one", "two"))
	l.await(t, 2)
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// await waits until the words of so many entries have been taken.
func (l *library) await(t *testing.T, want int) {
	t.Helper()
	until(t, fmt.Sprintf("the words of %d entries to be taken", want), func() bool {
		return must[int](t)(l.db.Ent.SearchEntry.Query().Count(t.Context())) >= want
	})
}

// until waits for what nobody tells of.
func until(t *testing.T, what string, there func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for late := time.Now().Add(longEnough); !there(); <-tick.C {
		if time.Now().After(late) {
			t.Fatal("waited in vain for " + what)
		}
	}
}

// A batch for which a statement has no time is taken in parts.
func TestWhatTakesTooLongIsTakenInParts(t *testing.T) {
	t.Parallel()
	l := setup(t)
	stream := must[int64](t)(l.stream(t.Context()))
	var long strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&long, "word%d ", i)
	}
	const many = 400
	must[[]string](t)(l.write(t.Context(), stream, slices.Repeat([]string{long.String()}, many)...))
	hasty := must[*sql.DB](t)(database.Open(t.Context(), l.db.URL, database.Options{Statement: 150 * time.Millisecond}))
	t.Cleanup(func() { _ = hasty.Close() })
	x := search.New(database.Client(hasty), nil)
	for late := time.Now().Add(longEnough); ; {
		found, err := l.find(t.Context(), x, "word1499")
		if len(found) == many {
			return
		}
		if err != nil && !database.Busy(err) || time.Now().After(late) {
			t.Fatalf("%d are found: %v", len(found), err)
		}
	}
}

// Where there is more to take than a search waits for, it finds the newest.
func TestR18_TheNewestIsFoundWhateverTheBacklog(t *testing.T) {
	t.Parallel()
	l := setup(t)
	old := must[int64](t)(l.stream(t.Context()))
	exec(t, l, `INSERT INTO events (id, stream_id, seq, kind, side, at, body)
		SELECT 'msg_' || lpad(n::text, 26, '0'), $1, n, 'TEXT', 'MEMBER', now(), 'old words ' || n FROM generate_series(1, 20000) n`, old)
	exec(t, l, `UPDATE streams SET last_seq = 20000, last_at = now() - interval '1 day', active_at = now() - interval '1 day' WHERE id = $1`, old)
	x := l.index()
	x.SetBatch(1)
	if err := l.writeAndFind(t.Context(), must[int64](t)(l.stream(t.Context())), x, "new"); err != nil {
		t.Error(err)
	}
}

func TestOneStream(t *testing.T) {
	t.Parallel()
	l := setup(t)
	x, one, two := l.index(), must[int64](t)(l.stream(t.Context())), must[int64](t)(l.stream(t.Context()))
	want := must[[]string](t)(l.write(t.Context(), one, "here", "here again"))
	must[[]string](t)(l.write(t.Context(), two, "here not"))
	q := must[search.Query](t)(x.Query(t.Context(), "here"))
	w := must[page.Keyset](t)(page.Args{}.Keyset(100))
	found := must[[]page.Key](t)(x.Find(t.Context(), search.InStream(one), q, w))
	if len(found) != 2 || !slices.Contains(want, found[0].ID) || !slices.Contains(want, found[1].ID) {
		t.Errorf("found %v, want %v", found, want)
	}
	if n := must[int](t)(x.Count(t.Context(), search.InStream(one), q)); n != 2 {
		t.Errorf("there are %d", n)
	}
}

// What is a word does not depend on where PostgreSQL sees addresses, paths, numbers and tags.
func TestWords(t *testing.T) {
	t.Parallel()
	x := setup(t).index()
	for text, want := range map[string]string{
		"":                          "",
		`&|!():*<->'\`:              "",
		"Hel wor hel":               "'hel':* & 'wor':*",
		"ada@x.com":                 "'ada':* & 'com':* & 'x':*",
		"<b>bold</b> &amp; a/b 1.5": "'1':* & '5':* & 'a':* & 'amp':* & 'b':* & 'bold':*",
		"-12 +44 12-34":             "'12':* & '34':* & '44':*",
		"ÄRGER 你好，世界 Ünï":           "'ärger':* & 'ünï':* & '世界':* & '你好':*",
		strings.Repeat("x", 3000):   "",
	} {
		if got := must[search.Query](t)(x.Query(t.Context(), text)); string(got) != want {
			t.Errorf("%q has the words %s, want %s", text, got, want)
		}
	}
}

func TestASearchEndsWithItsClient(t *testing.T) {
	t.Parallel()
	l := setup(t)
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := l.find(gone, l.index(), "word"); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v", err)
	}
}
