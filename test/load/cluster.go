package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"parley/internal/database/embedded"
)

// prefix begins the names of the folders of runs; the number of the process follows.
const prefix = "parley-load-"

// makeFolder makes a folder for this run on a real disk, and removes what killed runs have left.
func makeFolder(ctx context.Context) (string, error) {
	parent := os.TempDir()
	if info, err := os.Stat("/var/tmp"); err == nil && info.IsDir() {
		parent = "/var/tmp" // the other one may be in memory
	}
	sweep(ctx, parent)
	dir, err := os.MkdirTemp(parent, fmt.Sprintf("%s%d-", prefix, os.Getpid()))
	if err != nil {
		return "", fmt.Errorf("make a folder: %w", err)
	}
	return dir, os.Chmod(dir, 0o755) // root's PostgreSQL runs as another account
}

func removeFolder(dir string) error {
	return errors.Join(embedded.Remove(context.Background(), filepath.Join(dir, postgresName)), os.RemoveAll(dir))
}

func sweep(ctx context.Context, parent string) {
	left, _ := filepath.Glob(filepath.Join(parent, prefix+"*")) // fails on a malformed pattern only
	for _, dir := range left {
		number, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(dir), prefix), "-")
		pid, err := strconv.Atoi(number)
		if err == nil && !alive(pid) && ctx.Err() == nil {
			_ = removeFolder(dir) // another account's cannot be removed
		}
	}
}

func alive(pid int) bool {
	process, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	err = process.Signal(syscall.Signal(0))
	return err == nil || errors.Is(err, os.ErrPermission)
}

const postgresName = "postgres"

// cluster is the private PostgreSQL of a run.
type cluster struct{ server *embedded.Server }

func startCluster(ctx context.Context, folder string, say func(string, ...any)) (*cluster, error) {
	server, err := embedded.Start(ctx, embedded.Config{
		Dir: filepath.Join(folder, postgresName), BinDir: os.Getenv("PG_BINDIR"), Durable: true,
		Progress: func(line string) { say("%s", line) },
	})
	if err != nil {
		return nil, err
	}
	return &cluster{server}, nil
}

// url makes the database where it is not there yet, and returns its address.
func (c *cluster) url(ctx context.Context, name string) (string, error) {
	if err := c.server.Create(ctx, name); err != nil {
		return "", err
	}
	return c.server.URL(name), nil
}

func (c *cluster) stop() error { return c.server.Stop() }
