package database

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
)

// WithTx runs work in a transaction: committed where it returns nil, rolled back where it returns an error, panics or ends the
// goroutine. The error of work comes back wrapped, so errors.Is and errors.As see through it.
//
// Nothing may leave the process before WithTx returns nil: until then it has not happened.
func WithTx(ctx context.Context, client *ent.Client, work func(tx *ent.Tx) error) error {
	tx, err := client.Tx(ctx)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	returned := false
	defer func() {
		if !returned {
			_ = tx.Rollback() // a panic is under way, which says more
		}
	}()
	err = work(tx)
	returned = true
	if err != nil {
		return rollback(tx, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

func rollback(tx *ent.Tx, cause error) error {
	if err := tx.Rollback(); err != nil {
		return errors.Join(fmt.Errorf("in a transaction: %w", cause), fmt.Errorf("rolling back: %w", err))
	}
	return fmt.Errorf("in a transaction: %w", cause)
}

// AfterCommit calls f once the transaction has committed, and never where it is rolled back.
func AfterCommit(tx *ent.Tx, f func()) {
	tx.OnCommit(func(next ent.Committer) ent.Committer {
		return ent.CommitFunc(func(ctx context.Context, tx *ent.Tx) error {
			err := next.Commit(ctx, tx)
			if err == nil {
				f()
			}
			return err
		})
	})
}
