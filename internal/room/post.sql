-- Posts a message in one statement and one commit: permission, idempotency key, place in the log, message.
-- It is the one statement that touches tables of several packages, because each round trip more would hold the
-- room's log locked for longer (docs/adr/0002).
--
-- $1 room, $2 organisation, $3 customer or '', $4 specialist or '', $5 message id, $6 side, $7 author, $8 body, $9 idempotency key or '',
-- $10 fingerprint of the request
WITH seat AS MATERIALIZED ( -- who removes the specialist at this moment waits for us, or we for them
	SELECT id FROM specialists WHERE $4::text <> '' AND id = $4::text AND room_id = $1 AND left_at IS NULL FOR SHARE
), place AS MATERIALIZED (
	SELECT r.stream_id, r.status = 'ACTIVE' OR ($3::text = '' AND r.status IN ('DRAFT', 'TIMED_OUT')) AS open
	FROM rooms r
	WHERE r.id = $1 AND r.organization_id = $2 AND ($3::text = '' OR r.customer_id = $3
		OR EXISTS (SELECT FROM rooms gone WHERE gone.merged_into_id = r.id AND gone.customer_id = $3)) -- has become one with the room's
		AND ($4::text = '' OR EXISTS (SELECT FROM seat))
), locked AS MATERIALIZED ( -- after waiting for a writer before us PostgreSQL looks again whether it has sealed the log; and
	-- the transaction has its number before it takes the time (eventlog.Horizon)
	SELECT s.id FROM streams s JOIN place p ON s.id = p.stream_id
	WHERE p.open AND NOT s.sealed
	FOR UPDATE OF s
), claimed AS ( -- so what is refused leaves no key
	INSERT INTO idempotency_keys (actor_id, key, fingerprint, result_id, created_at)
	SELECT $7, $9::text, $10, $5, now() FROM locked WHERE $9::text <> ''
	ON CONFLICT (actor_id, key) DO NOTHING
	RETURNING 1
), raised AS (
	UPDATE streams s
	SET last_seq = s.last_seq + 1, last_at = greatest(s.last_at, clock_timestamp()),
		active_at = CASE WHEN s.active_at < clock_timestamp() - interval '10 minutes' THEN statement_timestamp() ELSE s.active_at END
	FROM locked
	WHERE s.id = locked.id AND ($9::text = '' OR EXISTS (SELECT FROM claimed))
	RETURNING s.id, s.last_seq, s.last_at
), posted AS (
	INSERT INTO events (id, stream_id, seq, kind, side, actor_id, at, body)
	SELECT $5, id, last_seq, 'TEXT', $6, $7, last_at, $8 FROM raised
	RETURNING seq, at
)
SELECT place.stream_id, posted.seq, posted.at
FROM place LEFT JOIN posted ON true
