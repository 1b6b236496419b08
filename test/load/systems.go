package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"parley/test/load/internal/child"
	"parley/test/load/internal/stock"
)

// The names of the systems.
const (
	parleyName  = "parley"
	limitName   = "limit"
	gorillaName = "gorilla"
	stockName   = "stock"

	// pacedName is the limit once more, where its sender waits as long as Parley's did.
	pacedName = "limit at parley's pace"
)

// databaseVariable tells a server its database.
const databaseVariable = "DATABASE_URL"

// start starts the system, and signs in.
func (l *lab) start(ctx context.Context, system string, settings ...string) (*server, error) {
	url, err := l.databaseOf(ctx, system)
	if err != nil {
		return nil, err
	}
	env := append([]string{"PATH=" + os.Getenv("PATH"), databaseVariable + "=" + url}, settings...)
	program, args := l.self, []string{serveRole, system}
	if system == parleyName {
		program, args = l.server, nil
		env = append(env, "PARLEY_ADDR=127.0.0.1:0", "PARLEY_LIMITS=rates=0", "PARLEY_DEMO=on",
			"PARLEY_SECRET="+strings.Repeat("load", 8), "PARLEY_DATA="+filepath.Join(l.folder, "data"))
	}
	c, err := child.Start(ctx, program, args, env)
	if err != nil {
		return nil, err
	}
	s := &server{Child: c, system: system}
	if err := s.signIn(ctx); err != nil {
		return nil, s.failed(err)
	}
	return s, nil
}

// databaseOf is the address of the system's database, empty where it has none.
func (l *lab) databaseOf(ctx context.Context, system string) (string, error) {
	if system == limitName || system == gorillaName {
		return "", nil
	}
	return l.database.url(ctx, system)
}

// signIn gets the token.
func (s *server) signIn(ctx context.Context) error {
	switch s.system {
	case parleyName:
		return s.signInToParley(ctx)
	case stockName:
		s.token = stock.Token
	}
	return nil
}
