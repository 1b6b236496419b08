package transport

import "time"

// send puts a frame into the queue and sees to it that it is written.
func (s *socket) send(f frame) {
	if !s.out.put(f) {
		s.cancel()
	}
}

// close ends the connection after what waits, or instead of it.
func (s *socket) close(c *closing) {
	s.out.close(c)
	s.cancel()
}

// write writes until nothing waits any more, all that waits in one write. It is the only writer of the connection
// while it runs.
func (s *socket) write() {
	buffer := s.h.buffers.get()
	defer s.h.buffers.put(buffer)
	for {
		batch, last := s.out.take()
		if len(batch) == 0 {
			return
		}
		*buffer = appendFrames((*buffer)[:0], batch)
		_ = s.conn.SetWriteDeadline(deadline(s.h.Limits.SocketWrite))
		if _, err := s.conn.Write(*buffer); err != nil {
			s.abort()
			return
		}
		if last != nil {
			s.closed(last)
			return
		}
	}
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
