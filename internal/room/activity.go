package room

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/room"
	"parley/ent/stream"
	"parley/internal/eventlog"
	"parley/internal/page"
)

// reach is how many logs are looked at first. It is more than pages have, and so few that it takes a millisecond.
const reach = 500

// byActivity reads a page in order of the newest events of the rooms' logs.
//
// An index on the time of the newest event, last_at, would be written with every message, so there is none. There is one
// on active_at, which moves seldom: it is never after last_at, and at most eventlog.Stride before it. Both orders are
// nearly the same, so the page is nearly always among the logs at which the order of active_at begins:
//
//  1. The rooms of the first few logs by active_at are sorted by last_at.
//  2. Where they fill the page, its last room bounds last_at, and thereby active_at, of all rooms of the page. If none
//     further away can be within these bounds, that is the page; else those within them are sorted.
//  3. Where they do not fill the page, few rooms pass the filter, or they are elsewhere: all that pass it are sorted.
func (l listing) byActivity(ctx context.Context) ([]page.Key, error) {
	all := l.span()
	near, err := l.begin(ctx, all)
	if err != nil {
		return nil, err
	}
	keys, err := l.sorted(ctx, near)
	if err != nil || near == all {
		return keys, err
	}
	if len(keys) == l.window.Fetch() {
		all = l.endAt(all, keys[len(keys)-1].At)
		if near.covers(all) {
			return keys, nil
		}
	}
	return l.sorted(ctx, all)
}

// span are the places in the order of active_at, both included, between which rooms are looked for; zero is no bound.
type span struct{ from, to time.Time }

// notBefore is the span without what is active before; t wins where it is later.
func (sp span) notBefore(t time.Time) span {
	if sp.from.Before(t) {
		sp.from = t
	}
	return sp
}

// notAfter is the span without what is active after.
func (sp span) notAfter(t time.Time) span {
	if sp.to.IsZero() || t.Before(sp.to) {
		sp.to = t
	}
	return sp
}

// covers tells whether all of another span is in this one.
func (sp span) covers(other span) bool {
	return other.notBefore(sp.from) == other && (sp.to.IsZero() || other.notAfter(sp.to) == other)
}

// bound leaves the logs within the span.
func (sp span) bound(s *sql.Selector, activeAt string) {
	if !sp.from.IsZero() {
		s.Where(sql.GTE(activeAt, sp.from))
	}
	if !sp.to.IsZero() {
		s.Where(sql.LTE(activeAt, sp.to))
	}
}

// span is where active_at can be, by what the filter and the cursors say of last_at.
func (l listing) span() (sp span) {
	from, to := l.window.Between(l.descending())
	for _, t := range []*time.Time{from, l.filter.UpdatedAfter} {
		if t != nil {
			sp = sp.notBefore(t.Add(-eventlog.Stride))
		}
	}
	for _, t := range []*time.Time{to, l.filter.UpdatedBefore} {
		if t != nil {
			sp = sp.notAfter(*t)
		}
	}
	return sp
}

// endAt is the span up to rooms whose last_at is t, in the direction in which the page is read.
func (l listing) endAt(sp span, t time.Time) span {
	if l.newestFirst() {
		return sp.notBefore(t.Add(-eventlog.Stride))
	}
	return sp.notAfter(t)
}

// begin is the part of the span that the first few logs take, or all of it where there are no more.
func (l listing) begin(ctx context.Context, sp span) (span, error) {
	direction := sql.OrderAsc()
	if l.newestFirst() {
		direction = sql.OrderDesc()
	}
	within := func(s *sql.Selector) { sp.bound(s, s.C(stream.FieldActiveAt)) }
	edge, err := l.ent.Stream.Query().Where(stream.OwnerID(l.organizationID), within).
		Order(stream.ByActiveAt(direction)).Offset(reach - 1).Select(stream.FieldActiveAt).First(ctx)
	switch {
	case ent.IsNotFound(err):
		return sp, nil
	case err != nil:
		return span{}, fmt.Errorf("find where activity begins: %w", err)
	case l.newestFirst():
		return sp.notBefore(edge.ActiveAt), nil
	}
	return sp.notAfter(edge.ActiveAt), nil
}

// sorted is the page among the rooms whose logs are within the span.
func (l listing) sorted(ctx context.Context, sp span) ([]page.Key, error) {
	return l.read(ctx, func(s *sql.Selector) (at string) {
		log := sql.Table(stream.Table)
		s.Join(log).On(s.C(room.FieldStreamID), log.C(stream.FieldID))
		s.Where(sql.EQ(log.C(stream.FieldOwnerID), l.organizationID))
		sp.bound(s, log.C(stream.FieldActiveAt))
		return log.C(stream.FieldLastAt)
	})
}
