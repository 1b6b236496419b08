package room_test

import (
	"context"
	"database/sql"
	_ "embed"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/member"
	entroom "parley/ent/room"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/page"
	"parley/internal/presence"
	"parley/internal/room"
	"parley/internal/throttle"
)

//go:embed testdata/listing.sql
var listingSQL string

// BenchmarkList lists rooms of an organisation that has 100,000 of them, with 1,000,000 messages: from the start and
// from the middle, and by each filter alone. It reports the median time in each order, and of counting.
func BenchmarkList(b *testing.B) {
	rooms, db := newBranch(b)
	ctx := auth.With(b.Context(), auth.Viewer{Member: &ent.Member{ID: "mem_0", OrganizationID: "org_bench", Role: member.RoleAgent}})
	for _, c := range listings(b, db) {
		b.Run(c.name, func(b *testing.B) {
			took := map[string][]time.Duration{}
			measure := func(what string, do func()) {
				began := time.Now()
				do()
				took[what] = append(took[what], time.Since(began))
			}
			for b.Loop() {
				for name, order := range orders {
					measure(name, func() { _ = c.list(ctx, b, rooms, order) })
				}
				list := c.list(ctx, b, rooms, room.RoomOrder{Field: room.OrderByCreatedAt})
				measure("count", func() {
					_, err := list.TotalCount(ctx)
					must(b, err)
				})
			}
			b.ReportMetric(0, "ns/op") // an op is all of them, which says nothing
			for what, times := range took {
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, what+"-ms")
			}
		})
	}
}

var orders = map[string]room.RoomOrder{
	"updated-desc": {Field: room.OrderByUpdatedAt, Direction: room.NewestFirst},
	"updated-asc":  {Field: room.OrderByUpdatedAt, Direction: room.OldestFirst},
	"created-desc": {Field: room.OrderByCreatedAt, Direction: room.NewestFirst},
	"created-asc":  {Field: room.OrderByCreatedAt, Direction: room.OldestFirst},
}

func (a asking) list(ctx context.Context, b *testing.B, rooms *room.Service, order room.RoomOrder) *room.RoomConnection {
	b.Helper()
	list, err := rooms.List(ctx, a.args, &a.filter, &order)
	must(b, err)
	return list
}

// newBranch is a service with the rooms of listing.sql.
func newBranch(b *testing.B) (*room.Service, *sql.DB) {
	b.Helper()
	db := dbtest.New(b)
	slow, err := database.Open(b.Context(), db.URL, database.Options{Statement: 10 * time.Minute, IdleInTransaction: 10 * time.Minute, MaxConns: 1})
	must(b, err)
	for statement := range strings.SplitSeq(listingSQL, ";\n") { // on one connection, since a table is temporary
		_, err := slow.ExecContext(b.Context(), statement)
		must(b, err)
	}
	must(b, slow.Close())
	l := limits.Default()
	events, err := eventlog.Open(b.Context(), db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
	must(b, err)
	s, err := room.New(b.Context(), room.Parts{
		DB: db.SQL, Ent: db.Ent, Limits: l, Log: events, Tokens: auth.NewTokens(db.Ent, l, bus.Alone{}), Counter: throttle.NewCounter(db.SQL),
		Presence: presence.New(bus.Alone{}, 0),
	})
	must(b, err)
	return s, db.SQL
}

// asking is a list that somebody asks for.
type asking struct {
	name   string
	args   page.Args
	filter room.RoomFilter
}

func listings(b *testing.B, db *sql.DB) []asking {
	b.Helper()
	ago := func(days int) *time.Time {
		t := time.Now().AddDate(0, 0, -days)
		return &t
	}
	after := page.Key{At: *ago(300), ID: "room_00000000000000000000000000"}.Cursor()
	phone, email := "", ""
	must(b, db.QueryRowContext(b.Context(), `SELECT max(phone), max(email) FROM customers`).Scan(&phone, &email))
	text := func(s string) *string { return &s }
	hundred := 100
	return []asking{
		{name: "all"},
		{name: "all-100", args: page.Args{First: &hundred}},
		{name: "middle", args: page.Args{After: &after}},
		{name: "middle-backwards", args: page.Args{Last: &hundred, Before: &after}},
		{name: "draft", filter: room.RoomFilter{Status: []entroom.Status{entroom.StatusDraft}}},
		{name: "active", filter: room.RoomFilter{Status: []entroom.Status{entroom.StatusActive}}},
		{name: "timed-out", filter: room.RoomFilter{Status: []entroom.Status{entroom.StatusTimedOut}}},
		{name: "merged", filter: room.RoomFilter{Status: []entroom.Status{entroom.StatusMerged}}},
		{name: "closed-or-merged", filter: room.RoomFilter{Status: []entroom.Status{entroom.StatusClosed, entroom.StatusMerged}}},
		{name: "agent-of-5000", filter: room.RoomFilter{AgentID: text("mem_3")}},
		{name: "agent-of-30", filter: room.RoomFilter{AgentID: text("mem_20")}},
		{name: "agent-of-none", filter: room.RoomFilter{AgentID: text("mem_99")}},
		{name: "name-a", filter: room.RoomFilter{CustomerName: text("a")}},
		{name: "name-ada", filter: room.RoomFilter{CustomerName: text("Ada")}},
		{name: "name-ada-u", filter: room.RoomFilter{CustomerName: text("ada oui")}},
		{name: "name-none", filter: room.RoomFilter{CustomerName: text("ada nobody")}},
		{name: "phone", filter: room.RoomFilter{Phone: &phone}},
		{name: "phone-thousands", filter: room.RoomFilter{Phone: text("+44740")}},
		{name: "phone-all", filter: room.RoomFilter{Phone: text("+44")}},
		{name: "email", filter: room.RoomFilter{Email: &email}},
		{name: "email-thousands", filter: room.RoomFilter{Email: text("ada")}},
		{name: "created-last-week", filter: room.RoomFilter{CreatedAfter: ago(7)}},
		{name: "created-before-two-years", filter: room.RoomFilter{CreatedBefore: ago(710)}},
		{name: "created-before-a-year", filter: room.RoomFilter{CreatedBefore: ago(365)}},
		{name: "updated-last-week", filter: room.RoomFilter{UpdatedAfter: ago(7)}},
		{name: "updated-before-a-year", filter: room.RoomFilter{UpdatedBefore: ago(365)}},
		{name: "updated-before-two-years", filter: room.RoomFilter{UpdatedBefore: ago(710)}},
	}
}
