package kernel

import (
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Poller tells which of many sockets have something to read: one system call for all of them.
type Poller struct {
	epoll  int
	events []syscall.EpollEvent
}

// NewPoller returns a poller of no sockets.
func NewPoller() (*Poller, error) {
	fd, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return &Poller{epoll: fd, events: make([]syscall.EpollEvent, 512)}, nil
}

// Add has the poller tell of the socket by the key, until the socket is closed.
func (p *Poller) Add(s Socket, key int32) error {
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: key}
	if err := syscall.EpollCtl(p.epoll, syscall.EPOLL_CTL_ADD, s.fd, &event); err != nil {
		return fmt.Errorf("epoll: %w", err)
	}
	return nil
}

// Wait appends the keys of the sockets that have something. It waits for the first, but no longer than so long.
func (p *Poller) Wait(keys []int32, long time.Duration) ([]int32, error) {
	n, err := syscall.EpollWait(p.epoll, p.events, int(long.Milliseconds()))
	if err != nil && !errors.Is(err, syscall.EINTR) {
		return keys, fmt.Errorf("epoll: %w", err)
	}
	for i := range max(n, 0) {
		keys = append(keys, p.events[i].Fd)
	}
	return keys, nil
}

// Close ends the poller.
func (p *Poller) Close() error { return syscall.Close(p.epoll) }
