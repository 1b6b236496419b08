package eventlog

import (
	"context"
	"fmt"

	"github.com/lib/pq"

	"parley/ent"
)

// What is counted of a stream at most: so many entries, among so many of the newest events. What is behind that is far
// more than anyone wants to know.
const (
	MostUnread    = 1_000
	lookedThrough = 10_000
)

// Reading is how far somebody has read in a stream.
type Reading struct {
	Stream int64
	After  int64 // the place up to which all is read
	Reader string
	Side   string // all of which is the reader's own; "" for those who are one of several there
}

// CountUnread counts, for each reading, the entries of the timeline that come behind it and are not the reader's own, in
// one query; MostUnread at most.
func (l *Log) CountUnread(ctx context.Context, readings []Reading) ([]int, error) {
	const q = `SELECT (SELECT count(*) FROM (
			SELECT FROM (
				SELECT kind, actor_id, side FROM events WHERE stream_id = r.stream AND seq > r.after ORDER BY seq DESC LIMIT $4
			) newest
			WHERE ` + messageKinds + ` AND actor_id IS DISTINCT FROM r.reader AND side <> r.side LIMIT $5
		) unread)
		FROM unnest($1::bigint[], $2::bigint[], $3::text[], $6::text[]) WITH ORDINALITY AS r (stream, after, reader, side, n) ORDER BY n`
	var streams, places pq.Int64Array
	var readers, sides pq.StringArray
	for _, r := range readings {
		streams, places = append(streams, r.Stream), append(places, r.After)
		readers, sides = append(readers, r.Reader), append(sides, r.Side)
	}
	rows, err := l.db.QueryContext(ctx, q, streams, places, readers, lookedThrough, MostUnread, sides)
	if err != nil {
		return nil, fmt.Errorf("count unread entries: %w", err)
	}
	defer rows.Close()
	counts := make([]int, 0, len(readings))
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("read a count of unread entries: %w", err)
		}
		counts = append(counts, n)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count unread entries: %w", err)
	}
	return counts, nil
}

// Carried is how far somebody has read in two streams: in the one that stays, and There, in the one that has moved into it.
type Carried struct {
	Reading
	There int64
}

// CarryTx returns, by reader, up to where those have read in the stream that stays who had read all of it, up to the place
// behind which the other has been moved: up to the last entry that they had read there. Of anyone else a place could not say it.
func (l *Log) CarryTx(ctx context.Context, tx *ent.Tx, from, behind int64, readers []Carried) (map[string]int64, error) {
	const q = `SELECT r.reader, e.seq
		FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) AS r (reader, side, here, there)
		CROSS JOIN LATERAL (
			SELECT data FROM events WHERE stream_id = $5 AND seq <= r.there AND kind = '` + kindMoved + `' ORDER BY seq DESC LIMIT 1
		) mark
		JOIN events e ON e.id = mark.data
		WHERE NOT EXISTS (
			SELECT FROM events WHERE stream_id = e.stream_id AND seq > r.here AND seq <= $6
				AND ` + messageKinds + ` AND actor_id IS DISTINCT FROM r.reader AND side <> r.side
		)`
	var people, sides pq.StringArray
	var here, there pq.Int64Array
	for _, r := range readers {
		people, sides = append(people, r.Reader), append(sides, r.Side)
		here, there = append(here, r.After), append(there, r.There)
	}
	rows, err := tx.QueryContext(ctx, q, people, sides, here, there, from, behind)
	if err != nil {
		return nil, fmt.Errorf("find how far was read: %w", err)
	}
	defer rows.Close()
	places := map[string]int64{}
	for rows.Next() {
		var reader string
		var place int64
		if err := rows.Scan(&reader, &place); err != nil {
			return nil, fmt.Errorf("read how far was read: %w", err)
		}
		places[reader] = place
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find how far was read: %w", err)
	}
	return places, nil
}
