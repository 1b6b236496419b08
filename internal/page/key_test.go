package page_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/organization"
	"parley/internal/apierr"
	"parley/internal/dbtest"
	"parley/internal/page"
	"parley/internal/typeid"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func keyOf(o *ent.Organization) string { return page.Key{At: o.CreatedAt, ID: o.ID}.Cursor() }

// list is a page of a real table.
func list(ctx context.Context, db *dbtest.DB, a page.Args, descending bool) (*page.Connection[*ent.Organization], error) {
	w, err := a.Keyset(100)
	if err != nil {
		return nil, err
	}
	rows, err := db.Ent.Organization.Query().Where(func(s *sql.Selector) {
		w.Order(s, s.C(organization.FieldCreatedAt), s.C(organization.FieldID), descending)
	}).All(ctx)
	if err != nil {
		return nil, err
	}
	return page.Of(w.Window, rows, keyOf, nil), nil
}

// fill keeps rows of which most have the time of others, and returns their ids in order.
func fill(t *testing.T, db *dbtest.DB) (ids []string) {
	t.Helper()
	begin := time.Date(2026, 3, 1, 9, 30, 0, 123456000, time.UTC)
	var all []page.Key
	for i := range 23 {
		at := begin.Add(time.Duration(i/7) * time.Microsecond)
		all = append(all, page.Key{At: at, ID: db.Ent.Organization.Create().SetName("x").SetCreatedAt(at).SaveX(t.Context()).ID})
	}
	slices.SortFunc(all, func(a, b page.Key) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		if a.ID < b.ID {
			return -1
		}
		return 1
	})
	for _, k := range all {
		ids = append(ids, k.ID)
	}
	return ids
}

func TestOrderGivesEveryRowOnce(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ids := fill(t, db)
	for _, descending := range []bool{false, true} {
		if descending {
			slices.Reverse(ids)
		}
		for _, size := range []int{1, 2, 5, 7, 22, 23, 24} {
			if got := forwards(t, db, size, descending); !slices.Equal(got, ids) {
				t.Errorf("descending %v, first %d: got %v", descending, size, got)
			}
			if got := backwards(t, db, size, descending); !slices.Equal(got, ids) {
				t.Errorf("descending %v, last %d: got %v", descending, size, got)
			}
		}
		between, err := list(t.Context(), db, page.Args{After: cursorOf(t, db, ids[3]), Before: cursorOf(t, db, ids[9])}, descending)
		if err != nil {
			t.Fatal(err)
		}
		if got := idsOf(between); !slices.Equal(got, ids[4:9]) {
			t.Errorf("descending %v, between two cursors: %v, want %v", descending, got, ids[4:9])
		}
	}
}

func cursorOf(t *testing.T, db *dbtest.DB, id string) *string {
	t.Helper()
	cursor := keyOf(db.Ent.Organization.GetX(t.Context(), id))
	return &cursor
}

func idsOf(p *page.Connection[*ent.Organization]) (ids []string) {
	for _, o := range p.Nodes() {
		ids = append(ids, o.ID)
	}
	return ids
}

func forwards(t *testing.T, db *dbtest.DB, size int, descending bool) (ids []string) {
	t.Helper()
	a := page.Args{First: &size}
	for {
		p, err := list(t.Context(), db, a, descending)
		if err != nil {
			t.Fatal(err)
		}
		if ids = append(ids, idsOf(p)...); !p.PageInfo.HasNextPage {
			return ids
		}
		a.After = p.PageInfo.EndCursor
	}
}

func backwards(t *testing.T, db *dbtest.DB, size int, descending bool) (ids []string) {
	t.Helper()
	a := page.Args{Last: &size}
	for {
		p, err := list(t.Context(), db, a, descending)
		if err != nil {
			t.Fatal(err)
		}
		if ids = append(idsOf(p), ids...); !p.PageInfo.HasPreviousPage {
			return ids
		}
		a.Before = p.PageInfo.StartCursor
	}
}

// Paging is by place and not by number: what comes or goes meanwhile neither doubles nor hides a row.
func TestPagesDoNotShift(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	ids := fill(t, db)
	first := 5
	p, err := list(t.Context(), db, page.Args{First: &first}, false)
	if err != nil {
		t.Fatal(err)
	}
	db.Ent.Organization.DeleteOneID(ids[4]).ExecX(t.Context()) // where the cursor stands
	db.Ent.Organization.Create().SetName("older").SetCreatedAt(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)).ExecX(t.Context())
	p, err = list(t.Context(), db, page.Args{First: &first, After: p.PageInfo.EndCursor}, false)
	if err != nil {
		t.Fatal(err)
	}
	if got := idsOf(p); !slices.Equal(got, ids[5:10]) {
		t.Errorf("the next page is %v, want %v", got, ids[5:10])
	}
}

func TestForeignCursorsAreRefused(t *testing.T) {
	t.Parallel()
	db := dbtest.New(t)
	for _, cursor := range []string{
		"", "x", "!", "AAAA", page.Key{ID: typeid.New("org")}.Cursor(), page.Key{At: time.Now(), ID: "org"}.Cursor(),
		page.Key{At: time.Now(), ID: typeid.New("org") + "\x00"}.Cursor(), page.Key{At: time.Now().AddDate(9000, 0, 0), ID: typeid.New("org")}.Cursor(),
	} {
		for _, a := range []page.Args{{After: &cursor}, {Before: &cursor}} {
			if _, err := list(t.Context(), db, a, false); !apierr.Is(err, apierr.BadUserInput) {
				t.Errorf("%q: have %v, want BAD_USER_INPUT", cursor, err)
			}
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(page.Key{At: time.Now(), ID: typeid.New("org")}.Cursor())
	f.Add("")
	f.Add("AAAAAAAAAAA")
	f.Fuzz(func(t *testing.T, cursor string) {
		k, err := page.ParseKey(cursor)
		if err != nil {
			if !apierr.Is(err, apierr.BadUserInput) {
				t.Errorf("%q: have %v, want BAD_USER_INPUT", cursor, err)
			}
			return
		}
		again, err := page.ParseKey(k.Cursor())
		if _, ok := typeid.Prefix(k.ID); !ok || err != nil || again != k {
			t.Errorf("%q is %v, which comes back as %v (%v)", cursor, k, again, err)
		}
	})
}
