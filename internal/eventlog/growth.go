package eventlog

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/lib/pq"
)

// Listener is told of all streams, followed or not.
type Listener struct {
	// Grown says that a stream has grown, in this process or another, and may be called for nothing, or late, or not at all:
	// it is a ring. It is called on the writers' way, so it must not wait.
	Grown func(streamID int64)
	// Ended says that all who follow were ended, and why.
	Ended func(because error)
}

// Listen has one listener told. It must be called before anything is appended or followed.
func (l *Log) Listen(to Listener) { l.hub.listener = to }

// deaf is the listener where nobody listens.
func deaf() Listener { return Listener{Grown: func(int64) {}, Ended: func(error) {}} }

// Growth is the newest event of a stream.
type Growth struct {
	Owner   string
	Stream  int64
	Seq     int64
	At      time.Time
	ActorID string // "" for the system
}

// Horizon is how far the past is settled.
type Horizon struct {
	Now     time.Time // by the clock that gives events their times
	Settled time.Time // whoever reads from now on finds every event before this that there will ever be
}

// Horizon returns the present horizon. An event gets its time from the clock, and shows when its transaction commits: until
// then later ones may show already. So the past is settled up to the time at which the oldest of those transactions began
// that write at this moment.
//
// It holds because a writer has its transaction's number before it takes an event's time: then either its number is among
// those found here, or it takes the time behind Now, which was before they were looked for. Whoever does not say when it
// began (track_activities is off, or the role is another one) is taken to have begun an hour ago: nobody writes for longer.
func (l *Log) Horizon(ctx context.Context) (Horizon, error) {
	const q = `SELECT now(), least(now(), min(greatest(xact_start, now() - interval '1 hour'))) FROM pg_stat_activity
		WHERE datname = current_database() AND coalesce(backend_type, 'client backend') = 'client backend' AND backend_xid IS NOT NULL`
	var h Horizon
	if err := l.db.QueryRowContext(ctx, q).Scan(&h.Now, &h.Settled); err != nil {
		return Horizon{}, fmt.Errorf("find out what is settled: %w", err)
	}
	return h, nil
}

// Owners are those of streams, by stream.
func (l *Log) Owners(ctx context.Context, streamIDs []int64) (map[int64]string, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT id, owner_id FROM streams WHERE id = ANY($1)`, pq.Array(streamIDs))
	if err != nil {
		return nil, fmt.Errorf("find owners of streams: %w", err)
	}
	defer rows.Close()
	owners := make(map[int64]string, len(streamIDs))
	for rows.Next() {
		var id int64
		var owner string
		if err := rows.Scan(&id, &owner); err != nil {
			return nil, fmt.Errorf("read the owner of a stream: %w", err)
		}
		owners[id] = owner
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find owners of streams: %w", err)
	}
	return owners, nil
}

// Grown returns the streams of some owners that have grown after a time, which differs between owners, in order of the
// times of their newest events.
func (l *Log) Grown(ctx context.Context, after map[string]time.Time) ([]Growth, error) {
	var owners []string
	var times []time.Time
	for owner, t := range after {
		owners, times = append(owners, owner), append(times, t)
	}
	return l.grown(ctx, ``, pq.Array(owners), pq.Array(times))
}

// GrownBetween returns the first of the streams of an owner whose newest events come after a time, and not after another,
// in order of their times; none only where there are none. Streams of one time come together.
func (l *Log) GrownBetween(ctx context.Context, owner string, after, upTo time.Time) ([]Growth, error) {
	const first = `WHERE s.last_at <= $3 ORDER BY s.last_at FETCH FIRST $4 ROWS WITH TIES`
	return l.grown(ctx, first, pq.Array([]string{owner}), pq.Array([]time.Time{after}), upTo, batch)
}

// Newest returns the events that growths tell of, by stream.
func (l *Log) Newest(ctx context.Context, all []Growth) (map[int64]Event, error) {
	var streams, places pq.Int64Array
	for _, g := range all {
		streams, places = append(streams, g.Stream), append(places, g.Seq)
	}
	const q = `SELECT ` + columns + ` FROM events WHERE (stream_id, seq) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))`
	events, err := l.query(ctx, math.MaxInt, q, streams, places)
	if err != nil {
		return nil, err
	}
	newest := make(map[int64]Event, len(events))
	for _, e := range events {
		newest[e.Stream] = e
	}
	return newest, nil
}

// grown finds streams by active_at, which is at most Stride behind.
func (l *Log) grown(ctx context.Context, which string, args ...any) ([]Growth, error) {
	rows, err := l.db.QueryContext(ctx, `SELECT g.*, coalesce(e.actor_id, '') FROM (
			SELECT s.owner_id, s.id, s.last_seq, s.last_at FROM unnest($1::text[], $2::timestamptz[]) AS o (owner, after)
			JOIN streams s ON s.owner_id = o.owner AND s.active_at > o.after - interval '10 minutes' AND s.last_at > o.after AND s.last_seq > 0
			`+which+`
		) g LEFT JOIN events e ON e.stream_id = g.id AND e.seq = g.last_seq ORDER BY g.last_at, g.id`, args...)
	if err != nil {
		return nil, fmt.Errorf("find streams that have grown: %w", err)
	}
	defer rows.Close()
	var all []Growth
	for rows.Next() {
		var g Growth
		if err := rows.Scan(&g.Owner, &g.Stream, &g.Seq, &g.At, &g.ActorID); err != nil {
			return nil, fmt.Errorf("read a stream that has grown: %w", err)
		}
		g.At = g.At.UTC()
		all = append(all, g)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find streams that have grown: %w", err)
	}
	return all, nil
}
