package page

import (
	"encoding/base64"
	"encoding/binary"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/internal/apierr"
	"parley/internal/typeid"
)

// Key is the place of an item in a list that is in order of time, and of id where times are equal.
type Key struct {
	At time.Time
	ID string
}

// Cursor encodes the key.
func (k Key) Cursor() string {
	raw := binary.BigEndian.AppendUint64(nil, uint64(k.At.UnixMicro()))
	return base64.RawURLEncoding.EncodeToString(append(raw, k.ID...))
}

// ParseKey decodes a cursor; what is not one of ours is BAD_USER_INPUT.
func ParseKey(cursor string) (Key, error) {
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil || len(raw) < 8 {
		return Key{}, badCursor()
	}
	k := Key{At: time.UnixMicro(int64(binary.BigEndian.Uint64(raw))).UTC(), ID: string(raw[8:])}
	if _, ok := typeid.Prefix(k.ID); !ok || k.At.Year() < 2000 || k.At.Year() > 9999 {
		return Key{}, badCursor()
	}
	return k, nil
}

// Keyset is a Window whose cursors are Keys.
type Keyset struct {
	Window
	after, before *Key
}

// Keyset checks the arguments of a list in order of Key.
func (a Args) Keyset(largest int) (Keyset, error) {
	w, err := a.Window(largest)
	if err != nil {
		return Keyset{}, err
	}
	k := Keyset{Window: w}
	if k.after, err = parse(w.After); err != nil {
		return Keyset{}, err
	}
	if k.before, err = parse(w.Before); err != nil {
		return Keyset{}, err
	}
	return k, nil
}

// Begin is the place behind which the window begins, or nil for the start of the list; for queries that Order cannot make.
func (k Keyset) Begin() *Key { return k.after }

func parse(cursor string) (*Key, error) {
	if cursor == "" {
		return nil, nil
	}
	k, err := ParseKey(cursor)
	return &k, err
}

// Order puts a query in order of the two columns, newest first where descending, bounds it by the cursors and limits
// it to the window's size and one.
func (k Keyset) Order(s *sql.Selector, at, id string, descending bool) {
	k.Bound(s, at, id, descending)
	direction := sql.Asc
	if k.NewestFirst(descending) {
		direction = sql.Desc
	}
	s.OrderBy(direction(at), direction(id)).Limit(k.Fetch())
}

// Bound bounds a query by the cursors.
func (k Keyset) Bound(s *sql.Selector, at, id string, descending bool) {
	columns := []string{at, id}
	oldest, newest := k.ends(descending)
	if oldest != nil {
		s.Where(sql.CompositeGT(columns, oldest.At, oldest.ID))
	}
	if newest != nil {
		s.Where(sql.CompositeLT(columns, newest.At, newest.ID))
	}
}

// NewestFirst tells whether the list is read from its newest item on: one that is newest first from its beginning, one
// that is oldest first from its end.
func (k Keyset) NewestFirst(descending bool) bool { return descending != k.Backward }

// Between are the times between which the cursors leave the list; nil where there is none.
func (k Keyset) Between(descending bool) (from, to *time.Time) {
	oldest, newest := k.ends(descending)
	return oldest.time(), newest.time()
}

// ends are the cursors, by which of them is the older.
func (k Keyset) ends(descending bool) (oldest, newest *Key) {
	if descending {
		return k.before, k.after
	}
	return k.after, k.before
}

func (k *Key) time() *time.Time {
	if k == nil {
		return nil
	}
	return &k.At
}

func badCursor() error {
	return apierr.New(apierr.BadUserInput, "This is not a cursor of this list; use one that the list gave.")
}
