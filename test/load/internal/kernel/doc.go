// Package kernel is what the load tool needs of Linux: sockets that are read and written without Go's poller, so that
// neither the clients nor the fastest server that Go can make pay for it, and what a process has cost.
//
// Elsewhere it compiles, and everything answers ErrNotLinux.
package kernel

import "errors"

// ErrNotLinux says why nothing is measured.
var ErrNotLinux = errors.New("the load tool measures through epoll and /proc, which only Linux has")
