package eventlog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
)

// history names the database's present history: the database is another one, or was set back to an earlier state (a
// restore or a failover starts a new timeline). Only a primary has one.
const history = `(SELECT system_identifier FROM pg_control_system()) || '/' ||
	left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' ||
	(SELECT oid FROM pg_database WHERE datname = current_database())`

// findEpoch returns the number of the database's present history, and makes one where the history is new. The number is
// random: of two copies of one backup neither knows the other's.
func findEpoch(ctx context.Context, db *sql.DB) (uint32, error) {
	const find = `SELECT id FROM log_epochs WHERE history = ` + history
	const remember = `INSERT INTO log_epochs (id, history, created_at) VALUES ($1, ` + history + `, now())
		ON CONFLICT (history) DO NOTHING` // another process was first
	var epoch uint32
	err := db.QueryRowContext(ctx, find).Scan(&epoch)
	if errors.Is(err, sql.ErrNoRows) {
		if _, err = db.ExecContext(ctx, remember, 1+rand.Int64N(math.MaxUint32)); err == nil {
			err = db.QueryRowContext(ctx, find).Scan(&epoch)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("find the epoch of the log: %w", err)
	}
	return epoch, nil
}
