// Package child runs a server as a process of its own, so that what it costs can be seen from outside.
//
// A child ends with this process, also where that is killed. What it says about trouble is kept for the error.
package child

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"syscall"
	"time"

	"parley/test/load/internal/kernel"
)

// Child is a running server.
type Child struct {
	Address string // where it listens, host:port

	cmd    *exec.Cmd
	ended  chan struct{}
	failed error // of the process; read after ended
	said   *tail
}

const (
	// starting is how long a server may take to say where it listens: the first of a database migrates it.
	starting = time.Minute

	// ending is how long a server may take to end. Parley gives its clients ten seconds.
	ending = 15 * time.Second
)

// Announcement is the line by which a server says that it is ready, as Parley does.
const Announcement = "  API                 http://%s/graphql\n"

// announced finds the address in the announcement.
func announced(line string) string {
	found := regexp.MustCompile(`\bAPI\s+http://([^/\s]+)/graphql`).FindStringSubmatch(line)
	if found == nil {
		return ""
	}
	return found[1]
}

// Start starts the program and returns when it listens.
func Start(ctx context.Context, path string, args, env []string) (*Child, error) {
	c := &Child{cmd: exec.Command(path, args...), ended: make(chan struct{}), said: &tail{}}
	c.cmd.Env = env
	c.cmd.Stderr = c.said
	kernel.DieWithParent(c.cmd)
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	if err := c.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", path, err)
	}
	ready := make(chan string, 1)
	go c.follow(out, ready)
	select {
	case c.Address = <-ready:
		return c, nil
	case <-c.ended:
		return nil, fmt.Errorf("%s ended while it was starting: %w\n%s", path, c.failed, c.said)
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(starting):
		err = errors.New("it does not say where it listens")
	}
	return nil, errors.Join(fmt.Errorf("start %s: %w", path, err), c.Stop())
}

// follow reads what the child says until it ends.
func (c *Child) follow(out io.Reader, ready chan<- string) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if address := announced(lines.Text()); address != "" {
			ready <- address
		}
	}
	c.failed = c.cmd.Wait()
	close(c.ended)
}

// Stop asks the child to end, and ends it where it does not.
func (c *Child) Stop() error {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // fails where it has ended
	select {
	case <-c.ended:
		return nil
	case <-time.After(ending):
	}
	_ = c.cmd.Process.Kill()
	<-c.ended
	return fmt.Errorf("the server did not end when it was asked to\n%s", c.said)
}

// CPU is the time that the server has worked so far.
func (c *Child) CPU() (time.Duration, error) { return kernel.CPU(c.cmd.Process.Pid) }

// Memory is how many bytes the server holds.
func (c *Child) Memory() (int64, error) { return kernel.Memory(c.cmd.Process.Pid) }

// Said is what the server has written to its log, the end of it.
func (c *Child) Said() string { return c.said.String() }
