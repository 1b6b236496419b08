package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/lib/pq"

	"parley/ent"
	"parley/ent/stream"
	"parley/internal/database"
)

// kindMoved stands in the place of an entry that has moved to another stream; its data is the entry's id. It never leaves
// this package: who reads it gets the entry, in this place.
const kindMoved = "MOVED"

// moveAtOnce is how many places of a stream are emptied by one statement: some tenths of a second, so that however long the
// stream is no statement takes longer than one may.
const moveAtOnce = 10_000

// MoveTx moves the entries of a stream's timeline to the end of another, in their order, and locks both streams until the
// transaction ends. An entry keeps its id, author and time. Who follows the first stream, or reads it again, finds every
// entry where it was; who follows the other gets them as what is new there. It returns the place behind which they are.
// It is ErrSealed where the other stream takes nothing any more.
func (l *Log) MoveTx(ctx context.Context, tx *ent.Tx, from, into int64) (behind int64, err error) {
	both, err := tx.Stream.Query().Where(stream.IDIn(from, into)).Order(stream.ByID()).ForUpdate().All(ctx)
	if err != nil {
		return 0, fmt.Errorf("lock streams: %w", err)
	}
	last := map[int64]int64{}
	for _, s := range both {
		if s.ID == into && s.Sealed {
			return 0, ErrSealed
		}
		last[s.ID] = s.LastSeq
	}
	for done := int64(0); done < last[from]; done += moveAtOnce {
		if err := move(ctx, tx, from, into, done); err != nil {
			return 0, fmt.Errorf("move entries of a stream: %w", err)
		}
	}
	database.AfterCommit(tx, func() { l.hub.ring(into) })
	return last[into], nil
}

// move gives entries behind a place their new places at the end of the other stream, and leaves a mark in each old one. The
// mark is made of what the update returns, so that the place is free.
func move(ctx context.Context, tx *ent.Tx, from, into, behind int64) error {
	const q = `WITH entry AS (
			SELECT id, seq, row_number() OVER (ORDER BY seq) + (SELECT last_seq FROM streams WHERE id = $2) AS place
			FROM events WHERE stream_id = $1 AND seq > $3 AND seq <= $3 + $4 AND ` + messageKinds + `
		), moved AS (
			UPDATE events e SET stream_id = $2, seq = entry.place FROM entry WHERE e.id = entry.id
			RETURNING e.id, entry.seq, e.side, e.at
		)
		INSERT INTO events (id, stream_id, seq, kind, side, at, data)
		SELECT 'evt_' || gen_random_uuid(), $1, seq, '` + kindMoved + `', side, at, id FROM moved`
	done, err := tx.ExecContext(ctx, q, from, into, behind, moveAtOnce)
	if err != nil {
		return err
	}
	n, err := done.RowsAffected()
	if err != nil {
		return err
	}
	_, _, err = raise(ctx, tx, into, int(n))
	return err
}

// ContinueTx ends a stream whose timeline has moved to another, and says where there all is new to who has read it: behind
// the place given. Followers are rung.
func (l *Log) ContinueTx(ctx context.Context, tx *ent.Tx, from, into, place int64) error {
	err := tx.Stream.UpdateOneID(from).SetSealed(true).SetContinuedIn(into).SetContinuedAt(place).Exec(ctx)
	if err != nil {
		return fmt.Errorf("continue stream: %w", err)
	}
	database.AfterCommit(tx, func() { l.hub.ring(from) })
	return nil
}

// restored are how many entries that have moved are read at once.
const restored = 64

// restore puts entries that have moved back where they were, for whoever reads the stream that they were in. It returns the
// events from the first, until they are so much text.
func (l *Log) restore(ctx context.Context, events []Event, most int) ([]Event, error) {
	size := 0
	for done := 0; done < len(events); done = min(done+restored, len(events)) {
		some := events[done:min(done+restored, len(events))]
		if err := l.restoreSome(ctx, some); err != nil {
			return nil, err
		}
		for i, e := range some {
			if size += e.size(); size >= most {
				return events[:done+i+1], nil
			}
		}
	}
	return events, nil
}

