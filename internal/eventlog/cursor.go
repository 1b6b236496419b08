package eventlog

import (
	"encoding/base32"
	"encoding/binary"
	"strings"
	"time"

	"parley/internal/apierr"
)

// Cursor is a place in a stream. Epoch says in which history of the database: cursors of a history that was lost
// would point at events that are not those they meant.
type Cursor struct {
	Epoch  uint32
	Stream int64
	Seq    int64
}

// encoding keeps the order of the bytes, so cursors of one stream sort as text.
var encoding = base32.HexEncoding.WithPadding(base32.NoPadding)

const cursorBytes = 4 + 8 + 8

// String encodes the cursor.
func (c Cursor) String() string {
	raw := make([]byte, 0, cursorBytes)
	raw = binary.BigEndian.AppendUint32(raw, c.Epoch)
	raw = binary.BigEndian.AppendUint64(raw, uint64(c.Stream))
	raw = binary.BigEndian.AppendUint64(raw, uint64(c.Seq))
	return strings.ToLower(encoding.EncodeToString(raw))
}

// ParseCursor decodes a cursor; what is not one is BAD_USER_INPUT.
func ParseCursor(s string) (Cursor, error) {
	raw, err := encoding.DecodeString(strings.ToUpper(s))
	if err != nil || len(raw) != cursorBytes {
		return Cursor{}, badCursor()
	}
	c := Cursor{
		Epoch:  binary.BigEndian.Uint32(raw),
		Stream: int64(binary.BigEndian.Uint64(raw[4:])),
		Seq:    int64(binary.BigEndian.Uint64(raw[12:])),
	}
	if c.Stream < 0 || c.Seq < 0 || c.String() != s {
		return Cursor{}, badCursor()
	}
	return c, nil
}

func badCursor() error {
	return apierr.New(apierr.BadUserInput, "This is not a cursor of what is asked for; use one that it gave.")
}

func lostDatabase() error {
	return apierr.New(apierr.Throttled, "This server does not reach its database. Subscribe again, after the last cursor.").After(time.Second)
}

func expiredCursor() error {
	return apierr.New(apierr.CursorExpired, "The history that this cursor belongs to is gone; fetch the room again.")
}
