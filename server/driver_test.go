package main

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"sync"
	"testing"

	"github.com/lib/pq"

	"parley/internal/auth"
)

// spy stands between the server and its database: it notes the statements that requests execute, and can make trouble.
type spy struct {
	driver.Connector
	t testing.TB

	mu      sync.Mutex
	noted   []string           // statements of requests, BEGIN among them
	trouble func(query string) // called before each statement
}

// pool opens a server's pool.
func (s *spy) pool(url string) *sql.DB {
	s.t.Helper()
	c, err := pq.NewConfig(url)
	if err != nil {
		s.t.Fatal(err)
	}
	c.BinaryParameters = true
	if s.Connector, err = pq.NewConnectorConfig(c); err != nil {
		s.t.Fatal(err)
	}
	db := sql.OpenDB(s)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(16)
	return db
}

// Connect implements driver.Connector.
func (s *spy) Connect(ctx context.Context) (driver.Conn, error) {
	c, err := s.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	return &spiedConn{connection: c.(connection), spy: s}, nil
}

// note notes a statement. A request is known by its client's address, which nothing else has in its context.
func (s *spy) note(ctx context.Context, query string) {
	s.mu.Lock()
	trouble := s.trouble
	if auth.Address(ctx) != "" {
		s.noted = append(s.noted, query)
	}
	s.mu.Unlock()
	if trouble != nil {
		trouble(query)
	}
}

// statements returns what requests have executed since it was last called.
func (s *spy) statements() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	noted := s.noted
	s.noted = nil
	return noted
}

// make sets the trouble to be made; nil for none.
func (s *spy) make(trouble func(query string)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = trouble
}

// connection is all that lib/pq's connections are.
type connection interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.NamedValueChecker
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

type spiedConn struct {
	connection
	spy *spy
}

func (c *spiedConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	c.spy.note(ctx, "BEGIN")
	return c.connection.BeginTx(ctx, o)
}

func (c *spiedConn) QueryContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Rows, error) {
	c.spy.note(ctx, q)
	return c.connection.QueryContext(ctx, q, args)
}

func (c *spiedConn) ExecContext(ctx context.Context, q string, args []driver.NamedValue) (driver.Result, error) {
	c.spy.note(ctx, q)
	return c.connection.ExecContext(ctx, q, args)
}

func (c *spiedConn) PrepareContext(ctx context.Context, q string) (driver.Stmt, error) {
	s, err := c.connection.PrepareContext(ctx, q)
	if err != nil {
		return nil, err
	}
	return &spiedStatement{statement: s.(statement), spy: c.spy, query: q}, nil
}

// statement is all that lib/pq's prepared statements are.
type statement interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type spiedStatement struct {
	statement
	spy   *spy
	query string
}

func (s *spiedStatement) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	s.spy.note(ctx, s.query)
	return s.statement.QueryContext(ctx, args)
}

func (s *spiedStatement) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	s.spy.note(ctx, s.query)
	return s.statement.ExecContext(ctx, args)
}
