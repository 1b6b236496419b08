package room

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent/room"
	"parley/ent/stream"
	"parley/internal/eventlog"
	"parley/internal/page"
)

// reach is how many logs are walked along at most; it takes some milliseconds.
const reach = 5000

// byActivity reads a page in order of the newest events of the rooms' logs.
//
// An index on the time of the newest event, last_at, would be written with every message, so there is none. There is one
// on active_at, which moves seldom: it is never after last_at, and at most eventlog.Stride before it. So the order of
// active_at is nearly that of last_at, and says where the page ends:
//
//  1. As many rooms as the page has are taken in order of active_at. Say that the list is newest first and the last of
//     them was active at t: none of them has a last_at before t, so none of the page has.
//  2. What has no last_at before t has no active_at before t less a stride. Those rooms are few: they are sorted.
//
// The walk along active_at is not long unless what the filter lets pass is at the other end. Then, or where too few pass
// it, all that do are sorted.
func (l listing) byActivity(ctx context.Context) ([]page.Key, error) {
	all := l.span()
	end, found, err := l.end(ctx, all)
	if err != nil {
		return nil, err
	}
	if found {
		keys, err := l.sorted(ctx, l.upTo(all, end))
		if err != nil || len(keys) == l.window.Fetch() && !l.beyond(keys[len(keys)-1].At, end) {
			return keys, err
		} // else a room has left the list meanwhile
	}
	return l.sorted(ctx, all)
}

// end is a time beyond which no room of the page has its newest event; it is not found where fewer rooms than that are
// among the logs within reach.
func (l listing) end(ctx context.Context, sp span) (end time.Time, found bool, err error) {
	direction := sql.Asc
	if l.newestFirst() {
		direction = sql.Desc
	}
	var last []page.Key
	err = l.rooms().Modify(func(s *sql.Selector) {
		first := sql.Select(stream.FieldID, stream.FieldActiveAt, stream.FieldLastAt).From(sql.Table(stream.Table))
		first.Where(sql.EQ(first.C(stream.FieldOwnerID), l.organizationID))
		sp.bound(first, first.C(stream.FieldActiveAt))
		first.OrderBy(direction(first.C(stream.FieldActiveAt))).Limit(reach).As("log")
		s.Join(first).On(s.C(room.FieldStreamID), first.C(stream.FieldID))
		l.window.Bound(s, first.C(stream.FieldLastAt), s.C(room.FieldID), l.descending())
		at := first.C(stream.FieldActiveAt)
		s.Select(sql.As(at, "at")).OrderBy(direction(at)).Offset(l.window.Size).Limit(1)
	}).Scan(ctx, &last)
	switch {
	case err != nil:
		return time.Time{}, false, fmt.Errorf("find where a page of rooms ends: %w", err)
	case len(last) == 0:
		return time.Time{}, false, nil
	case l.newestFirst():
		return last[0].At, true, nil
	}
	return last[0].At.Add(eventlog.Stride), true, nil
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

// upTo is the part of the span where active_at can be of what has its newest event not beyond the end.
func (l listing) upTo(sp span, end time.Time) span {
	if l.newestFirst() {
		return sp.notBefore(end.Add(-eventlog.Stride))
	}
	return sp.notAfter(end)
}

// beyond tells whether a time comes after the end, in the direction in which the list is read.
func (l listing) beyond(t, end time.Time) bool {
	if l.newestFirst() {
		return t.Before(end)
	}
	return t.After(end)
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
