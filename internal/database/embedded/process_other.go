//go:build unix && !linux

package embedded

import "syscall"

// dieWithParent does nothing: this kernel cannot, and the next start stops what is left.
func dieWithParent(*syscall.SysProcAttr, syscall.Signal) {}
