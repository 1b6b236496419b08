package eventlog

import (
	"context"
	"database/sql"
	"fmt"
)

// findEpoch returns the number of the database's present history, and makes one where the history is new: the
// database is another one, or was set back to an earlier state (a restore or a failover starts a new timeline).
func findEpoch(ctx context.Context, db *sql.DB) (uint32, error) {
	const history = `SELECT s.system_identifier || '/' || c.timeline_id || '/' || d.oid
		FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d WHERE d.datname = current_database()`
	const find = `WITH h (history) AS (` + history + `), made AS (
			INSERT INTO log_epoches (id, history, created_at)
			SELECT 1 + coalesce((SELECT max(id) FROM log_epoches), 0), history, now() FROM h
			ON CONFLICT (history) DO NOTHING RETURNING id)
		SELECT id FROM made UNION ALL SELECT e.id FROM log_epoches e JOIN h USING (history) LIMIT 1`
	var epoch uint32
	if err := db.QueryRowContext(ctx, find).Scan(&epoch); err != nil {
		return 0, fmt.Errorf("find the epoch of the log: %w", err)
	}
	return epoch, nil
}
