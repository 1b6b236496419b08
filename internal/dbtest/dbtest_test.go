package dbtest_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"parley/internal/dbtest"
)

// orphan is set in a test process that is there to be killed while it has a database.
const orphan = "PARLEY_DBTEST_ORPHAN"

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestDatabasesAreApart(t *testing.T) {
	t.Parallel()
	for range 4 {
		t.Run("one of several", func(t *testing.T) {
			t.Parallel()
			db := dbtest.New(t)
			if _, err := db.SQL.ExecContext(t.Context(), "CREATE TABLE mine ()"); err != nil {
				t.Error(err)
			}
			if rooms, err := db.Ent.Room.Query().Count(t.Context()); err != nil || rooms != 0 {
				t.Errorf("%d rooms (%v), want a migrated and empty database", rooms, err)
			}
		})
	}
}

func TestDatabaseIsDropped(t *testing.T) {
	t.Parallel()
	watcher := dbtest.New(t)
	var name string
	t.Run("inner", func(t *testing.T) { name = databaseOf(t, dbtest.New(t)) })
	if exists(t, watcher, name) {
		t.Errorf("database %s is still there", name)
	}
}

func TestDatabaseOfAFailedTestIsKept(t *testing.T) {
	t.Parallel()
	watcher := dbtest.New(t)
	failing := &failingTest{TB: t}
	name := databaseOf(t, dbtest.New(failing))
	failing.end()
	if !exists(t, watcher, name) {
		t.Errorf("database %s is gone", name)
	}
	if !strings.Contains(failing.log, "psql") {
		t.Errorf("the test does not say how to connect: %q", failing.log)
	}
}

func TestLeftoversAreRemoved(t *testing.T) {
	t.Parallel()
	if os.Getenv(orphan) == "wait" {
		fmt.Println("database at", dbtest.New(t).URL)
		_, _ = io.Copy(io.Discard, os.Stdin)
		t.Fatal("this process was to be killed")
	}
	if os.Getenv(orphan) == "end" {
		dbtest.New(t)
		return
	}
	killed := command("wait")
	folder := clusterOf(t, killed)
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait()
	if out, err := command("end").CombinedOutput(); err != nil {
		t.Fatalf("the next test process: %v\n%s", err, out)
	}
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s was left behind (%v)", folder, err)
	}
}

// failingTest is a test that has failed, with an end that its test chooses.
type failingTest struct {
	testing.TB
	cleanups []func()
	log      string
}

func (f *failingTest) Failed() bool                 { return true }
func (f *failingTest) Cleanup(clean func())         { f.cleanups = append(f.cleanups, clean) }
func (f *failingTest) Logf(format string, a ...any) { f.log += fmt.Sprintf(format, a...) }

func (f *failingTest) end() {
	for _, clean := range f.cleanups {
		clean()
	}
}

func databaseOf(t *testing.T, db *dbtest.DB) string {
	t.Helper()
	var name string
	if err := db.SQL.QueryRowContext(t.Context(), "SELECT current_database()").Scan(&name); err != nil {
		t.Fatal(err)
	}
	return name
}

func exists(t *testing.T, db *dbtest.DB, name string) bool {
	t.Helper()
	var found bool
	const statement = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	if err := db.SQL.QueryRowContext(t.Context(), statement, name).Scan(&found); err != nil {
		t.Fatal(err)
	}
	return found
}

// command returns a test process of this test alone.
func command(role string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^TestLeftoversAreRemoved$")
	cmd.Env = append(os.Environ(), orphan+"="+role)
	return cmd
}

// clusterOf starts the process and returns the folder that its test server is in.
func clusterOf(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = stdin.Close() })
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(stdout).ReadString('\n')
	if err != nil {
		t.Fatalf("the child said %q: %v", line, err)
	}
	address, err := url.Parse(strings.TrimSpace(strings.TrimPrefix(line, "database at ")))
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Dir(filepath.Dir(address.Query().Get("host"))) // …/cluster/socket
}
