// Package dbtest gives every test a PostgreSQL database of its own. It is for tests and benchmarks only.
//
// It guarantees that
//   - a test's database has all migrations, no rows, and nobody else in it, so that every test may be parallel;
//   - there is one server per test process, started by the first test that asks, on memory where the machine has room there;
//     it ends with the process, and what a killed process leaves behind is removed by the next one;
//   - a test that cannot have a database fails; it is never skipped.
//
// A package's TestMain is dbtest.Main, which also fails the package where goroutines are left running.
package dbtest

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/ent"
	"parley/internal/database"
)

// DB is a database of one test.
type DB struct {
	SQL *sql.DB
	Ent *ent.Client // on the pool SQL
	URL string      // for connections of the test's own
}

// Option changes what database a test gets.
type Option func(*options)

type options struct {
	durable bool
}

// Durable gives a database on disk that syncs every commit, as production has. For benchmarks that compare.
func Durable() Option { return func(o *options) { o.durable = true } }

// patient is for a machine that many tests share: what would be put off in production is only slow here.
var patient = database.Options{Statement: time.Minute, Lock: 30 * time.Second, IdleInTransaction: time.Minute}

// Main runs the tests of a package, stops the servers, looks for goroutines that were left running, and exits.
func Main(m *testing.M, leaks ...goleak.Option) {
	code := m.Run()
	if err := stopAll(); err != nil {
		fmt.Fprintln(os.Stderr, "stopping the test database:", err)
		code = max(code, 1)
	}
	// Failed tests leave things running; to say so as well would bury what failed.
	if code == 0 {
		code = findLeaks(leaks)
	}
	os.Exit(code)
}

func findLeaks(opts []goleak.Option) int {
	if err := goleak.Find(opts...); err != nil {
		fmt.Fprintln(os.Stderr, "goroutines were left running:", err)
		return 1
	}
	return 0
}

// New returns a database for the test, which is dropped when the test ends. That of a failed test stays until all
// tests have ended; the test's log says how to connect.
func New(t testing.TB, opts ...Option) *DB {
	t.Helper()
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	c := clusterFor(o.durable)
	name, url, err := c.clone(t.Context(), t.Name())
	if err != nil {
		t.Fatalf("making a database for the test: %v", err)
	}
	pool, err := database.Open(t.Context(), url, patient)
	if err != nil {
		t.Fatalf("opening the database of the test: %v", err)
	}
	t.Cleanup(func() { finish(t, c, pool, name, url) })
	return &DB{SQL: pool, Ent: database.Client(pool), URL: url}
}

func finish(t testing.TB, c *cluster, pool *sql.DB, name, url string) {
	if err := pool.Close(); err != nil {
		t.Errorf("closing the database of the test: %v", err)
	}
	if t.Failed() {
		t.Logf("the database of this test, while other tests run: psql '%s'", url)
		return
	}
	if err := c.drop(context.Background(), name); err != nil {
		t.Errorf("dropping the database of the test: %v", err)
	}
}

// databaseName returns a name that tells whose database it is, within PostgreSQL's 63 bytes.
func databaseName(test string, number int64) string {
	readable := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return '_'
	}, test)
	return fmt.Sprintf("t%d_%s", number, readable[:min(len(readable), 48)])
}
