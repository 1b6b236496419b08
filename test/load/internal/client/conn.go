package client

import (
	"encoding/binary"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/gobwas/ws"

	"parley/test/load/internal/kernel"
)

// A Subscriber is told what arrives, by one goroutine at a time.
type Subscriber interface {
	// Text is one message, and when it was read. The bytes are the subscriber's until it returns.
	Text(message []byte, at time.Time)
	// Lost says that the connection has ended, unless Close has ended it.
	Lost(err error)
}

// Conn is one connection of a subscriber.
type Conn struct {
	subscriber Subscriber
	forget     func()

	mu     sync.Mutex // a socket that is read must not be closed: another one could get its number
	socket kernel.Socket
	closed bool
	rest   []byte // of a frame that has not come whole
}

// Close ends the connection without a word.
func (c *Conn) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.close()
}

func (c *Conn) close() {
	if c.closed {
		return
	}
	c.closed = true
	c.forget()
	_ = c.socket.Close() // nothing is waiting to be written
}

// read takes what is there, once: where there is more, the poller says so again.
func (c *Conn) read(buffer []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	n, err := c.socket.Read(buffer)
	if err == nil {
		err = c.take(buffer[:n], time.Now())
	}
	if err != nil {
		c.close()
		c.subscriber.Lost(err)
	}
}

// take hands the whole frames over, and keeps what is left.
func (c *Conn) take(data []byte, at time.Time) error {
	if len(c.rest) > 0 {
		c.rest = append(c.rest, data...)
		data = c.rest
	}
	for {
		op, payload, size := frame(data)
		if size == 0 {
			break
		}
		if err := c.frame(op, payload, at); err != nil {
			return err
		}
		data = data[size:]
	}
	c.rest = append(c.rest[:0], data...)
	return nil
}

func (c *Conn) frame(op ws.OpCode, payload []byte, at time.Time) error {
	switch op {
	case ws.OpText:
		c.subscriber.Text(payload, at)
		return nil
	case ws.OpPing:
		_, err := c.socket.Write(ws.MustCompileFrame(ws.MaskFrame(ws.NewPongFrame(payload))))
		return err
	case ws.OpPong:
		return nil
	case ws.OpClose:
		code, reason := ws.ParseCloseFrameData(payload)
		return fmt.Errorf("the server has closed the connection: %d %s", code, reason)
	}
	return errors.New("the server sent a frame that a server does not send")
}

// frame returns the first frame of the data, and how many bytes it takes; none where it has not come whole.
func frame(data []byte) (op ws.OpCode, payload []byte, size int) {
	if len(data) < 2 {
		return 0, nil, 0
	}
	head, length := 2, int(data[1])
	switch {
	case length == 126 && len(data) >= 4:
		head, length = 4, int(binary.BigEndian.Uint16(data[2:]))
	case length == 127 && len(data) >= 10:
		head, length = 10, int(binary.BigEndian.Uint64(data[2:]))
	case length >= 126:
		return 0, nil, 0
	}
	if len(data) < head+length {
		return 0, nil, 0
	}
	return ws.OpCode(data[0] & 0x0f), data[head : head+length], head + length
}
