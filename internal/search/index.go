package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync/atomic"
	"time"

	"parley/ent"
	"parley/internal/database"
)

const (
	// lookEvery is how often it is looked for what is new.
	lookEvery = time.Second

	// restTimes is for how many times as long as a batch took there is none.
	restTimes = 4

	// lookAtAllEvery is how often all streams are looked at, and not only those where something happened lately.
	lookAtAllEvery = 10 * time.Minute

	// patience is for how long a search takes in what is new, before it answers with what there is.
	patience = time.Second
)

// Index is the words of all messages. Make it with New.
type Index struct {
	ent *ent.Client
	log *slog.Logger

	begun atomic.Int64  // rounds that have begun in this process
	turn  chan struct{} // holds a value while one is under way; what follows belongs to that one
	done  int64         // the last round that has left nothing behind
	since time.Time     // when that was, by the database's clock
	batch int

	all     time.Time // when all streams are to be looked at again
	visited int64     // up to which of them that has come
}

// New returns the index in the database. Run must be called for words to be taken while nobody searches.
func New(client *ent.Client, log *slog.Logger) *Index {
	return &Index{ent: client, log: log, turn: make(chan struct{}, 1), batch: mostAtOnce, visited: math.MinInt64}
}

// Run takes the words of what is new, about every second, until the context ends. After each batch it rests, so that it
// takes the database from those who write for a part of the time only, whatever they write.
func (x *Index) Run(ctx context.Context) error {
	for {
		began := time.Now()
		done, err := x.round(ctx, x.begun.Load())
		if err != nil && ctx.Err() == nil && !database.Busy(err) { // or others are at it
			x.log.ErrorContext(ctx, "search", "error", err)
		}
		pause := restTimes * time.Since(began)
		if done || err != nil {
			pause = max(pause, lookEvery)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pause):
		}
	}
}

// catchUp takes in what was committed before it was called, without rest, for somebody who waits: where it takes too long
// they get by with what there is.
func (x *Index) catchUp(ctx context.Context) error {
	arrived := x.begun.Load()
	for late := time.Now().Add(patience); time.Now().Before(late); {
		done, err := x.round(ctx, arrived)
		if done || database.Busy(err) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// round takes in a batch of what is new. It returns whether nothing is left of what was committed before the caller
// came; as many rounds had begun then as they say. So those who come while one is under way share the next.
func (x *Index) round(ctx context.Context, arrived int64) (done bool, err error) {
	select {
	case x.turn <- struct{}{}:
		defer func() { <-x.turn }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	if x.done > arrived {
		return true, nil
	}
	number := x.begun.Add(1)
	if done, err = x.take(ctx); done {
		x.done = number
	}
	return done, err
}

// take takes in a batch of what is new, and returns whether that was all: of the streams where something happened lately, and
// then, in ranges, of all of them, when it is time to look at those.
func (x *Index) take(ctx context.Context) (complete bool, err error) {
	if complete, err = x.takeRecent(ctx); err != nil || !complete || time.Now().Before(x.all) {
		return complete, err
	}
	return x.takeRange(ctx)
}

// takeRecent takes in a batch of what happened lately.
func (x *Index) takeRecent(ctx context.Context) (complete bool, err error) {
	since := x.since
	if since.IsZero() {
		if err := one(ctx, x.ent, []any{&since}, `SELECT now()`); err != nil {
			return false, err
		}
	}
	at, complete, _, err := x.takeOf(ctx, recent, window(since)...)
	if err == nil && complete {
		x.since = at
	}
	return complete, err
}

// takeRange takes in a batch of the streams that come next, and goes on behind them when that was all.
func (x *Index) takeRange(ctx context.Context) (complete bool, err error) {
	_, complete, last, err := x.takeOf(ctx, inRange, x.visited)
	switch {
	case err != nil || !complete:
		return false, err
	case last.Valid:
		x.visited = last.Int64
		return false, nil
	}
	x.all, x.visited = time.Now().Add(lookAtAllEvery), math.MinInt64
	return true, nil
}

// takeOf takes in a batch of some streams, where there is anything new. It returns as of when all was taken in, whether it was, and
// the last of the streams.
func (x *Index) takeOf(ctx context.Context, streams string, where ...any) (at time.Time, complete bool, last sql.NullInt64, err error) {
	err = one(ctx, x.ent, []any{&at, &complete, &last}, lookSQL(streams), where...)
	if err != nil || complete {
		return at, complete, last, err
	}
	err = database.WithTx(ctx, x.ent, func(tx *ent.Tx) error { // only one process at a time: each would do what the others do
		if _, err := tx.ExecContext(ctx, lockSQL); err != nil {
			return fmt.Errorf("wait for who takes words: %w", err)
		}
		return one(ctx, tx, []any{&at, &complete}, takeSQL(streams, x.batch), where...)
	})
	x.adapt(err)
	return at, complete, last, err
}

// adapt makes batches smaller where one took longer than a statement may, so that there is progress whatever there is.
func (x *Index) adapt(err error) {
	switch {
	case err == nil:
		x.batch = min(2*x.batch, mostAtOnce)
	case database.Busy(err):
		x.batch = max(x.batch/4, 1)
	}
}

// querier is a client or a transaction.
type querier interface {
	QueryContext(ctx context.Context, q string, args ...any) (*sql.Rows, error)
}

// one reads the one row of a query.
func one(ctx context.Context, in querier, into []any, q string, args ...any) error {
	rows, err := in.QueryContext(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("take words: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		return fmt.Errorf("take words: %w", errors.Join(rows.Err(), sql.ErrNoRows))
	}
	if err := rows.Scan(into...); err != nil {
		return fmt.Errorf("take words: %w", err)
	}
	return nil
}
