// Command server is Parley: configuration, wiring and life cycle. What it serves is in routes.go.
//
// It guarantees that a wrong setting stops the start with a sentence that names it, that on SIGTERM clients are told
// to come back and requests under way may finish within ten seconds, that a second signal ends the process at once,
// and that a panic in a goroutine of ours does not.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"parley/internal/inspect"
)

func main() {
	inspect.Main(os.Args)
	ctx, stop := untilInterrupted()
	defer stop()
	if err := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, "parley:", err)
		os.Exit(1)
	}
}

// untilInterrupted returns a context that ends with the first SIGINT or SIGTERM. The second one ends the process.
func untilInterrupted() (ctx context.Context, stop func()) {
	ctx, stop = signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	return ctx, stop
}

// run is the whole program: it returns when the context has ended and everything is shut down.
func run(ctx context.Context, args []string, getenv func(string) string, out, errs io.Writer) error {
	c, err := configure(args, getenv, out)
	if err != nil || c == nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(errs, nil))
	say := func(format string, a ...any) { fmt.Fprintf(out, format+"\n", a...) }
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		return fmt.Errorf("PARLEY_ADDR=%s: %w", c.Addr, err)
	}
	defer listener.Close()
	store, err := openStore(ctx, c, getenv, say)
	if err != nil {
		return err
	}
	defer store.close(log)
	a, err := wire(ctx, c, store, listener, log)
	if err != nil {
		return err
	}
	if c.demo() {
		say("seeding the demo organisations")
		if err := seedDemo(ctx, a.organizations); err != nil {
			return err
		}
	}
	return a.serve(ctx, say)
}
