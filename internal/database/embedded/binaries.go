//go:build unix

package embedded

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// binaries is a folder with initdb and postgres that the account can run.
type binaries struct {
	dir          string
	major, minor int
}

func (b binaries) String() string {
	return fmt.Sprintf("PostgreSQL %d.%d in %s", b.major, b.minor, b.dir)
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

// distributions returns where distributions put the binaries that they keep out of PATH.
func distributions() []string {
	return []string{
		"/usr/lib/postgresql/*/bin", // Debian, Ubuntu
		"/usr/pgsql-*/bin",          // Red Hat, PostgreSQL's own packages
		"/usr/libexec/postgresql*",  // Alpine
		"/usr/lib/postgresql*/bin",  // SUSE
		"/usr/local/pgsql/bin",      // built from source
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
		"/opt/local/lib/postgresql*/bin", // MacPorts
		"/Applications/Postgres.app/Contents/Versions/*/bin",
	}
}

// findBinaries returns the binaries for a cluster that was made by the major version; 0 stands for none yet.
func findBinaries(ctx context.Context, cfg Config, owner account, major int) (binaries, error) {
	if cfg.BinDir != "" {
		return explicit(ctx, cfg.BinDir, owner, major)
	}
	found := search(ctx, cfg, owner)
	if b, ok := choose(found, major); ok {
		return b, nil
	}
	if major != 0 && major != packageMajor {
		return binaries{}, mismatch(major, found)
	}
	return fromPackage(ctx, cfg, owner)
}

func explicit(ctx context.Context, dir string, owner account, major int) (binaries, error) {
	b, err := inspect(ctx, dir, owner)
	if err != nil {
		return b, fmt.Errorf("PG_BINDIR is %s: %w", dir, err)
	}
	if major != 0 && b.major != major {
		return b, mismatch(major, []binaries{b})
	}
	return b, nil
}

func mismatch(major int, found []binaries) error {
	return fmt.Errorf("the cluster was made by PostgreSQL %d, which is not on this machine (there is: %v): "+
		"install that version, or move the cluster's folder away to begin with an empty one", major, found)
}

// choose returns the newest of the major version, or the newest of all where there is no cluster yet.
func choose(found []binaries, major int) (binaries, bool) {
	for _, b := range found {
		if major == 0 || b.major == major {
			return b, true
		}
	}
	return binaries{}, false
}

// search returns the binaries of the machine, the newest first.
func search(ctx context.Context, cfg Config, owner account) []binaries {
	var found []binaries
	for _, dir := range candidates(ctx, cfg.Search) {
		if b, err := inspect(ctx, dir, owner); err == nil {
			found = append(found, b)
		}
	}
	slices.SortStableFunc(found, func(a, b binaries) int {
		return cmp.Or(cmp.Compare(b.major, a.major), cmp.Compare(b.minor, a.minor))
	})
	return found
}

// candidates returns the folders that may hold binaries, each once.
func candidates(ctx context.Context, globs []string) []string {
	var dirs []string
	if globs == nil {
		dirs = append(fromPath(), fromPgConfig(ctx)...)
		globs = distributions()
	}
	for _, glob := range globs {
		matches, _ := filepath.Glob(glob) // fails on a malformed pattern only
		dirs = append(dirs, matches...)
	}
	var all []string
	for _, dir := range dirs {
		if !slices.Contains(all, dir) {
			all = append(all, dir)
		}
	}
	return all
}

func fromPath() []string {
	path, err := exec.LookPath("postgres")
	if err != nil {
		return nil
	}
	// What is in PATH may be a link into the folder where initdb is too.
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return nil
	}
	return []string{filepath.Dir(path)}
}

func fromPgConfig(ctx context.Context) []string {
	out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output()
	if err != nil {
		return nil
	}
	return []string{strings.TrimSpace(string(out))}
}

// inspect tells which PostgreSQL is in the folder, and fails where the account could not run it.
func inspect(ctx context.Context, dir string, owner account) (binaries, error) {
	b := binaries{dir: dir}
	if _, err := os.Stat(b.path("initdb")); err != nil {
		return b, fmt.Errorf("looking for initdb: %w", err)
	}
	out, err := owner.command(ctx, "/", b.path("postgres"), "--version").Output()
	if err != nil {
		return b, fmt.Errorf("asking postgres for its version: %w", err)
	}
	if b.major, b.minor, err = parseVersion(string(out)); err != nil {
		return b, err
	}
	if b.major < Oldest {
		return b, fmt.Errorf("%v is too old: %d is the oldest that will do", b, Oldest)
	}
	return b, nil
}

// parseVersion reads "postgres (PostgreSQL) 15.14 (Debian 15.14-0)"; what follows the major version of a beta is 0.
func parseVersion(text string) (major, minor int, err error) {
	parts := regexp.MustCompile(`\(PostgreSQL\) (\d+)(?:\.(\d+))?`).FindStringSubmatch(text)
	if parts == nil {
		return 0, 0, fmt.Errorf("reading the version of PostgreSQL in %q", text)
	}
	if major, err = strconv.Atoi(parts[1]); err != nil {
		return 0, 0, fmt.Errorf("reading the version of PostgreSQL: %w", err)
	}
	if parts[2] == "" {
		return major, 0, nil
	}
	minor, err = strconv.Atoi(parts[2])
	return major, minor, err
}

// output runs the command; where it fails, the error holds the last of what it said.
func output(cmd *exec.Cmd) error {
	said, err := cmd.CombinedOutput()
	if err == nil {
		return nil
	}
	return errors.Join(err, errors.New(tail(string(said))))
}

// tail returns the last few lines.
func tail(text string) string {
	const lines = 6
	all := strings.Split(strings.TrimSpace(text), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
