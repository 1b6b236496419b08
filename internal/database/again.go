package database

import (
	"context"
	"time"
)

// What Again does: so many tries, and a pause between them.
const (
	tries   = 3
	between = 20 * time.Millisecond
)

// Again reads once more where PostgreSQL did not answer, because the connection was lost on the way: another one may do.
// It is for reading outside of a transaction.
func Again(ctx context.Context, read func() error) error {
	for try := 1; ; try++ {
		err := read()
		if err == nil || try == tries || ctx.Err() != nil || !Lost(err) {
			return err
		}
		select {
		case <-time.After(between):
		case <-ctx.Done():
			return err
		}
	}
}
