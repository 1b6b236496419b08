// Package supervise keeps the goroutines of the server going.
//
// It guarantees that a panic or an error in a supervised function is logged and does not end the process: the
// function is started again, after a pause that grows while it keeps failing, until its context ends.
package supervise

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"
)

// Pauses between a failure and the next start.
const (
	firstPause = 50 * time.Millisecond
	longPause  = 5 * time.Second
)

// Run calls f until it returns nil or the context ends.
func Run(ctx context.Context, log *slog.Logger, name string, f func(context.Context) error) {
	for pause := firstPause; ; pause = min(2*pause, longPause) {
		began := time.Now()
		err := Call(ctx, f)
		if err == nil || ctx.Err() != nil {
			return
		}
		log.ErrorContext(ctx, "failed, starting again", "what", name, "error", err)
		if time.Since(began) > longPause {
			pause = firstPause
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
	}
}

// Call calls f and returns a panic in it as an error with its stack.
func Call(ctx context.Context, f func(context.Context) error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v\n%s", r, debug.Stack())
		}
	}()
	return f(ctx)
}
