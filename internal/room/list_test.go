package room_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
	"pgregory.net/rapid"

	"parley/ent"
	entroom "parley/ent/room"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/page"
	"parley/internal/room"
)

// quiet is a room in which nothing happens any more: it is listed.
type quiet struct {
	id                          string
	createdAt, lastAt, activeAt time.Time
	closed                      bool
}

// at is the time by which a list is ordered.
func (q quiet) at(by room.RoomOrderField) time.Time {
	if by == room.OrderByCreatedAt {
		return q.createdAt
	}
	return q.lastAt
}

// settle makes rooms of Ari's organisation as they are told, and no others.
func (c *town) settle(all []quiet) {
	c.t.Helper()
	var ids, status []string
	var created, last, active []time.Time
	for _, q := range all {
		ids, created, last, active = append(ids, q.id), append(created, q.createdAt), append(last, q.lastAt), append(active, q.activeAt)
		status = append(status, map[bool]string{false: "DRAFT", true: "CLOSED"}[q.closed])
	}
	c.exec(`DELETE FROM rooms`)
	c.exec(`DELETE FROM streams`)
	c.exec(`INSERT INTO streams (id, owner_id, last_at, active_at)
		SELECT n, $1, l, a FROM unnest($2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY u (l, a, n)`, c.ari.OrganizationID(), pq.Array(last), pq.Array(active))
	c.exec(`INSERT INTO rooms (id, name, status, created_at, organization_id, created_by_id, stream_id)
		SELECT id, 'Room', status, created, $1, $2, n FROM unnest($3::text[], $4::text[], $5::timestamptz[]) WITH ORDINALITY u (id, status, created, n)`,
		c.ari.OrganizationID(), c.ari.ID(), pq.Array(ids), pq.Array(status), pq.Array(created))
	c.exec(`ANALYZE`)
}

// question is what a list is asked.
type question struct {
	args   page.Args
	filter room.RoomFilter
	order  room.RoomOrder
}

// Whatever rooms there are, a page has those that it would have if all rooms were sorted.
func TestR18_APageIsThatOfAPlainSort(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	rapid.Check(t, func(r *rapid.T) {
		all := drawRooms(r)
		c.settle(all)
		for range 6 {
			q := drawQuestion(r, all)
			have, err := c.rooms.List(auth.With(t.Context(), c.ari), q.args, &q.filter, &q.order)
			if err != nil {
				r.Fatal(err)
			}
			want, more := plain(all, q)
			var got []string
			for _, n := range have.Nodes() {
				got = append(got, n.ID)
			}
			if !slices.Equal(got, want) {
				r.Fatalf("asked %s\n got %v\nwant %v", q, got, want)
			}
			if has := have.PageInfo.HasNextPage && q.args.Last == nil || have.PageInfo.HasPreviousPage && q.args.Last != nil; has != more {
				r.Fatalf("asked %s: more is %v, want %v", q, has, more)
			}
		}
	})
}

// drawRooms draws up to some hundreds of rooms, more than a page is looked for at first. They are active within minutes
// or days, some at the same time, and what is known of their activity is late by up to what the log allows.
func drawRooms(r *rapid.T) []quiet {
	n := rapid.IntRange(0, 1300).Draw(r, "rooms")
	within := rapid.SampledFrom([]time.Duration{time.Millisecond, eventlog.Stride / 2, 3 * eventlog.Stride, 90 * 24 * time.Hour}).Draw(r, "within")
	late := rapid.SampledFrom([]time.Duration{0, eventlog.Stride / 2, eventlog.Stride}).Draw(r, "late")
	closed := rapid.SampledFrom([]float64{0.01, 0.05, 0.5}).Draw(r, "closed")
	lately := rapid.Bool().Draw(r, "closed ones are the oldest")
	luck := rand.New(rand.NewPCG(1, rapid.Uint64().Draw(r, "seed")))
	begin := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	moment := func(d time.Duration) time.Duration {
		if luck.IntN(4) == 0 {
			return d // many at once
		}
		return time.Duration(luck.Int64N(int64(d)/1000+1)) * time.Microsecond
	}
	all := make([]quiet, n)
	for i := range all {
		lastAt := begin.Add(moment(within))
		all[i] = quiet{
			id: fmt.Sprintf("room_%026d", i), createdAt: begin.Add(-moment(within)), lastAt: lastAt, activeAt: lastAt.Add(-moment(late)),
			closed: luck.Float64() < closed,
		}
		if lately {
			all[i].closed = lastAt.Before(begin.Add(time.Duration(float64(within) * closed)))
		}
	}
	return all
}

