package faults

import "syscall"

// dieWithParent has the kernel kill the process when the tests are killed.
func dieWithParent(attr *syscall.SysProcAttr) { attr.Pdeathsig = syscall.SIGKILL }
