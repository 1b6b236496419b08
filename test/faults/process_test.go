package faults

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// process is a server that is started, killed and started again.
type process struct {
	name   string
	binary string
	env    []string
	log    journal

	mu      sync.Mutex
	cmd     *exec.Cmd
	ended   chan struct{} // closed when it has ended, with err set
	err     error
	address string // where it was last reached
}

// start starts the process and returns when it serves.
func (p *process) start() error {
	cmd := exec.Command(p.binary)
	cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "GORACE=halt_on_error=1", "PARLEY_ADDR=127.0.0.1:0"}, p.env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{}
	dieWithParent(cmd.SysProcAttr)
	cmd.Stderr = &p.log
	out, in, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd.Stdout = in
	p.mu.Lock()
	p.cmd, p.ended = cmd, make(chan struct{})
	p.mu.Unlock()
	address := make(chan string, 1)
	go p.read(out, address)
	started := make(chan error, 1)
	go p.supervise(cmd, in, started)
	if err := <-started; err != nil {
		return err
	}
	where, serves := <-address
	if !serves {
		<-p.ended
		return fmt.Errorf("%s ended at its start: %w\n%s", p.name, p.err, p.log.tail())
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.address = where
	return nil
}

// supervise waits for the end of the process. It keeps its operating system thread: the kernel takes the end of the
// thread that started a child for the death of the parent.
func (p *process) supervise(cmd *exec.Cmd, in *os.File, started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.ended)
	err := cmd.Start()
	_ = in.Close() // the child has its own
	started <- err
	if err == nil {
		p.err = cmd.Wait()
	}
}

// read finds where the process serves, in what it says.
func (p *process) read(out *os.File, address chan<- string) {
	defer out.Close()
	lines, found := bufio.NewScanner(out), false
	for lines.Scan() {
		if _, where, ok := strings.Cut(lines.Text(), "API"); ok && !found {
			found = true
			address <- strings.TrimSuffix(strings.TrimSpace(where), "/graphql")
		}
	}
	if !found {
		close(address)
	}
}

// at is where the process serves, or served before it was killed.
func (p *process) at() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.address
}

func (p *process) signal(s syscall.Signal) error {
	if err := p.cmd.Process.Signal(s); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("signalling %s: %w", p.name, err)
	}
	return nil
}

// kill ends the process at once.
func (p *process) kill() error {
	err := p.signal(syscall.SIGKILL)
	<-p.ended
	return err
}

// stop ends the process politely, and returns how it ended.
func (p *process) stop() error {
	if err := p.signal(syscall.SIGTERM); err != nil {
		return err
	}
	<-p.ended
	if p.err != nil {
		return fmt.Errorf("%s was asked to end: %w\n%s", p.name, p.err, p.log.tail())
	}
	return nil
}

// newProcess starts a server, which ends with the test.
func newProcess(t testing.TB, name, binary string, env []string) *process {
	t.Helper()
	p := &process{name: name, binary: binary, env: env}
	if err := p.start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.kill() })
	return p
}

// journal keeps what a process logs.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

// Write implements io.Writer.
func (j *journal) Write(b []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(b)
}

// from returns what was logged behind a place, and the place behind that.
func (j *journal) from(place int) (string, int) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return string(j.text.Bytes()[place:]), j.text.Len()
}

// tail is the end of what was logged.
func (j *journal) tail() string {
	text, length := j.from(0)
	return text[max(0, length-4000):]
}

var _ io.Writer = (*journal)(nil)
