package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/rs/cors"

	"parley"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/document"
	"parley/internal/limits"
	"parley/web"
)

// routes is the whole HTTP surface.
func (a *app) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/graphql", unhurried(a.graphql))
	mux.HandleFunc("GET /schema.graphqls", schema)

	mux.Handle("GET /{$}", web.GraphiQL())
	mux.Handle("GET /desk", web.Desk())
	mux.Handle("GET /r/{token}", web.Customer())
	mux.HandleFunc("POST /r/{token}", a.seen)
	mux.Handle("GET /s/{code}", web.Specialist())
	mux.Handle("GET /join/{token}", web.Join())
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle(document.FilesPath, unhurried(a.documents.Files()))

	if a.simulator != nil {
		mux.Handle("GET /simulator", a.ownHost(web.Simulator()))
		mux.Handle("/simulator/", a.ownHost(a.simulator.Handler(a.outbox)))
	}

	if a.twilio != nil {
		mux.Handle("POST /webhooks/twilio/", a.twilio.Handler(a.outbox))
	}

	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { answer(w, http.StatusOK, "ok") })
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("GET /metrics", a.metrics())
	return hurried(a.config.limits.Transfer, a.cors().Handler(headers(mux)))
}

// cors lets pages of the allowed origins read answers. Credentials are not needed: there are no cookies.
func (a *app) cors() *cors.Cors {
	return cors.New(cors.Options{
		AllowOriginFunc: a.listedOrigin,
		AllowedMethods:  []string{http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch},
		AllowedHeaders:  []string{"Authorization", "Content-Type", "Accept", "Apollo-Require-Preflight", "X-Apollo-Operation-Name", "GraphQL-Preflight", "Range", document.OffsetHeader},
		ExposedHeaders:  []string{"Accept-Ranges", "Content-Range", document.OffsetHeader, document.LengthHeader},
		MaxAge:          600,
	})
}

// headers are those that every answer carries.
func headers(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		next.ServeHTTP(w, r)
	})
}

func schema(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/graphql; charset=utf-8")
	_, _ = io.WriteString(w, parley.Schema) // a client that left cannot be helped
}

// seen is what the page behind a link posts when a person sees it. The answer is the same for every token, and a refusal
// is no news.
func (a *app) seen(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := limits.Within(auth.WithAddress(r.Context(), a.address(r)), a.config.limits.Operation)
	defer cancel()
	err := a.rooms.Seen(ctx, r.PathValue("token"))
	if err != nil && len(apierr.As(err)) == 0 && r.Context().Err() == nil {
		a.log.ErrorContext(ctx, "note that a page was seen", "error", err)
	}
	w.WriteHeader(http.StatusNoContent)
}

// readyz tells whether requests can be served: not while shutting down, not without the database, and not without the bus:
// what happens in other processes would come late.
func (a *app) readyz(w http.ResponseWriter, r *http.Request) {
	switch {
	case a.stopping.Load():
		answer(w, http.StatusServiceUnavailable, "stopping")
	case !a.reachesDatabase(r.Context()):
		answer(w, http.StatusServiceUnavailable, "no database")
	case !a.bus.Hears():
		answer(w, http.StatusServiceUnavailable, "no bus")
	default:
		answer(w, http.StatusOK, "ready")
	}
}

// reachesDatabase tells it within two seconds. A connection to a network that has gone silent does not heed its
// context, so it is not waited for.
func (a *app) reachesDatabase(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	answered := make(chan error, 1)
	go func() { answered <- a.store.db.PingContext(ctx) }()
	select {
	case err := <-answered:
		return err == nil
	case <-ctx.Done():
		return false
	}
}

func answer(w http.ResponseWriter, status int, word string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"status": word}) // a client that left cannot be helped
}

func (a *app) metrics() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(
		collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		collectors.NewDBStatsCollector(a.store.db, "parley"),
	)
	return promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
}
