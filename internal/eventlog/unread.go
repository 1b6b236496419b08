package eventlog

import (
	"context"
	"fmt"

	"github.com/lib/pq"
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
}

// CountUnread counts, for each reading, the entries of the timeline that come behind it and are not the reader's own, in
// one query; MostUnread at most.
func (l *Log) CountUnread(ctx context.Context, readings []Reading) ([]int, error) {
	const q = `SELECT (SELECT count(*) FROM (
			SELECT FROM (
				SELECT kind, actor_id FROM events WHERE stream_id = r.stream AND seq > r.after ORDER BY seq DESC LIMIT $4
			) newest
			WHERE ` + messageKinds + ` AND actor_id IS DISTINCT FROM r.reader LIMIT $5
		) unread)
		FROM unnest($1::bigint[], $2::bigint[], $3::text[]) WITH ORDINALITY AS r (stream, after, reader, n) ORDER BY n`
	var streams, places pq.Int64Array
	var readers pq.StringArray
	for _, r := range readings {
		streams, places, readers = append(streams, r.Stream), append(places, r.After), append(readers, r.Reader)
	}
	rows, err := l.db.QueryContext(ctx, q, streams, places, readers, lookedThrough, MostUnread)
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
