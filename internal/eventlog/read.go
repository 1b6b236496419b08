package eventlog

import (
	"context"
	"database/sql"
	"fmt"
	"math"

	"github.com/lib/pq"
)

// batch is how many events are read at once.
const batch = 500

const columns = `id, stream_id, seq, kind, side, coalesce(actor_id, ''), at, coalesce(body, ''), coalesce(data, '')`

// Read returns events of a stream that come after a place, up to and including another, from the first and not
// necessarily all; none only where there are none. They are not much text: many may read at once for clients that are slow.
func (l *Log) Read(ctx context.Context, streamID, after, upTo int64) ([]Event, error) {
	return l.whole(ctx, readBytes, `SELECT `+columns+` FROM events WHERE stream_id = $1 AND seq > $2 AND seq <= $3 ORDER BY seq LIMIT $4`,
		streamID, after, upTo, batch)
}

// readBytes is about how much text Read returns at once.
const readBytes = 128 << 10

// read returns up to batch events of a stream that come after a place.
func (l *Log) read(ctx context.Context, streamID, after int64) ([]Event, error) {
	return l.whole(ctx, math.MaxInt, `SELECT `+columns+` FROM events WHERE stream_id = $1 AND seq > $2 ORDER BY seq LIMIT $3`,
		streamID, after, batch)
}

// whole is query with the entries that have moved away since.
func (l *Log) whole(ctx context.Context, most int, q string, args ...any) ([]Event, error) {
	events, err := l.query(ctx, most, q, args...)
	if err != nil {
		return nil, err
	}
	return l.restore(ctx, events, most)
}

// Slice returns up to limit events of a stream between two places, both exclusive: the newest of them, newest first, or the oldest
// in order. Where kinds are given it returns those alone.
func (l *Log) Slice(ctx context.Context, streamID, after, before int64, limit int, newestFirst bool, kinds ...string) ([]Event, error) {
	direction := "ASC"
	if newestFirst {
		direction = "DESC"
	}
	return l.query(ctx, math.MaxInt, `SELECT `+columns+` FROM events WHERE stream_id = $1 AND seq > $2 AND seq < $3
		AND ($5::text[] IS NULL OR kind = ANY($5)) ORDER BY seq `+direction+` LIMIT $4`, streamID, after, before, limit, pq.Array(kinds))
}

// Count counts the events of a stream that are of some kinds.
func (l *Log) Count(ctx context.Context, streamID int64, kinds ...string) (n int, err error) {
	const q = `SELECT count(*) FROM events WHERE stream_id = $1 AND kind = ANY($2)`
	if err := l.db.QueryRowContext(ctx, q, streamID, pq.Array(kinds)).Scan(&n); err != nil {
		return 0, fmt.Errorf("count events: %w", err)
	}
	return n, nil
}

// Find returns the events with the ids, in any order, without those that are not there.
func (l *Log) Find(ctx context.Context, ids ...string) ([]Event, error) {
	return l.query(ctx, math.MaxInt, `SELECT `+columns+` FROM events WHERE id = ANY($1)`, pq.Array(ids))
}

// LastSeq is the place of the newest event of a stream; zero where there is none.
func (l *Log) LastSeq(ctx context.Context, streamID int64) (seq int64, err error) {
	err = l.db.QueryRowContext(ctx, `SELECT coalesce(max(last_seq), 0) FROM streams WHERE id = $1`, streamID).Scan(&seq)
	if err != nil {
		return 0, fmt.Errorf("find the newest event of a stream: %w", err)
	}
	return seq, nil
}

// messageKinds is the condition of the index event_messages.
const messageKinds = `kind IN ('TEXT', 'DOCUMENT', 'NOTICE')`

// Messages returns up to limit entries of a stream's timeline in reading order, which lie between two moments where they
// are given; the first of them, or the last of them in reverse order. Any page costs the same.
func (l *Log) Messages(ctx context.Context, streamID int64, after, before *Moment, limit int, backward bool) ([]Event, error) {
	q, args := timeline(streamID, after, before, limit, backward)
	return l.query(ctx, math.MaxInt, q, args...)
}

func timeline(streamID int64, after, before *Moment, limit int, backward bool) (q string, args []any) {
	q = `SELECT ` + columns + ` FROM events WHERE stream_id = $1 AND ` + messageKinds
	args = []any{streamID, limit}
	bound := func(than string, m *Moment) {
		if m != nil {
			args = append(args, m.At, m.Seq)
			q += fmt.Sprintf(` AND (at, seq) %s ($%d, $%d)`, than, len(args)-1, len(args))
		}
	}
	bound(">", after)
	bound("<", before)
	direction := "ASC"
	if backward {
		direction = "DESC"
	}
	return q + ` ORDER BY at ` + direction + `, seq ` + direction + ` LIMIT $2`, args
}

// CountMessages counts the entries of a stream's timeline.
func (l *Log) CountMessages(ctx context.Context, streamID int64) (int, error) {
	var n int
	err := l.db.QueryRowContext(ctx, `SELECT count(*) FROM events WHERE stream_id = $1 AND `+messageKinds, streamID).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("count messages: %w", err)
	}
	return n, nil
}

// Message returns the entry of a timeline with the id, and false where there is none.
func (l *Log) Message(ctx context.Context, id string) (Event, bool, error) {
	events, err := l.query(ctx, math.MaxInt, `SELECT `+columns+` FROM events WHERE id = $1 AND `+messageKinds, id)
	if err != nil || len(events) == 0 {
		return Event{}, false, err
	}
	return events[0], true, nil
}

// MessagesByID returns the entries of timelines with the ids, in any order, without those that are not there.
func (l *Log) MessagesByID(ctx context.Context, ids []string) ([]Event, error) {
	return l.query(ctx, math.MaxInt, `SELECT `+columns+` FROM events WHERE id = ANY($1) AND `+messageKinds, pq.Array(ids))
}

func (l *Log) query(ctx context.Context, most int, q string, args ...any) ([]Event, error) {
	rows, err := l.db.QueryContext(ctx, q, args...)
	if err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	defer rows.Close()
	return scan(rows, most)
}

// scan reads events until they are so much text, or there are no more.
func scan(rows *sql.Rows, most int) ([]Event, error) {
	var events []Event
	for size := 0; size < most && rows.Next(); size += events[len(events)-1].size() {
		var e Event
		if err := rows.Scan(&e.ID, &e.Stream, &e.Seq, &e.Kind, &e.Side, &e.ActorID, &e.At, &e.Body, &e.Data); err != nil {
			return nil, fmt.Errorf("read event: %w", err)
		}
		e.At = e.At.UTC()
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events: %w", err)
	}
	return events, nil
}
