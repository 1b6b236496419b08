//go:build !linux

package kernel

import (
	"net"
	"os/exec"
	"time"
)

// Socket is there on Linux.
type Socket struct{}

// Detach is there on Linux.
func Detach(net.Conn) (Socket, error) { return Socket{}, ErrNotLinux }

// Read is there on Linux.
func (Socket) Read([]byte) (int, error) { return 0, ErrNotLinux }

// Write is there on Linux.
func (Socket) Write([]byte) (int, error) { return 0, ErrNotLinux }

// Close is there on Linux.
func (Socket) Close() error { return ErrNotLinux }

// Poller is there on Linux.
type Poller struct{}

// NewPoller is there on Linux.
func NewPoller() (*Poller, error) { return nil, ErrNotLinux }

// Add is there on Linux.
func (*Poller) Add(Socket, int32) error { return ErrNotLinux }

// Wait is there on Linux.
func (*Poller) Wait(keys []int32, _ time.Duration) ([]int32, error) { return keys, ErrNotLinux }

// Close is there on Linux.
func (*Poller) Close() error { return ErrNotLinux }

// CPU is there on Linux.
func CPU(int) (time.Duration, error) { return 0, ErrNotLinux }

// Memory is there on Linux.
func Memory(int) (int64, error) { return 0, ErrNotLinux }

// DieWithParent is there on Linux.
func DieWithParent(*exec.Cmd) {}

// RaiseFiles is there on Linux.
func RaiseFiles(uint64) (uint64, error) { return 0, ErrNotLinux }
