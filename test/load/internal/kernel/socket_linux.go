package kernel

import (
	"errors"
	"fmt"
	"net"
	"syscall"
)

// Socket is a connection that Go's poller no longer knows. Its methods are for one goroutine at a time.
type Socket struct{ fd int }

// Detach takes the connection from Go and closes what Go has of it.
func Detach(c net.Conn) (Socket, error) {
	defer c.Close()
	with, ok := c.(syscall.Conn)
	if !ok {
		return Socket{}, fmt.Errorf("a %T has no descriptor", c)
	}
	raw, err := with.SyscallConn()
	if err != nil {
		return Socket{}, fmt.Errorf("detach a connection: %w", err)
	}
	s := Socket{fd: -1}
	var failed error
	if err = raw.Control(func(fd uintptr) { s.fd, failed = dup(int(fd)) }); err == nil {
		err = failed
	}
	if err != nil {
		return Socket{}, fmt.Errorf("detach a connection: %w", err)
	}
	return s, nil
}

// dup keeps the descriptor from children: a server that inherited its clients' sockets would never see them closed.
func dup(fd int) (int, error) {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	copied, err := syscall.Dup(fd)
	if err == nil {
		syscall.CloseOnExec(copied)
	}
	return copied, err
}

// Read reads what is there. Nothing, without an error, is nothing yet; the end is an error.
func (s Socket) Read(b []byte) (int, error) {
	n, err := syscall.Read(s.fd, b)
	switch {
	case errors.Is(err, syscall.EAGAIN), errors.Is(err, syscall.EINTR):
		return 0, nil
	case err != nil:
		return 0, fmt.Errorf("read: %w", err)
	case n == 0:
		return 0, errors.New("the server has closed the connection")
	}
	return n, nil
}

// Write writes all of it, and waits only where the kernel has no room.
func (s Socket) Write(b []byte) (int, error) {
	n, err := syscall.Write(s.fd, b)
	if n == len(b) || err != nil && !errors.Is(err, syscall.EAGAIN) && !errors.Is(err, syscall.EINTR) {
		return max(n, 0), err
	}
	return s.writeSlowly(b, max(n, 0))
}

func (s Socket) writeSlowly(b []byte, from int) (int, error) {
	if err := syscall.SetNonblock(s.fd, false); err != nil {
		return from, err
	}
	for from < len(b) {
		n, err := syscall.Write(s.fd, b[from:])
		if err != nil && !errors.Is(err, syscall.EINTR) {
			return from, err
		}
		from += max(n, 0)
	}
	return from, syscall.SetNonblock(s.fd, true)
}

// Close closes the socket; a Poller forgets it.
func (s Socket) Close() error { return syscall.Close(s.fd) }
