//go:build unix

package embedded_test

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"parley/internal/database/embedded"
)

func TestDataOutliveARestart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	first := start(t, config(dir))
	if err := first.Create(t.Context(), "parley"); err != nil {
		t.Fatal(err)
	}
	if err := execute(first.URL("parley"), "CREATE TABLE kept AS SELECT 42 AS answer"); err != nil {
		t.Fatal(err)
	}
	stop(t, first)
	<-first.Done()

	second := start(t, config(dir))
	if err := second.Create(t.Context(), "parley"); err != nil {
		t.Fatalf("creating a database that exists: %v", err)
	}
	if got := query(t, second.URL("parley"), "SELECT answer FROM kept"); got != "42" {
		t.Errorf("have %s", got)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	cfg := config(folder(t))
	cfg.Settings = map[string]string{"work_mem": "7MB"}
	server := start(t, cfg)
	for name, want := range map[string]string{
		"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", // safe, and not on the network
		"server_encoding": "UTF8", "timezone": "UTC", "work_mem": "7MB",
	} {
		if got := query(t, server.URL("postgres"), "SELECT current_setting('"+name+"')"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := query(t, server.URL("postgres"), "SELECT lower('ÀŒ')"); got != "àœ" {
		t.Errorf("lower knows no letters but English ones: %s", got)
	}
}

func TestSocketIsPrivate(t *testing.T) {
	t.Parallel()
	server := start(t, config(folder(t)))
	info, err := os.Stat(socketDir(t, server))
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o700 {
		t.Errorf("the folder of the socket has mode %v", info.Mode())
	}
}

func TestTwoServersSideBySide(t *testing.T) {
	t.Parallel()
	one, two := start(t, config(folder(t))), start(t, config(folder(t)))
	for _, server := range []*embedded.Server{one, two} {
		if err := execute(server.URL("postgres"), "CREATE TABLE mine ()"); err != nil {
			t.Error(err)
		}
	}
}

func TestFolderInUse(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, config(dir))
	if _, err := embedded.Start(t.Context(), config(dir)); !errors.Is(err, embedded.ErrInUse) {
		t.Errorf("a second start: %v", err)
	}
	if err := embedded.Remove(t.Context(), dir); !errors.Is(err, embedded.ErrInUse) {
		t.Errorf("removing the folder of a server: %v", err)
	}
	stop(t, server)
	start(t, config(dir))
}

func TestParentKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	parent := startChild(t, dir)
	left := postmaster(t, dir)
	if err := parent.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = parent.Wait()

	server := start(t, config(dir))
	if now := postmaster(t, dir); now == left {
		t.Errorf("process %d serves a second time", left)
	}
	if got := query(t, server.URL("postgres"), "SELECT answer FROM kept"); got != "42" {
		t.Errorf("have %s", got)
	}
}

func TestPostgresKilled(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, config(dir))
	if err := execute(server.URL("postgres"), "CREATE TABLE kept AS SELECT 42 AS answer"); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-server.Done()
	stop(t, server)

	again := start(t, config(dir))
	if got := query(t, again.URL("postgres"), "SELECT answer FROM kept"); got != "42" {
		t.Errorf("have %s", got)
	}
	if again.URL("postgres") != server.URL("postgres") {
		t.Errorf("the address changed from %s to %s", server.URL("postgres"), again.URL("postgres"))
	}
}

// TestPostgresKilledAtWork has a process of the killed server that is too busy to notice, and that a new server may not run
// beside.
func TestPostgresKilledAtWork(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	server := start(t, config(dir))
	worked := make(chan error, 1)
	go func() {
		worked <- execute(server.URL("postgres"),
			"DO $$ BEGIN PERFORM pg_advisory_lock(1); PERFORM count(*) FROM generate_series(1, 5000000); END $$")
	}()
	const working = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
	for query(t, server.URL("postgres"), working) != "1" {
	}
	if err := syscall.Kill(postmaster(t, dir), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	stop(t, server)
	start(t, config(dir))
	if err := <-worked; err != nil {
		t.Logf("the statement that was under way: %v", err) // either is right
	}
}

func TestLongPath(t *testing.T) {
	t.Parallel()
	long := filepath.Join(folder(t), strings.Repeat("long", 25))
	if err := errors.Join(os.Mkdir(long, 0o755), os.Chmod(long, 0o755)); err != nil {
		t.Fatal(err)
	}
	server := start(t, config(long))
	if err := execute(server.URL("postgres"), "SELECT 1"); err != nil {
		t.Fatal(err)
	}
	dir := socketDir(t, server)
	stop(t, server)
	if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder of the socket, %s, was left behind (%v)", dir, err)
	}
}

// TestClosedParent has a folder that no other account may enter, as /root is: the server starts all the same.
func TestClosedParent(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "parley")
	removeLater(t, dir)
	for range 2 {
		stop(t, start(t, config(dir)))
	}
	home, err := filepath.EvalSymlinks(filepath.Join(dir, "cluster"))
	if err != nil {
		t.Fatal(err)
	}
	if err := embedded.Remove(t.Context(), dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(home); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the cluster in %s was left behind (%v)", home, err)
	}
}

func TestInterruptedFirstStart(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	unfinished := filepath.Join(dir, "cluster", "data.unfinished")
	if err := os.MkdirAll(unfinished, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(filepath.Dir(unfinished), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(unfinished, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, config(dir))
}

func TestOtherVersion(t *testing.T) {
	t.Parallel()
	dir := folder(t)
	stop(t, start(t, config(dir)))
	version := filepath.Join(dir, "cluster", "data", "PG_VERSION")
	if err := os.WriteFile(version, []byte("9\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := embedded.Start(t.Context(), config(dir))
	wantError(t, err, "made by PostgreSQL 9", "install that version")
}

func TestWrongBinDir(t *testing.T) {
	t.Parallel()
	cfg := config(folder(t))
	cfg.BinDir = "/nowhere"
	_, err := embedded.Start(t.Context(), cfg)
	wantError(t, err, "PG_BINDIR is /nowhere")
}

func TestWrongSetting(t *testing.T) {
	t.Parallel()
	cfg := config(folder(t))
	cfg.Settings = map[string]string{"no_such_setting": "1"}
	_, err := embedded.Start(t.Context(), cfg)
	wantError(t, err, "its log says", "no_such_setting")
}

// postmaster returns the process that serves the folder.
func postmaster(t *testing.T, dir string) int {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "cluster", "data", "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func socketDir(t *testing.T, server *embedded.Server) string {
	t.Helper()
	address, err := url.Parse(server.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	return address.Query().Get("host")
}
