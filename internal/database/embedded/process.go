//go:build unix

package embedded

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// process is a child that this process waits for.
type process struct {
	handle *os.Process
	done   chan struct{} // closed when it has ended
}

// launch starts the command and keeps its operating system thread until it has ended: the kernel takes the end
// of the thread that started a child for the death of the parent.
func launch(cmd *exec.Cmd) (*process, error) {
	started := make(chan error, 1)
	p := &process{done: make(chan struct{})}
	go func() {
		defer close(p.done)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		if err == nil {
			p.handle = cmd.Process
		}
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended is in the log
		}
	}()
	return p, <-started
}

// alive tells whether it has not ended yet.
func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}

// step is a signal and how long the process may take to end of it.
type step struct {
	signal syscall.Signal
	wait   time.Duration
}

// steps returns how PostgreSQL is asked to end, from politely to by force, first with the signal.
func steps(first syscall.Signal) []step {
	all := []step{{first, 15 * time.Second}}
	if first != syscall.SIGQUIT {
		all = append(all, step{syscall.SIGQUIT, 5 * time.Second})
	}
	return append(all, step{syscall.SIGKILL, 5 * time.Second})
}

// end ends the process step by step; gone tells whether it has ended.
func end(handle *os.Process, first syscall.Signal, gone func() bool) error {
	for _, s := range steps(first) {
		if err := handle.Signal(s.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return fmt.Errorf("sending %v to PostgreSQL (process %d): %w", s.signal, handle.Pid, err)
		}
		if waitGone(s.wait, gone) {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL (process %d) does not end, not even by force", handle.Pid)
}

func waitGone(limit time.Duration, gone func() bool) bool {
	timeout := time.NewTimer(limit)
	defer timeout.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !gone() {
		select {
		case <-timeout.C:
			return false
		case <-tick.C:
		}
	}
	return true
}

// stopLeftover ends the server that a killed process left in the data folder, where there is one.
func stopLeftover(data string) error {
	pid, _ := readPidFile(data)
	if pid == 0 || !serves(pid, data) {
		return nil
	}
	handle, err := os.FindProcess(pid)
	if err != nil {
		return fmt.Errorf("finding the PostgreSQL that was left behind: %w", err)
	}
	defer func() { _ = handle.Release() }()
	return end(handle, syscall.SIGINT, func() bool { return !serves(pid, data) })
}

// readPidFile returns the process and the state that PostgreSQL has noted in the data folder.
func readPidFile(data string) (pid int, ready bool) {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return 0, false
	}
	lines := strings.Split(string(text), "\n")
	pid, err = strconv.Atoi(lines[0])
	if err != nil || pid <= 0 {
		return 0, false
	}
	return pid, len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"
}

// serves tells whether the process is alive and PostgreSQL on that data folder: numbers of processes are used again.
func serves(pid int, data string) bool {
	return strings.Contains(commandLine(pid), data)
}

// commandLine returns the command line of the process, "" where it has ended.
func commandLine(pid int) string {
	if _, err := os.Stat("/proc/self/cmdline"); err == nil {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
		return string(text)
	}
	text, _ := exec.Command("ps", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	return string(text)
}
