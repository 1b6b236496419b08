package search_test

import (
	"fmt"
	"testing"
	"time"

	"parley/internal/dbtest"
	"parley/internal/page"
	"parley/internal/search"
)

// What BenchmarkSearch searches in.
const (
	manyMessages = 1_000_000
	manyRooms    = 100_000
	inLongRoom   = 9_990 // besides those that every room has
)

// BenchmarkSearch searches in a million messages of a hundred thousand rooms, one in a hundred of which is another
// organisation's, for words that are everywhere, rare, or where one does not expect them. It says how fast words were taken
// before, and what a search costs when nothing is new, by how many rooms something happened in lately.
func BenchmarkSearch(b *testing.B) {
	l := setup(b, dbtest.Durable())
	l.furnish(b)
	x := l.index()
	b.Run("take", func(b *testing.B) {
		began := time.Now()
		for n := 0; n < manyMessages+inLongRoom; {
			must[[]page.Key](b)(l.page(b, x, search.InOrganization(l.owner), "none"))
			n = must[int](b)(l.db.Ent.SearchEntry.Query().Count(b.Context()))
		}
		b.ReportMetric(0, "ns/op")
		b.ReportMetric(manyMessages/time.Since(began).Seconds(), "entries/s")
	})
	exec(b, l, `ANALYZE`)
	for _, in := range []struct {
		name  string
		where search.Where
	}{
		{"organisation", search.InOrganization(l.owner)}, {"small-organisation", search.InOrganization("org_small")},
		{"room", search.InStream(1)}, {"long-room", search.InStream(0)},
	} {
		for _, text := range []string{"hello", "hel", "h", "rarissimo", "rarissimo hello", "hello goodbye", "christmas", "nothing"} {
			b.Run("find/"+in.name+"/"+text, func(b *testing.B) {
				for b.Loop() {
					must[[]page.Key](b)(l.page(b, x, in.where, text))
				}
				milliseconds(b)
			})
		}
	}
	b.Run("count/hello", func(b *testing.B) {
		for b.Loop() {
			must[int](b)(x.Count(b.Context(), search.InOrganization(l.owner), "'hello':*"))
		}
		milliseconds(b)
	})
	for _, active := range []int{0, 1000, 10_000} {
		exec(b, l, `UPDATE streams SET active_at = now(), last_at = now() WHERE id < $1`, active)
		b.Run(fmt.Sprintf("nothing-new/active=%d", active), func(b *testing.B) {
			for b.Loop() {
				must[[]page.Key](b)(l.page(b, x, search.InOrganization("nobody"), "hello"))
			}
			milliseconds(b)
		})
	}
}

func milliseconds(b *testing.B) {
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N), "ms/op")
}

// page is the first page of what is found.
func (l *library) page(b *testing.B, x *search.Index, where search.Where, text string) ([]page.Key, error) {
	q, err := x.Query(b.Context(), text)
	if err != nil {
		return nil, err
	}
	w, err := page.Args{}.Keyset(100)
	if err != nil {
		return nil, err
	}
	return x.Find(b.Context(), where, q, w)
}

// furnish writes the messages, over a month: half say hello, the others goodbye, those of the first ten days speak of
// christmas, and few of what is rare. One room has ten thousand of them.
func (l *library) furnish(b *testing.B) {
	b.Helper()
	exec(b, l, `INSERT INTO streams (id, owner_id, last_seq, last_at, active_at)
		SELECT n, CASE WHEN n % 100 = 99 THEN 'org_small' ELSE $1 END, CASE n WHEN 0 THEN 10 + $3::bigint ELSE 10 END, now() - interval '1 day', now() - interval '1 day'
		FROM generate_series(0, $2::bigint - 1) n`, l.owner, manyRooms, inLongRoom)
	const word = `to_hex((20000 * power(random(), 3))::int * 7919)`
	for slice := range manyMessages / 100_000 {
		exec(b, l, `INSERT INTO events (id, stream_id, seq, kind, side, actor_id, at, body)
			SELECT 'msg_' || lpad(n::text, 26, '0'), n % $2::bigint, 1 + n / $2::bigint, 'TEXT', 'MEMBER', 'mem_1', now() - interval '30 days' + n * interval '2 seconds',
				concat_ws(' ', 'Thank you for waiting', `+word+`, `+word+`, `+word+`, `+word+`, `+word+`, `+word+`,
					CASE n % 2 WHEN 0 THEN 'hello' ELSE 'goodbye' END, CASE WHEN n % 50000 = 7 THEN 'rarissimo' END, CASE WHEN n < 300000 THEN 'christmas' END)
			FROM generate_series($1::bigint * 100000, $1::bigint * 100000 + 99999) n`, slice, manyRooms)
	}
	exec(b, l, `INSERT INTO events (id, stream_id, seq, kind, side, actor_id, at, body)
		SELECT 'evt_' || lpad(n::text, 26, '0'), 0, n, 'TEXT', 'MEMBER', 'mem_1', now() - interval '30 days' + n * interval '3 minutes', 'hello in a long room ' || n
		FROM generate_series(11, 10 + $1::bigint) n`, inLongRoom)
	exec(b, l, `ANALYZE`)
}
