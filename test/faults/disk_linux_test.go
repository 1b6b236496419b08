package faults

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"parley/internal/database/embedded"
)

// diskBytes is room for a cluster and little more.
const diskBytes = "size=300m"

// onSmallDisk is a world whose PostgreSQL has a small disk, which takes the right to mount one.
func onSmallDisk(t *testing.T) (plan, bool) {
	dir, err := os.MkdirTemp("/var/tmp", "parley-faults-disk-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := syscall.Mount("none", dir, "tmpfs", 0, diskBytes+",mode=0755"); err != nil {
		t.Logf("a disk of its own cannot be mounted here: %v", err)
		return plan{}, false
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	inside := filepath.Join(dir, "postgres")
	t.Cleanup(func() {
		if err := embedded.Remove(context.Background(), inside); err != nil {
			t.Error(err)
		}
	})
	return plan{bus: overPostgres, binaries: alike(server(t), 2), dir: inside}, true
}

// fillDisk leaves PostgreSQL no byte to write. Where it has ended of it, it is started again afterwards.
func fillDisk(w *world, _ *run) (func() error, error) {
	ballast := filepath.Join(filepath.Dir(w.db.config.Dir), "ballast")
	heal := func() error {
		if err := os.Remove(ballast); err != nil {
			return err
		}
		return w.db.revive()
	}
	file, err := os.Create(ballast)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	block := make([]byte, 1<<20)
	for len(block) > 0 {
		if _, err = file.Write(block); err != nil {
			block = block[:len(block)/2] // what is left is less than that
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return nil, err
	}
	return heal, nil
}

// revive starts PostgreSQL where it has ended by itself.
func (p *postgres) revive() error {
	select {
	case <-p.current().Done():
	default:
		return nil
	}
	if err := p.current().Stop(); err != nil {
		return err
	}
	return p.start()
}