func drawQuestion(r *rapid.T, all []quiet) (q question) {
	q.order.Field = rapid.SampledFrom([]room.RoomOrderField{room.OrderByUpdatedAt, room.OrderByUpdatedAt, room.OrderByCreatedAt}).Draw(r, "by")
	q.order.Direction = rapid.SampledFrom([]room.OrderDirection{room.NewestFirst, room.OldestFirst}).Draw(r, "direction")
	if rapid.Bool().Draw(r, "closed ones") {
		q.filter.Status = []entroom.Status{entroom.StatusClosed}
	}
	size := rapid.IntRange(0, 40).Draw(r, "size")
	if q.args.First = &size; rapid.Bool().Draw(r, "from the end") {
		q.args.First, q.args.Last = nil, &size
	}
	if len(all) == 0 {
		return q
	}
	some := rapid.SampledFrom(all)
	cursor := func(name string) *string {
		if !rapid.Bool().Draw(r, name+"?") {
			return nil
		}
		at := some.Draw(r, name)
		text := page.Key{At: at.at(q.order.Field), ID: at.id}.Cursor()
		return &text
	}
	moment := func(name string) *time.Time {
		if rapid.IntRange(0, 3).Draw(r, name+"?") > 0 {
			return nil
		}
		at := some.Draw(r, name).lastAt
		return &at
	}
	q.args.After, q.args.Before = cursor("after"), cursor("before")
	q.filter.UpdatedAfter, q.filter.UpdatedBefore = moment("updated after"), moment("updated before")
	return q
}

// plain answers a question by sorting all rooms, and tells whether there are more in the direction in which it was read.
func plain(all []quiet, q question) (ids []string, more bool) {
	compare := func(a, b quiet) int {
		order := cmp.Or(a.at(q.order.Field).Compare(b.at(q.order.Field)), cmp.Compare(a.id, b.id))
		if q.order.Direction == room.NewestFirst {
			return -order
		}
		return order
	}
	var rest []quiet
	for _, x := range all {
		switch {
		case len(q.filter.Status) > 0 && !x.closed,
			q.filter.UpdatedAfter != nil && !x.lastAt.After(*q.filter.UpdatedAfter),
			q.filter.UpdatedBefore != nil && !x.lastAt.Before(*q.filter.UpdatedBefore),
			q.args.After != nil && compare(x, behind(*q.args.After, q)) <= 0,
			q.args.Before != nil && compare(x, behind(*q.args.Before, q)) >= 0:
		default:
			rest = append(rest, x)
		}
	}
	slices.SortFunc(rest, compare)
	cut := len(rest)
	if q.args.First != nil {
		cut = min(cut, *q.args.First)
		more, rest = cut < len(rest), rest[:cut]
	} else {
		cut = min(cut, *q.args.Last)
		more, rest = cut < len(rest), rest[len(rest)-cut:]
	}
	for _, x := range rest {
		ids = append(ids, x.id)
	}
	return ids, more
}

// behind is the room at a cursor.
func behind(cursor string, q question) quiet {
	k, err := page.ParseKey(cursor)
	if err != nil {
		panic(err)
	}
	return quiet{id: k.ID, createdAt: k.At, lastAt: k.At}
}

func (q question) String() string {
	text := func(s *string) string {
		if s == nil {
			return "-"
		}
		k, _ := page.ParseKey(*s)
		return fmt.Sprint(k)
	}
	return fmt.Sprintf("%v, status %v, updated %v to %v, first %v last %v, after %s, before %s", q.order, q.filter.Status,
		q.filter.UpdatedAfter, q.filter.UpdatedBefore, q.args.First, q.args.Last, text(q.args.After), text(q.args.Before))
}

// What a list shows of its rooms is read for all of them at once.
func TestR18_APageTakesTheSameStatementsHoweverLongItIs(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	var statements atomic.Int64
	counted := ent.NewClient(ent.Log(func(...any) { statements.Add(1) }), ent.Debug(),
		ent.Driver(entsql.OpenDB(dialect.Postgres, c.db.SQL)))
	rooms := c.service(c.db.SQL, counted)
	for range 30 {
		p := c.room("ACTIVE")
		c.exec(`UPDATE streams SET owner_id = $1 WHERE id = $2`, c.ari.OrganizationID(), p.stream)
	}
	ctx := auth.With(t.Context(), c.ari)
	for _, by := range []room.RoomOrderField{room.OrderByUpdatedAt, room.OrderByCreatedAt} {
		var took []int64
		for _, size := range []int{2, 20} {
			statements.Store(0)
			list, err := rooms.List(ctx, page.Args{First: &size}, nil, &room.RoomOrder{Field: by, Direction: room.NewestFirst})
			c.must(err)
			if len(list.Edges) != size {
				t.Fatalf("a page of %d has %d rooms", size, len(list.Edges))
			}
			for _, r := range list.Nodes() {
				c.shown(ctx, rooms, r)
			}
			took = append(took, statements.Load())
		}
		if took[0] != took[1] || took[0] == 0 {
			t.Errorf("by %s, 2 rooms take %d statements and 20 rooms %d", by, took[0], took[1])
		}
	}
}

// shown reads what a list shows of a room.
func (c *town) shown(ctx context.Context, rooms *room.Service, r *ent.Room) {
	c.t.Helper()
	who, err := rooms.Customer(ctx, r)
	c.must(err)
	by, err := rooms.CreatedBy(ctx, r)
	c.must(err)
	at, err := rooms.LastActivityAt(ctx, r)
	c.must(err)
	cursor, err := rooms.LastCursor(ctx, r)
	c.must(err)
	if who == nil || by == nil || at == nil || cursor == "" {
		c.t.Errorf("%s is shown as %v, %v, %v, %q", r.ID, who, by, at, cursor)
	}
}
