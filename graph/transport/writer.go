package transport

import "time"

// send puts a frame into the queue and sees to it that it is written.
func (s *socket) send(f frame) {
	write, ok := s.out.put(f)
	if !ok {
		s.cancel()
	}
	if write {
		s.write(s.h.buffers.get())
	}
}

// close ends the connection after what waits, or instead of it.
func (s *socket) close(c *closing) {
	if s.out.close(c) {
		s.write(s.h.buffers.get())
	}
	s.cancel()
}

// write writes what is in the buffer and all that waits, as far as the connection takes it at once. A goroutine waits
// for the connection to take the rest. The caller has become the one who writes.
func (s *socket) write(b *buffer) {
	var last *closing
	more := true
	for first := true; more; first = false {
		if !s.push(b) {
			return
		}
		if rest := len(b.rest()); rest > 0 {
			if first { // what was put in is counted already
				s.out.owe(rest)
			}
			s.work(func() { s.writeOn(b, last) })
			return
		}
		if last != nil {
			s.closed(last)
			break
		}
		last, more = s.fill(b)
	}
	s.h.buffers.put(b)
}

// push writes what the connection takes at once. One that is no socket of the system's, such as one of TLS, takes nothing.
func (s *socket) push(b *buffer) bool {
	if s.raw == nil || len(b.rest()) == 0 {
		return true
	}
	if err := b.push(s.raw); err != nil {
		s.abort()
		return false
	}
	return true
}

// writeOn writes until nothing waits any more, and waits for the connection.
func (s *socket) writeOn(b *buffer, last *closing) {
	defer s.h.buffers.put(b)
	for more := true; more; last, more = s.fill(b) {
		_ = s.conn.SetWriteDeadline(deadline(s.h.Limits.SocketWrite))
		if _, err := s.conn.Write(b.rest()); err != nil {
			s.abort()
			return
		}
		_ = s.conn.SetWriteDeadline(time.Time{}) // it would hold for what is written at once, too
		if last != nil {
			s.closed(last)
			return
		}
	}
}

// fill puts all that waits into the buffer, whose bytes have been written. With the last of it comes why the connection
// ends. It is false where nothing waits: then nobody writes any more.
func (s *socket) fill(b *buffer) (last *closing, more bool) {
	batch, last := s.out.take()
	b.reset()
	b.bytes = appendFrames(b.bytes, batch)
	return last, len(batch) > 0
}

// appendFrames leaves out what belongs to an operation that the client has completed.
func appendFrames(b []byte, batch []frame) []byte {
	for _, f := range batch {
		if f.of == nil || !f.of.silenced.Load() {
			b = f.appendTo(b)
		}
	}
	return b
}

// closed lets the reader end, now that the close frame is written.
func (s *socket) closed(c *closing) {
	s.h.Logger.DebugContext(s.ctx, "websocket closed", "code", int(c.code), "reason", c.reason)
	if c.mutual {
		s.abort()
		return
	}
	s.reading.Lock()
	defer s.reading.Unlock()
	s.lingers = true
	_ = s.conn.SetReadDeadline(time.Now().Add(lingering))
}
