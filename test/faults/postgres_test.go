package faults

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	_ "github.com/lib/pq" // the driver

	"parley/internal/database/embedded"
)

// databaseName is where the servers keep everything.
const databaseName = "parley"

// postgres is a PostgreSQL that syncs what it has committed, until it is killed.
type postgres struct {
	config embedded.Config

	mu     sync.Mutex
	server *embedded.Server
}

// newPostgres starts a PostgreSQL in the folder, with an empty database; it ends with the test.
func newPostgres(t testing.TB, dir string) *postgres {
	t.Helper()
	p := &postgres{config: embedded.Config{
		Dir: dir, BinDir: os.Getenv("PG_BINDIR"), Durable: true,
		Settings: map[string]string{
			"max_wal_size": "256MB",
			// Nothing is written but what has to be, so that what was acknowledged too early is lost with a kill.
			"wal_writer_delay": "10s", "wal_writer_flush_after": "1GB", "bgwriter_lru_maxpages": "0",
		},
	}}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.current().Stop(); err != nil {
			t.Error(err)
		}
	})
	if err := p.current().Create(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *postgres) start() error {
	server, err := embedded.Start(context.Background(), p.config)
	if err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.server = server
	return nil
}

func (p *postgres) current() *embedded.Server {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.server
}

// reach connects to the PostgreSQL that is running now.
func (p *postgres) reach() (net.Conn, error) {
	address, err := url.Parse(p.current().URL(databaseName))
	if err != nil {
		return nil, err
	}
	return net.Dial("unix", filepath.Join(address.Query().Get("host"), ".s.PGSQL.5432"))
}

// through is the address of the database over a network.
func (p *postgres) through(n *network) string {
	address := url.URL{
		Scheme: "postgres", User: url.User(embedded.User), Host: n.address(), Path: "/" + databaseName, RawQuery: "sslmode=disable",
	}
	return address.String()
}

// numbers asks for a list of whole numbers, over a connection of its own.
func (p *postgres) numbers(query string) ([]int, error) {
	db, err := sql.Open("postgres", p.current().URL(databaseName))
	if err != nil {
		return nil, err
	}
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []int
	for rows.Next() {
		var n int
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, rows.Err()
}

// terminate ends all connections to the database but its own.
func (p *postgres) terminate() error {
	_, err := p.numbers(`SELECT pg_terminate_backend(pid)::int FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	return err
}

// kill ends all processes of the server at once, as a crash does.
func (p *postgres) kill() error {
	pids, err := p.numbers(`SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()`)
	if err != nil {
		return err
	}
	postmaster, err := p.postmaster()
	if err != nil {
		return err
	}
	for _, pid := range append([]int{postmaster}, pids...) {
		if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("killing PostgreSQL: %w", err)
		}
	}
	<-p.current().Done()
	return p.current().Stop() // which gives the folder free
}

// postmaster is the process that all others come from.
func (p *postgres) postmaster() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.config.Dir, "cluster", "data", "postmaster.pid"))
	if err != nil {
		return 0, err
	}
	first, _, _ := strings.Cut(string(text), "\n")
	return strconv.Atoi(first)
}
