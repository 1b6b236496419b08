package search

import (
	"strconv"
	"time"

	"parley/internal/eventlog"
)

const (
	// mostAtOnce is how many entries of streams are read in one statement; about a quarter of a second.
	mostAtOnce = 5000

	// openAtMost is how long a transaction that appends is open at most, and by how much the clock is set back at most,
	// for nothing to be found late. What goes beyond it is found when all streams are looked at.
	openAtMost = time.Minute
)

// window are the parameters of recent.
func window(since time.Time) []any {
	return []any{since, (eventlog.Stride + openAtMost).Seconds(), openAtMost.Seconds()}
}

// recent are the streams in which something happened lately: since all was taken in, at $1, with room for what was not committed
// then. These statements read tables of package eventlog, since each message would otherwise go to the process and back.
const recent = `SELECT * FROM streams
	WHERE active_at > least($1::timestamptz, now()) - make_interval(secs => $2) AND last_at > least($1, now()) - make_interval(secs => $3)`

// inRange are some of all streams, behind $1.
const inRange = `SELECT * FROM streams WHERE id > $1 ORDER BY id LIMIT 10000`

// grown are those of some streams that have grown since they were last read. Where to look may go by times; what is new is by
// places alone.
func grown(streams string) string {
	return ` FROM (` + streams + `) s LEFT JOIN search_streams r ON r.id = s.id WHERE s.last_seq > coalesce(r.seq, 0)`
}

// lookSQL tells whether all was taken in of some streams, as of when, and which of them is the last.
func lookSQL(streams string) string {
	return `SELECT now(), NOT EXISTS (SELECT` + grown(streams) + `), (SELECT max(id) FROM (` + streams + `) s)`
}

// lockSQL waits until no other process takes words. The statement behind it sees what that one has done.
const lockSQL = `SELECT pg_advisory_xact_lock(hashtextextended('the words that are searched', 0))`

// takeSQL takes words of as many entries as the batch says, about. Streams where something happened last come first, so that
// what is new is found whatever the backlog.
func takeSQL(streams string, batch int) string {
	most := strconv.Itoa(batch)
	return `
WITH grown AS MATERIALIZED (
	SELECT s.id, s.owner_id, s.last_seq, coalesce(r.seq, 0) AS seq,
		sum(s.last_seq - coalesce(r.seq, 0)) OVER (ORDER BY s.last_at DESC, s.id) AS total` + grown(streams) + `
), chosen AS MATERIALIZED (
	SELECT id, owner_id, last_seq, seq, least(last_seq, seq + ` + most + `) AS up_to FROM grown WHERE total - (last_seq - seq) < ` + most + `
), taken AS (
	INSERT INTO search_entries (id, organization_id, at, words)
	SELECT e.id, c.owner_id, e.at, ` + words + `
	FROM chosen c JOIN events e ON e.stream_id = c.id AND e.seq > c.seq AND e.seq <= c.up_to
	WHERE e.kind IN ('TEXT', 'DOCUMENT', 'NOTICE') AND e.body <> ''
	ON CONFLICT (id) DO NOTHING -- what has come from another stream was taken there
), noted AS (
	INSERT INTO search_streams (id, seq) SELECT id, up_to FROM chosen
	ON CONFLICT (id) DO UPDATE SET seq = excluded.seq
)
SELECT now(), (SELECT count(*) FROM grown) = (SELECT count(*) FROM chosen WHERE up_to = last_seq)`
}

// words are those of a body, however its letters with marks are composed. Punctuation goes first: PostgreSQL would keep an address, a path or a number with a dash as
// one word, and what is in angle brackets as none. A body that is longer than any message may be would be too much for it.
const words = `strip(to_tsvector('simple', translate(normalize(left(body, 100000)), ` + punctuation + `)))`

// punctuation is what is between words, and as many spaces.
const punctuation = `'!"#$%&''()*+,-./:;<=>?@[\]^_` + "`" + `{|}~', repeat(' ', 32)`
