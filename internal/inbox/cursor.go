package inbox

import (
	"encoding/base32"
	"encoding/binary"
	"strings"

	"parley/internal/apierr"
)

// cursor is a place in an inbox: all news up to a time have been told.
type cursor struct {
	epoch uint32 // the history of the database
	place int64  // microseconds since 1970, by the database's clock
}

// version is the first byte of a cursor and says what follows. A later version may hold more places, and read this one.
const version = 1

const cursorBytes = 1 + 4 + 8

var encoding = base32.HexEncoding.WithPadding(base32.NoPadding)

// String encodes the cursor. Those of one history sort as text.
func (c cursor) String() string {
	raw := make([]byte, 0, cursorBytes)
	raw = append(raw, version)
	raw = binary.BigEndian.AppendUint32(raw, c.epoch)
	raw = binary.BigEndian.AppendUint64(raw, uint64(c.place))
	return strings.ToLower(encoding.EncodeToString(raw))
}

// parseCursor decodes a cursor; what is not one is BAD_USER_INPUT.
func parseCursor(s string) (cursor, error) {
	raw, err := encoding.DecodeString(strings.ToUpper(s))
	if err != nil || len(raw) != cursorBytes || raw[0] != version {
		return cursor{}, badCursor()
	}
	c := cursor{epoch: binary.BigEndian.Uint32(raw[1:]), place: int64(binary.BigEndian.Uint64(raw[5:]))}
	if c.place < 0 || c.String() != s {
		return cursor{}, badCursor()
	}
	return c, nil
}

func badCursor() error {
	return apierr.New(apierr.BadUserInput, "This is not a cursor of an inbox; use one that inboxEvents gave.")
}

func expiredCursor() error {
	return apierr.New(apierr.CursorExpired, "The history that this cursor belongs to is gone; fetch the rooms again.")
}
