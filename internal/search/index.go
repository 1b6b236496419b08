package search

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
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
	all   time.Time     // when all streams are to be looked at again
	batch int
}

// New returns the index in the database. Run must be called for words to be taken while nobody searches.
func New(client *ent.Client, log *slog.Logger) *Index {
	return &Index{ent: client, log: log, turn: make(chan struct{}, 1), batch: mostAtOnce}
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

// take takes in a batch of what is new, and returns whether that was all.
func (x *Index) take(ctx context.Context) (complete bool, err error) {
	since := x.since
	atAll := time.Now().After(x.all)
	if atAll {
		since = time.Time{}
	}
	at, complete, err := x.look(ctx, since)
	if err == nil && !complete {
		at, complete, err = x.takeBatch(ctx, since)
	}
	if err != nil || !complete {
		return false, err
	}
	if x.since = at; atAll {
		x.all = time.Now().Add(lookAtAllEvery)
	}
	return true, nil
}

// look tells whether everything has been taken in, and as of when.
func (x *Index) look(ctx context.Context, since time.Time) (at time.Time, complete bool, err error) {
	err = one(ctx, x.ent, []any{&at, &complete}, lookSQL, window(since)...)
	return at, complete, err
}

// takeBatch takes in a batch. Only one process does so at a time: each would do what the others do.
func (x *Index) takeBatch(ctx context.Context, since time.Time) (at time.Time, complete bool, err error) {
	err = database.WithTx(ctx, x.ent, func(tx *ent.Tx) error {
		if _, err := tx.ExecContext(ctx, lockSQL); err != nil {
			return fmt.Errorf("wait for who takes words: %w", err)
		}
		return one(ctx, tx, []any{&at, &complete}, takeSQL, append(window(since), x.batch)...)
	})
	x.adapt(err)
	return at, complete, err
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
