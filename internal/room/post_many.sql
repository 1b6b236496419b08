-- Posts several messages into one room, in one statement and one commit. It does for each of them what post.sql does
-- for one, whatever becomes of the others; the two are changed together (docs/adr/0008).
--
-- $1 room, $2 organisation; then arrays with an element for each message, in the order of their places: $3 customer
-- or '', $4 specialist or '', $5 message id, $6 side, $7 author, $8 body, $9 idempotency key or '', $10 fingerprint of the
-- request. No author has the same key twice.
WITH seats AS MATERIALIZED ( -- in the order of their ids, as those who remove them lock them
	SELECT id FROM specialists WHERE id = ANY($4::text[]) AND room_id = $1 AND left_at IS NULL ORDER BY id FOR SHARE
), wanted AS MATERIALIZED (
	SELECT m.*, r.stream_id, r.status = 'ACTIVE' OR (m.customer = '' AND r.status IN ('DRAFT', 'TIMED_OUT')) AS open
	FROM rooms r
	CROSS JOIN unnest($3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[])
		WITH ORDINALITY AS m (customer, specialist, id, side, author, body, key, fingerprint, n)
	WHERE r.id = $1 AND r.organization_id = $2 AND (m.customer = '' OR r.customer_id = m.customer
		OR EXISTS (SELECT FROM rooms gone WHERE gone.merged_into_id = r.id AND gone.customer_id = m.customer)) -- has become one with the room's
		AND (m.specialist = '' OR m.specialist IN (SELECT id FROM seats))
), locked AS MATERIALIZED ( -- after waiting for a writer before us PostgreSQL looks again whether it has sealed the log; and
	-- the transaction has its number before it takes the time (eventlog.Horizon)
	SELECT s.id FROM streams s
	WHERE s.id = (SELECT stream_id FROM wanted WHERE open LIMIT 1) AND NOT s.sealed
	FOR UPDATE OF s
), claimed AS ( -- in the order of the keys, so that of two such statements none waits for the other in a circle
	INSERT INTO idempotency_keys (actor_id, key, fingerprint, result_id, created_at)
	SELECT author, key, fingerprint, wanted.id, now() FROM locked CROSS JOIN wanted
	WHERE open AND key <> ''
	ORDER BY author, key
	ON CONFLICT (actor_id, key) DO NOTHING
	RETURNING result_id
), judged AS MATERIALIZED (
	SELECT *, count(*) FILTER (WHERE admitted) OVER (ORDER BY n) AS place FROM (
		SELECT wanted.*, locked.id IS NOT NULL AND open AND (key = '' OR wanted.id IN (SELECT result_id FROM claimed)) AS admitted
		FROM wanted LEFT JOIN locked ON true
	) w
), raised AS (
	UPDATE streams s
	SET last_seq = s.last_seq + a.many, last_at = greatest(s.last_at, clock_timestamp()),
		active_at = CASE WHEN s.active_at < clock_timestamp() - interval '10 minutes' THEN statement_timestamp() ELSE s.active_at END
	FROM (SELECT stream_id, count(*) AS many FROM judged WHERE admitted GROUP BY stream_id) a
	WHERE s.id = a.stream_id
	RETURNING s.id, s.last_seq - a.many AS before, s.last_at
), posted AS (
	INSERT INTO events (id, stream_id, seq, kind, side, actor_id, at, body)
	SELECT j.id, r.id, r.before + j.place, 'TEXT', j.side, j.author, r.last_at, j.body
	FROM raised r CROSS JOIN judged j
	WHERE j.admitted
)
SELECT j.n, j.stream_id, CASE WHEN j.admitted THEN r.before + j.place END, r.last_at
FROM judged j LEFT JOIN raised r ON true
