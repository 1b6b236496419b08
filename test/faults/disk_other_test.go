//go:build !linux

package faults

import (
	"errors"
	"testing"
)

// onSmallDisk cannot be had here.
func onSmallDisk(t *testing.T) (plan, bool) {
	t.Log("only Linux has disks that are made and filled in a moment")
	return plan{}, false
}

func fillDisk(*world, *run) (func() error, error) { return nil, errors.ErrUnsupported }
