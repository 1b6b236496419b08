package dbtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"parley/internal/database/embedded"
)

const (
	prefix = "parley-test-"
	memory = "/dev/shm"

	// room is what a whole run of tests may need at once; containers often have only 64 MB there.
	room = 1 << 30
)

// folder returns where the server's folder goes: in memory, or on a real disk.
func folder(durable bool) string {
	switch {
	case durable && isDir("/var/tmp"): // os.TempDir may be in memory
		return "/var/tmp"
	case !durable && free(memory) >= room:
		return memory
	}
	return os.TempDir()
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// makeDir makes a folder with the number of this process in its name.
func makeDir(parent string) (string, error) {
	dir, err := os.MkdirTemp(parent, fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("making a folder for the test server: %w", err)
	}
	// Tests of root run the server as another account.
	return dir, os.Chmod(dir, 0o755)
}

// sweep removes what killed test processes left. What it may not remove, it leaves.
func sweep(ctx context.Context, parent string) {
	left, _ := filepath.Glob(filepath.Join(parent, prefix+"*")) // fails on a malformed pattern only
	for _, dir := range left {
		if pid := owner(dir); pid > 0 && !alive(pid) {
			_ = embedded.Remove(ctx, dir)
		}
	}
}

// owner returns the number of the process that made the folder, 0 where the name does not say.
func owner(dir string) int {
	number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
	pid, err := strconv.Atoi(number)
	if err != nil {
		return 0
	}
	return pid
}

func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	defer func() { _ = process.Release() }()
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

// Dir returns an empty folder for a private PostgreSQL of the test's own, which is removed with its cluster when the test
// ends. Unlike t.TempDir its parents can be entered by every account: tests of root run the server as another one.
func Dir(t testing.TB, opts ...Option) string {
	t.Helper()
	var o options
	for _, opt := range opts {
		opt(&o)
	}
	sweep(t.Context(), folder(o.durable))
	dir, err := makeDir(folder(o.durable))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := embedded.Remove(context.Background(), dir); err != nil {
			t.Errorf("removing the test's cluster: %v", err)
		}
	})
	return dir
}
