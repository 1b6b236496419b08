//go:build !linux

package faults

import "syscall"

// dieWithParent does nothing: other systems have no such thing, and the database, which ends in any case, takes the
// servers along no more than a killed test does.
func dieWithParent(*syscall.SysProcAttr) {}
