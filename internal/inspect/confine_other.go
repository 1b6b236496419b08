//go:build !linux

package inspect

import (
	"os"
	"os/exec"
)

func self() (string, error) { return os.Executable() }

// dieWithParent does nothing here: the process ends when its time is over, and when nobody reads its answer.
func dieWithParent(*exec.Cmd) {}

// confine does nothing here: what bounds the process is its parent, by the clock, and the memory limit of Go's runtime.
func confine(Bounds) error { return nil }
