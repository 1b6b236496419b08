package transport

import (
	"errors"
	"sync"
	"syscall"
)

// largestKept is the largest buffer that is kept for later writes.
const largestKept = 64 << 10

// buffer is what is written at once. It is held only while something is written.
type buffer struct {
	bytes []byte
	done  int // of the bytes

	err   error
	write func(fd uintptr) bool // writes what the connection takes at this moment; made once
}

// push writes what the connection takes without waiting.
func (b *buffer) push(conn syscall.RawConn) error {
	b.err = nil
	return errors.Join(conn.Write(b.write), b.err)
}

// rest is what has not been written.
func (b *buffer) rest() []byte { return b.bytes[b.done:] }

func (b *buffer) reset() { b.bytes, b.done = b.bytes[:0], 0 }

// buffers are the buffers of a handler.
type buffers struct{ pool sync.Pool }

func newBuffers() *buffers {
	return &buffers{pool: sync.Pool{New: func() any {
		b := &buffer{}
		b.write = func(fd uintptr) bool {
			n, err := writeNow(fd, b.rest())
			b.done, b.err = b.done+n, err
			return true
		}
		return b
	}}}
}

func (p *buffers) get() *buffer { return p.pool.Get().(*buffer) }

func (p *buffers) put(b *buffer) {
	if cap(b.bytes) <= largestKept {
		b.reset()
		p.pool.Put(b)
	}
}
