//go:build unix

package embedded

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"
)

// account is who runs PostgreSQL; the zero value is the account of this process.
type account struct {
	name       string
	credential *syscall.Credential
}

// ordinaryAccount returns the account of this process, or an ordinary one where that is root.
func ordinaryAccount() (account, error) {
	if os.Geteuid() != 0 {
		return account{}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		if found, err := user.Lookup(name); err == nil {
			return newAccount(found)
		}
	}
	return account{}, fmt.Errorf("PostgreSQL refuses to run as root, and there is no account postgres or nobody to run it as")
}

func newAccount(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("reading the user id of account %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("reading the group id of account %s: %w", u.Username, err)
	}
	return account{name: u.Username, credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}, nil
}

func (a account) isSelf() bool { return a.credential == nil }

// command returns a command that runs as the account, in dir, and that no variable of the environment can lead astray.
func (a account) command(ctx context.Context, dir, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = dir
	cmd.Env = []string{"LC_ALL=C", "TZ=UTC", "PATH=" + os.Getenv("PATH")}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: a.credential}
	return cmd
}

// makeDir makes the folder where it is missing and gives it to the account alone.
func (a account) makeDir(path string) error {
	if err := os.Mkdir(path, 0o700); err != nil && !os.IsExist(err) {
		return err
	}
	if a.isSelf() {
		return os.Chmod(path, 0o700)
	}
	if err := os.Lchown(path, int(a.credential.Uid), int(a.credential.Gid)); err != nil {
		return err
	}
	return os.Chmod(path, 0o700)
}

// canEnter tells whether the account may work in the folder. It tries instead of reading modes: access lists, mounts
// and security modules have their say as well.
func (a account) canEnter(ctx context.Context, dir string) bool {
	return a.command(ctx, dir, "/bin/sh", "-c", "test -w .").Run() == nil
}
