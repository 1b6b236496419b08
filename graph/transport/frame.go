package transport

import (
	"encoding/binary"

	"github.com/gobwas/ws"
)

// frame is one message to a client. The body of a result is shared by all who get it; the prefix is of the
// subscription: with it the message is an object, of which prefix and body are all but the closing brace.
type frame struct {
	op     ws.OpCode
	prefix []byte
	body   []byte
	of     *operation // which the client may have completed meanwhile; nil for what is of none
}

func textFrame(text string) frame { return frame{op: ws.OpText, body: []byte(text)} }

// size is how many bytes the message has.
func (f frame) size() int {
	if f.prefix == nil {
		return len(f.body)
	}
	return len(f.prefix) + len(f.body) + 1
}

// frameOverhead is about what a frame takes in memory besides its bytes: without it those of no bytes, such as the
// answers to empty pings, could wait in any number.
const frameOverhead = 64

// weight is what a frame that waits counts for.
func (f frame) weight() int { return frameOverhead + f.size() }

func (f frame) appendTo(b []byte) []byte {
	b = appendHeader(b, f.op, f.size())
	b = append(b, f.prefix...)
	b = append(b, f.body...)
	if f.prefix != nil {
		b = append(b, '}')
	}
	return b
}

// appendHeader appends the header of a server's frame, which is final and unmasked.
func appendHeader(b []byte, op ws.OpCode, n int) []byte {
	b = append(b, 0x80|byte(op))
	switch {
	case n < 126:
		return append(b, byte(n))
	case n < 1<<16:
		return binary.BigEndian.AppendUint16(append(b, 126), uint16(n))
	}
	return binary.BigEndian.AppendUint64(append(b, 127), uint64(n))
}
