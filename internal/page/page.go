// Package page is keyset paging by the Relay cursor connections specification
// (https://relay.dev/graphql/connections.htm).
//
// It guarantees that a page is never unbounded (20 items unless told, at most limits.PageSize), that a page costs the
// same wherever it stands in its list, and that the number of all items is counted only where it is asked for.
package page

import (
	"context"
	"slices"

	"parley/internal/apierr"
)

// DefaultSize is the number of items where neither first nor last is given.
const DefaultSize = 20

// Args are the arguments of a connection.
type Args struct {
	First  *int
	After  *string
	Last   *int
	Before *string
}

// Window is what Args ask for, checked.
type Window struct {
	Size          int
	Backward      bool // the last items are wanted: read from the end
	After, Before string
}

// Window checks the arguments against the largest size allowed.
func (a Args) Window(largest int) (Window, error) {
	if a.First != nil && a.Last != nil {
		return Window{}, apierr.New(apierr.BadUserInput, "Give first or last, not both.")
	}
	if empty(a.After) || empty(a.Before) {
		return Window{}, badCursor()
	}
	size, err := Size(a.First, largest)
	if a.Last != nil {
		size, err = Size(a.Last, largest)
	}
	if err != nil {
		return Window{}, err
	}
	return Window{Size: size, Backward: a.Last != nil, After: value(a.After), Before: value(a.Before)}, nil
}

// Size checks the number of items asked for; nil means DefaultSize, or the largest size where that is less.
func Size(asked *int, largest int) (int, error) {
	switch {
	case asked == nil:
		if largest > 0 {
			return min(DefaultSize, largest), nil
		}
		return DefaultSize, nil
	case *asked < 0:
		return 0, apierr.New(apierr.BadUserInput, "A page cannot have %d items; ask for 0 to %d.", *asked, largest)
	case largest > 0 && *asked > largest:
		return 0, apierr.New(apierr.BadUserInput, "A page has at most %d items (limit page-size), not %d.", largest, *asked).Over(largest, *asked)
	}
	return *asked, nil
}

// Fetch is the number of rows to read: one more than the page has, which tells whether more follows.
func (w Window) Fetch() int { return w.Size + 1 }

// Connection is a page.
type Connection[T any] struct {
	Edges    []*Edge[T]
	PageInfo *Info

	total func(context.Context) (int, error)
}

// Edge is an item of a page with its cursor.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// Info tells where a page stands in its list.
type Info struct {
	HasNextPage     bool
	HasPreviousPage bool
	StartCursor     *string
	EndCursor       *string
}

// Of makes a page of rows: at most w.Fetch() of them, read in the window's direction.
func Of[T any](w Window, rows []T, cursor func(T) string, total func(context.Context) (int, error)) *Connection[T] {
	more := len(rows) > w.Size
	rows = rows[:min(len(rows), w.Size)]
	if w.Backward {
		slices.Reverse(rows)
	}
	c := &Connection[T]{Edges: make([]*Edge[T], 0, len(rows)), PageInfo: w.info(more), total: total}
	for _, row := range rows {
		c.Edges = append(c.Edges, &Edge[T]{Cursor: cursor(row), Node: row})
	}
	if n := len(c.Edges); n > 0 {
		c.PageInfo.StartCursor, c.PageInfo.EndCursor = &c.Edges[0].Cursor, &c.Edges[n-1].Cursor
	}
	return c
}

// info tells what lies beyond the page: on the side towards which was read, whether a row was left over; on the
// other side, whether a cursor was given.
func (w Window) info(more bool) *Info {
	if w.Backward {
		return &Info{HasNextPage: w.Before != "", HasPreviousPage: more}
	}
	return &Info{HasNextPage: more, HasPreviousPage: w.After != ""}
}

// Nodes returns the items without their cursors.
func (c *Connection[T]) Nodes() []T {
	nodes := make([]T, 0, len(c.Edges))
	for _, e := range c.Edges {
		nodes = append(nodes, e.Node)
	}
	return nodes
}

// TotalCount counts the whole list.
func (c *Connection[T]) TotalCount(ctx context.Context) (int, error) { return c.total(ctx) }

func empty(s *string) bool { return s != nil && *s == "" }

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
