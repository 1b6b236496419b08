package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"parley/internal/idempotency"
	"parley/internal/limits"
	"parley/internal/supervise"
)

// patience is how long a shutdown may take.
const patience = 10 * time.Second

// serve runs everything until the context ends, then shuts down.
func (a *app) serve(ctx context.Context, say func(string, ...any)) error {
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	done := a.runBackground(background)
	defer done()
	defer stop()

	server := &http.Server{
		Handler:           a.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    16 << 10,
		ErrorLog:          slog.NewLogLogger(a.log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(a.listener) }()
	a.welcome(say)
	select {
	case <-ctx.Done():
		within, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		return a.shutdown(within, server)
	case err := <-failed:
		return fmt.Errorf("serve: %w", err)
	case <-a.store.lost():
		return errors.New("the private PostgreSQL has ended; start the server again")
	}
}

// shutdown closes the listener, tells the clients of streams and sockets to come back, and lets requests under way
// end. Those that have not when the context ends are cut off.
func (a *app) shutdown(ctx context.Context, server *http.Server) error {
	a.stopping.Store(true)
	told := make(chan error, 1)
	go func() { told <- a.graphql.Shutdown(ctx) }()
	go a.documents.Shutdown()
	if err := errors.Join(server.Shutdown(ctx), <-told); err != nil {
		return fmt.Errorf("shut down: %w", errors.Join(err, server.Close()))
	}
	return nil
}

// runBackground starts what goes on beside requests; the function it returns waits for its end. The bus ends last, with
// what the others have said at their end.
func (a *app) runBackground(ctx context.Context) (wait func()) {
	carrying, stop := context.WithCancel(context.WithoutCancel(ctx))
	var bus sync.WaitGroup
	bus.Go(func() { supervise.Run(carrying, a.log, "bus", a.bus.Run) })
	work := map[string]func(context.Context) error{
		"access tokens": func(ctx context.Context) error { a.tokens.Run(ctx, a.log); return nil },
		"event log":     a.events.Run,
		"presence":      a.presence.Run,
		"search":        a.search.Run,
		"inbox":         a.inbox.Run,
		"outbox":        a.outbox.Run,
		"chat offers":   a.conversations.Run,
		"documents":     a.documents.Run,
		"numbers":       a.numbers.Run,
		"sweeping":      func(ctx context.Context) error { return every(ctx, time.Hour, a.sweep) },
		"time-outs":     func(ctx context.Context) error { return every(ctx, time.Minute, a.timeOut) },
	}
	if a.simulator != nil {
		work["simulator"] = func(ctx context.Context) error { return a.simulator.Run(ctx, a.outbox) }
	}
	var all sync.WaitGroup
	for name, f := range work {
		all.Go(func() { supervise.Run(ctx, a.log, name, f) })
	}
	return func() {
		all.Wait()
		if a.twilio != nil {
			a.twilio.Close()
		}
		stop()
		bus.Wait()
	}
}

// sweep forgets what no longer counts.
func (a *app) sweep(ctx context.Context) error {
	return errors.Join(
		idempotency.Sweep(ctx, a.store.ent, a.config.limits.IdempotencyKey), a.counter.Sweep(ctx), a.tokens.Sweep(ctx),
		a.documents.Sweep(ctx))
}

// timeOut marks the rooms in which nothing has happened for too long, and frees the seats of those who cannot come back.
func (a *app) timeOut(ctx context.Context) error {
	_, err := a.rooms.TimeOut(ctx)
	return errors.Join(err, a.sessions.FreeSeats(ctx))
}

// every does something at once and then again and again, until the context ends or it fails.
func every(ctx context.Context, pause time.Duration, do func(context.Context) error) error {
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for {
		if err := do(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// welcome says what to open.
func (a *app) welcome(say func(string, ...any)) {
	base := "http://" + reachable(a.listener.Addr())
	say("")
	say("Parley is ready.")
	say("  GraphiQL            %s/", base)
	say("  Desk                %s/desk", base)
	say("  API                 %s/graphql", base)
	if a.simulator != nil {
		say("  Simulator           %s/simulator", base)
	}
	if a.config.demo() {
		say("  Sign in as          agent@demo.example, password parley-demo")
	}
	a.warn()
}

// warn says what is not for production.
func (a *app) warn() {
	if limits.RatesLifted(a.config.LimitValues) {
		a.log.Warn("rates are lifted (rates=0): this is for load tests, anyone can flood this server")
	}
	if a.simulator != nil && a.config.DatabaseURL != "" {
		a.log.Warn("the simulator stands in for a carrier or mail server: anyone who reaches this server can read what it sends")
	}
	if a.config.demo() && a.config.DatabaseURL != "" {
		a.log.Warn("the demo organisations are there (PARLEY_DEMO): anyone can sign in to them, their password is public")
	}
}
