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

// Order puts a query in order of the two columns, newest first where descending, bounds it by the window's cursors
// and limits it to the window's size and one.
func (w Window) Order(s *sql.Selector, at, id string, descending bool) error {
	columns := []string{at, id}
	if err := w.bound(s, columns, w.After, !descending); err != nil {
		return err
	}
	if err := w.bound(s, columns, w.Before, descending); err != nil {
		return err
	}
	direction := sql.Asc
	if descending != w.Backward {
		direction = sql.Desc
	}
	s.OrderBy(direction(at), direction(id)).Limit(w.Fetch())
	return nil
}

// bound keeps what is greater, or less, than the cursor.
func (w Window) bound(s *sql.Selector, columns []string, cursor string, greater bool) error {
	if cursor == "" {
		return nil
	}
	k, err := ParseKey(cursor)
	if err != nil {
		return err
	}
	compare := sql.CompositeLT
	if greater {
		compare = sql.CompositeGT
	}
	s.Where(compare(columns, k.At, k.ID))
	return nil
}

func badCursor() error {
	return apierr.New(apierr.BadUserInput, "This is not a cursor of this list; use one that the list gave.")
}
