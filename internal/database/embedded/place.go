//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const (
	linkName   = "cluster" // in Config.Dir: the home itself, or a link to it
	lockName   = "lock"
	logName    = "postgres.log"
	dataName   = "data"
	socketName = "socket"

	// elsewhere is where root's clusters go when the account that runs the server may not enter Config.Dir.
	elsewhere = "/var/lib/parley"

	// longestSocketDir leaves room for "/.s.PGSQL.5432" in the 103 bytes that every system grants a socket's path.
	longestSocketDir = 103 - len("/.s.PGSQL.5432")
)

// place is a cluster on disk, held by this process. Home belongs to this process's account; in it only data and
// socket belong to the account that runs the server, so that root never writes through a path that another controls.
type place struct {
	home  string
	owner account
	locks []*os.File
}

// claim takes the folder for this process and settles where the cluster is.
func claim(ctx context.Context, dir string, owner account, say func(string)) (*place, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("finding the folder of PostgreSQL: %w", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("making the folder of PostgreSQL: %w", err)
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, fmt.Errorf("finding the folder of PostgreSQL: %w", err)
	}
	p := &place{owner: owner}
	if err := p.hold(dir); err != nil {
		return nil, err
	}
	if err := p.settle(ctx, dir, say); err != nil {
		return nil, errors.Join(err, p.release())
	}
	return p, nil
}

// hold locks the folder until release.
func (p *place) hold(dir string) error {
	lock, err := tryLock(filepath.Join(dir, lockName))
	if err != nil {
		return err
	}
	p.locks = append(p.locks, lock)
	return nil
}

func (p *place) release() error {
	var errs []error
	for _, lock := range p.locks {
		errs = append(errs, unlock(lock))
	}
	p.locks = nil
	return errors.Join(errs...)
}

// settle finds the home of the cluster or makes it: in dir, or elsewhere where the account may not enter dir.
func (p *place) settle(ctx context.Context, dir string, say func(string)) error {
	link := filepath.Join(dir, linkName)
	if err := p.find(ctx, link); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeOpenDir(link); err != nil {
		return fmt.Errorf("making the folder of the cluster: %w", err)
	}
	err := p.prepare(ctx, link)
	if err == nil {
		p.home = link
		return nil
	}
	if rmErr := os.RemoveAll(link); rmErr != nil {
		return errors.Join(err, rmErr)
	}
	if p.owner.isSelf() {
		return err
	}
	return p.settleElsewhere(ctx, link, say)
}

// find follows the link of an earlier start. The home that it leads to is locked too: a copy of the folder holds the same
// link, and must not take the server of the first for one that was left behind.
func (p *place) find(ctx context.Context, link string) error {
	home, err := filepath.EvalSymlinks(link)
	if errors.Is(err, fs.ErrNotExist) {
		return errors.Join(err, removeDangling(link))
	}
	if err != nil {
		return fmt.Errorf("finding the cluster: %w", err)
	}
	p.home = home
	if home != link {
		if err := p.hold(home); err != nil {
			return err
		}
	}
	return p.prepare(ctx, home)
}

func removeDangling(link string) error {
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the link to a cluster that is gone: %w", err)
	}
	return nil
}

func (p *place) settleElsewhere(ctx context.Context, link string, say func(string)) error {
	home, err := makeElsewhere()
	if err != nil {
		return err
	}
	if err := p.prepare(ctx, home); err != nil {
		return errors.Join(err, os.RemoveAll(home))
	}
	if err := os.Symlink(home, link); err != nil {
		return errors.Join(fmt.Errorf("linking to the cluster: %w", err), os.RemoveAll(home))
	}
	say(fmt.Sprintf("account %s, which runs PostgreSQL, may not enter %s: the cluster is in %s", p.owner.name, filepath.Dir(link), home))
	p.home = home
	return p.hold(home)
}

// makeElsewhere makes an empty home below /var/lib/parley, or in the folder for temporary files where that is read-only.
func makeElsewhere() (string, error) {
	parent := elsewhere
	if err := makeOpenDir(parent); err != nil {
		parent = os.TempDir()
	}
	home, err := os.MkdirTemp(parent, "postgresql-")
	if err != nil {
		return "", fmt.Errorf("making a folder for the cluster outside of the working tree: %w", err)
	}
	return home, os.Chmod(home, 0o755)
}

// makeOpenDir makes the folder where it is missing and lets all accounts enter it, whatever the umask is. One that exists is
// left as it is.
func makeOpenDir(path string) error {
	if _, err := os.Stat(path); err == nil {
		return nil
	}
	if err := os.MkdirAll(path, 0o755); err != nil {
		return err
	}
	return os.Chmod(path, 0o755)
}

// prepare makes what the account needs in the home and tries whether it gets there.
func (p *place) prepare(ctx context.Context, home string) error {
	socket := filepath.Join(home, socketName)
	if err := p.owner.makeDir(socket); err != nil {
		return fmt.Errorf("making the folder of the socket: %w", err)
	}
	if !p.owner.isSelf() && !p.owner.canEnter(ctx, socket) {
		return fmt.Errorf("account %s, which has to run PostgreSQL, may not enter %s: let it enter the parent folders, "+
			"or choose another folder", p.owner.name, home)
	}
	return nil
}

func (p *place) data() string { return filepath.Join(p.home, dataName) }

// version returns the major version that made the cluster, 0 where there is none yet.
func (p *place) version() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.data(), "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the version of the cluster: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("reading the version of the cluster: %w", err)
	}
	return major, nil
}

// socketDir returns a folder for the socket whose path is short enough. One outside of the home is noted in it, so that the
// next start can remove it where this one is killed.
func (p *place) socketDir() (string, error) {
	inside := filepath.Join(p.home, socketName)
	if len(inside) <= longestSocketDir {
		return inside, p.owner.makeDir(inside)
	}
	if err := p.removeSocketDir(); err != nil {
		return "", err
	}
	// Not os.TempDir, which is long on some systems.
	outside, err := os.MkdirTemp("/tmp", "parley-")
	if err != nil {
		return "", fmt.Errorf("making a short folder for the socket: %w", err)
	}
	if err := os.WriteFile(p.socketNote(), []byte(outside), 0o600); err != nil {
		return "", errors.Join(fmt.Errorf("noting the folder of the socket: %w", err), os.Remove(outside))
	}
	return outside, p.owner.makeDir(outside)
}

func (p *place) socketNote() string { return filepath.Join(p.home, "socket-dir") }

// removeSocketDir removes the socket's folder outside of the home, where there is one.
func (p *place) removeSocketDir() error {
	outside, err := os.ReadFile(p.socketNote())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the folder of the socket: %w", err)
	}
	for _, name := range []string{".s.PGSQL.5432", ".s.PGSQL.5432.lock", ""} {
		if err := os.Remove(filepath.Join(string(outside), name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("removing the folder of the socket: %w", err)
		}
	}
	return os.Remove(p.socketNote())
}
