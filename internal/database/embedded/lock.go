//go:build unix

package embedded

import (
	"context"
	"errors"
	"fmt"
	"os"
	"syscall"
	"time"
)

// tryLock takes the lock file, which the kernel gives back when this process ends, however it ends. It returns
// ErrInUse where somebody else has it.
func tryLock(path string) (*os.File, error) {
	for {
		file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return nil, fmt.Errorf("opening the lock file: %w", err)
		}
		if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
			return nil, errors.Join(lockError(path, err), file.Close())
		}
		if isStill(path, file) {
			return file, nil
		}
		// The holder before us removed the file with its folder: what we have locked has no name any more.
		if err := file.Close(); err != nil {
			return nil, fmt.Errorf("closing the lock file: %w", err)
		}
	}
}

// waitLock takes the lock file as soon as it is free.
func waitLock(ctx context.Context, path string) (*os.File, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		file, err := tryLock(path)
		if !errors.Is(err, ErrInUse) {
			return file, err
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for %s: %w", path, ctx.Err())
		case <-tick.C:
		}
	}
}

// unlock gives the lock back. Closing alone would not: a process that is being started at this moment has a copy of the file.
func unlock(file *os.File) error {
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_UN); err != nil {
		return errors.Join(fmt.Errorf("giving back the lock file: %w", err), file.Close())
	}
	return file.Close()
}

func lockError(path string, err error) error {
	if errors.Is(err, syscall.EWOULDBLOCK) {
		return fmt.Errorf("%s: %w", path, ErrInUse)
	}
	return fmt.Errorf("locking %s: %w", path, err)
}

func isStill(path string, file *os.File) bool {
	named, err := os.Stat(path)
	if err != nil {
		return false
	}
	opened, err := file.Stat()
	return err == nil && os.SameFile(named, opened)
}