func (l *Log) restoreSome(ctx context.Context, events []Event) error {
	var ids []string
	for _, e := range events {
		if e.Kind == kindMoved {
			ids = append(ids, e.Data)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	moved, err := l.query(ctx, math.MaxInt, `SELECT `+columns+` FROM events WHERE id = ANY($1)`, pq.Array(ids))
	if err != nil {
		return err
	}
	byID := make(map[string]Event, len(moved))
	for _, e := range moved {
		byID[e.ID] = e
	}
	for i, mark := range events {
		if mark.Kind == kindMoved {
			entry := byID[mark.Data]
			entry.Stream, entry.Seq = mark.Stream, mark.Seq
			events[i] = entry
		}
	}
	return nil
}

// Within tells whether a cursor is one of the stream's, and there is something behind it.
func Within(cursor string, streamID, lastSeq int64) bool {
	c, err := ParseCursor(cursor)
	return err == nil && c.Stream == streamID && c.Seq < lastSeq
}

// Of tells whether a cursor is one of the stream's.
func Of(cursor string, streamID int64) bool {
	c, err := ParseCursor(cursor)
	return err == nil && c.Stream == streamID
}

// Place returns the place in the stream behind which everything is new to who has read up to a cursor; lastSeq is the
// stream's newest. The cursor may be one of a stream that this one continues. Others are BAD_USER_INPUT, one of a lost
// history CURSOR_EXPIRED.
func (l *Log) Place(ctx context.Context, cursor string, streamID, lastSeq int64) (int64, error) {
	if Of(cursor, streamID) {
		return l.Seq(cursor, streamID, lastSeq)
	}
	c, err := ParseCursor(cursor)
	if err != nil {
		return 0, err
	}
	if c.Epoch != l.epoch.Load() {
		return 0, expiredCursor()
	}
	for c.Stream != streamID {
		if c, err = l.onward(ctx, c); err != nil {
			return 0, err
		}
	}
	return c.Seq, nil
}

// Gone tells whether a stream goes on in another.
func (l *Log) Gone(ctx context.Context, streamID int64) (gone bool, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT continued_in IS NOT NULL FROM streams WHERE id = $1`, streamID).Scan(&gone)
	if err != nil {
		return false, fmt.Errorf("find out whether a stream goes on elsewhere: %w", err)
	}
	return gone, nil
}

// onward is the place that a cursor of a stream that has ended stands for in the stream that continues it: before the first
// of its entries that are new, wherever that is by now, or behind them all.
func (l *Log) onward(ctx context.Context, c Cursor) (Cursor, error) {
	const q = `SELECT coalesce(entry.stream_id, s.continued_in), coalesce(entry.seq - 1, s.continued_at), s.last_seq
		FROM streams s
		LEFT JOIN LATERAL (
			SELECT e.stream_id, e.seq FROM events mark JOIN events e ON e.id = mark.data
			WHERE mark.stream_id = s.id AND mark.seq > $2 AND mark.kind = '` + kindMoved + `'
			ORDER BY mark.seq LIMIT 1
		) entry ON true
		WHERE s.id = $1 AND s.continued_in IS NOT NULL`
	next := Cursor{Epoch: c.Epoch}
	var last int64
	err := l.db.QueryRowContext(ctx, q, c.Stream, c.Seq).Scan(&next.Stream, &next.Seq, &last)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Cursor{}, badCursor()
	case err != nil:
		return Cursor{}, fmt.Errorf("find where a stream goes on: %w", err)
	case c.Seq > last:
		return Cursor{}, expiredCursor()
	}
	return next, nil
}

// Moment is a place in the reading order of a timeline: by time, and in the order of the log where times are equal.
type Moment struct {
	At  time.Time
	Seq int64
}

// Moment returns the moment of the stream that a cursor stands for. It fails as Place does.
func (l *Log) Moment(ctx context.Context, cursor string, streamID, lastSeq int64) (Moment, error) {
	place, err := l.Place(ctx, cursor, streamID, lastSeq)
	if err != nil {
		return Moment{}, err
	}
	c, err := ParseCursor(cursor)
	if err != nil || c.Seq == 0 {
		return Moment{Seq: place}, err
	}
	const q = `SELECT e.at, coalesce(entry.seq, $3) FROM events e
		LEFT JOIN events entry ON e.kind = '` + kindMoved + `' AND entry.id = e.data
		WHERE e.stream_id = $1 AND e.seq = $2` // an entry that has moved is where it is now
	var m Moment
	if err := l.db.QueryRowContext(ctx, q, c.Stream, c.Seq, place).Scan(&m.At, &m.Seq); err != nil {
		return Moment{}, fmt.Errorf("find the time of a place: %w", err)
	}
	return m, nil
}
