package page_test

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"parley/internal/apierr"
	"parley/internal/page"
)

const largest = 100

// The list is a b c d e f; a cursor is the item itself. The expectations are those of the Relay cursor connections
// specification, sections 4.3 and 5.1.
func TestRelaySemantics(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		args           string
		items          string
		next, previous bool
	}{
		{"", "abcdef", false, false},
		{"first 6", "abcdef", false, false},
		{"first 7", "abcdef", false, false},
		{"first 2", "ab", true, false},
		{"first 0", "", true, false},
		{"first 2 after b", "cd", true, true},
		{"first 2 after d", "ef", false, true},
		{"first 2 after e", "f", false, true},
		{"first 2 after f", "", false, true},
		{"after d", "ef", false, true},
		{"first 9 before c", "ab", false, false},
		{"first 1 before c", "a", true, false},
		{"first 1 after a before c", "b", false, true},
		{"first 9 after d before c", "", false, true},
		{"last 6", "abcdef", false, false},
		{"last 2", "ef", false, true},
		{"last 0", "", false, true},
		{"last 2 before e", "cd", true, true},
		{"last 2 before c", "ab", true, false},
		{"last 2 before b", "a", true, false},
		{"last 2 before a", "", true, false},
		{"last 2 after d", "ef", false, false},
		{"last 1 after d", "f", false, true},
		{"last 1 after a before d", "c", true, true},
	} {
		w, err := parse(t, c.args).Window(largest)
		if err != nil {
			t.Fatal(c.args, err)
		}
		p := page.Of(w, read(w, "abcdef"), func(s string) string { return s }, nil)
		if got := strings.Join(p.Nodes(), ""); got != c.items {
			t.Errorf("%q: %s, want %s", c.args, got, c.items)
		}
		if p.PageInfo.HasNextPage != c.next || p.PageInfo.HasPreviousPage != c.previous {
			t.Errorf("%q: next %v, previous %v, want %v, %v", c.args, p.PageInfo.HasNextPage, p.PageInfo.HasPreviousPage, c.next, c.previous)
		}
		wantCursors(t, c.args, p)
	}
}

func wantCursors(t *testing.T, args string, p *page.Connection[string]) {
	t.Helper()
	if len(p.Edges) == 0 {
		if p.PageInfo.StartCursor != nil || p.PageInfo.EndCursor != nil {
			t.Errorf("%q: an empty page has cursors", args)
		}
		return
	}
	if *p.PageInfo.StartCursor != p.Edges[0].Node || *p.PageInfo.EndCursor != p.Edges[len(p.Edges)-1].Node {
		t.Errorf("%q: the cursors are %s and %s", args, *p.PageInfo.StartCursor, *p.PageInfo.EndCursor)
	}
}

// parse reads arguments such as "first 2 after b".
func parse(t *testing.T, args string) (a page.Args) {
	t.Helper()
	for words := strings.Fields(args); len(words) > 0; words = words[2:] {
		var n int
		_, _ = fmt.Sscan(words[1], &n)
		switch words[0] {
		case "first":
			a.First = &n
		case "last":
			a.Last = &n
		case "after":
			a.After = &words[1]
		case "before":
			a.Before = &words[1]
		default:
			t.Fatal(args)
		}
	}
	return a
}

// read is what a database does for a window.
func read(w page.Window, list string) []string {
	var rows []string
	for _, item := range strings.Split(list, "") {
		if (w.After == "" || item > w.After) && (w.Before == "" || item < w.Before) {
			rows = append(rows, item)
		}
	}
	if w.Backward {
		slices.Reverse(rows)
	}
	return rows[:min(len(rows), w.Fetch())]
}

func TestArgumentsThatAreRefused(t *testing.T) {
	t.Parallel()
	for _, args := range []string{"first -1", "last -1", "first 101", "last 101", "first 1 last 1", "first 0 last 0"} {
		if _, err := parse(t, args).Window(largest); !apierr.Is(err, apierr.BadUserInput) {
			t.Errorf("%q: have %v, want BAD_USER_INPUT", args, err)
		}
	}
	_, err := parse(t, "first 101").Window(largest)
	if e := apierr.As(err)[0]; *e.Limit != 100 || *e.Count != 101 || !strings.Contains(e.Message, "page-size") {
		t.Errorf("%v does not name the limit", err)
	}
}

func TestSize(t *testing.T) {
	t.Parallel()
	n := func(i int) *int { return &i }
	for _, c := range []struct {
		asked         *int
		largest, want int
	}{
		{nil, 100, page.DefaultSize}, {nil, 0, page.DefaultSize}, {nil, 10, 10}, {n(0), 100, 0}, {n(100), 100, 100},
		{n(math.MaxInt32), 0, math.MaxInt32}, // the limit is lifted
	} {
		if got, err := page.Size(c.asked, c.largest); got != c.want || err != nil {
			t.Errorf("Size(%v, %d) = %d, %v, want %d", c.asked, c.largest, got, err, c.want)
		}
	}
}

func TestTotalCountIsAskedForOnlyWhenWanted(t *testing.T) {
	t.Parallel()
	asked := 0
	p := page.Of(page.Window{Size: 2}, []string{"a"}, func(s string) string { return s }, func(context.Context) (int, error) {
		asked++
		return 7, nil
	})
	if asked != 0 {
		t.Error("counted unasked")
	}
	if n, err := p.TotalCount(t.Context()); n != 7 || err != nil || asked != 1 {
		t.Errorf("TotalCount = %d, %v, asked %d times", n, err, asked)
	}
}
