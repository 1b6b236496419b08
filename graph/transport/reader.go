package transport

import (
	"errors"
	"io"
	"os"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"
)

// message reads the next text message. Control frames in between are answered.
func (s *socket) message() ([]byte, error) {
	var text []byte
	state := ws.StateServerSide
	for {
		head, payload, err := s.frame(state, len(text))
		switch {
		case err != nil:
			return nil, s.late(err)
		case head.OpCode.IsControl():
			if err := s.control(head.OpCode, payload); err != nil {
				return nil, err
			}
			continue
		case head.OpCode == ws.OpBinary:
			return nil, invalidMessage("it is binary")
		}
		text = append(text, payload...)
		if head.Fin {
			return checkText(text)
		}
		state = state.Set(ws.StateFragmented)
	}
}

// late gives a reason to a client that has not initialised in time; one that has is gone.
func (s *socket) late(err error) error {
	if !s.acknowledged && errors.Is(err, os.ErrDeadlineExceeded) {
		return closeWith(codeInitTimeout, "Connection initialisation timeout")
	}
	return err
}

func checkText(text []byte) ([]byte, error) {
	if !utf8.Valid(text) {
		return nil, closeWith(ws.StatusInvalidFramePayloadData, "Not UTF-8")
	}
	return text, nil
}

// frame reads one frame; the message that it is part of has so many bytes already.
func (s *socket) frame(state ws.State, so int) (ws.Header, []byte, error) {
	if err := s.await(); err != nil {
		return ws.Header{}, nil, err
	}
	s.readUntil(s.until(s.h.Limits.SocketWrite)) // a frame that has begun must come to an end
	head, err := ws.ReadHeader((*arrived)(s))
	if errors.Is(err, ws.ErrHeaderLengthMSB) || errors.Is(err, ws.ErrHeaderLengthUnexpected) {
		err = closeWith(ws.StatusProtocolError, "Protocol error")
	}
	if err == nil {
		err = s.checkHeader(head, state, so)
	}
	if err != nil {
		return head, nil, err
	}
	payload := make([]byte, head.Length)
	if _, err := io.ReadFull((*arrived)(s), payload); err != nil {
		return head, nil, err
	}
	ws.Cipher(payload, head.Mask, 0)
	return head, payload, nil
}

func (s *socket) checkHeader(head ws.Header, state ws.State, so int) error {
	if err := ws.CheckHeader(head, state); err != nil {
		return closeWith(ws.StatusProtocolError, "Protocol error: "+err.Error())
	}
	if most := s.h.Limits.SocketFrameBytes; most > 0 && head.Length > int64(most-so) {
		return closeWith(ws.StatusMessageTooBig, "Message too big (limit socket-frame-bytes)")
	}
	return nil
}

func (s *socket) control(op ws.OpCode, payload []byte) error {
	switch op {
	case ws.OpPing:
		s.send(frame{op: ws.OpPong, body: payload})
	case ws.OpClose:
		code, _ := ws.ParseCloseFrameData(payload)
		return closeBack(code)
	}
	return nil
}

// await waits for the next frame to begin, and meanwhile asks a silent client whether it is still there. The
// waiting is a deadline of the read: no timer and no buffer.
func (s *socket) await() error {
	asked := false
	for len(s.early) == 0 {
		s.readUntil(s.patience(asked))
		n, err := s.conn.Read(s.head[:])
		s.early = s.head[:n]
		switch {
		case n > 0 || err == nil:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case asked || !s.acknowledged || s.out.isClosed():
			return err
		default:
			asked = true
			s.send(frame{op: ws.OpPing})
		}
	}
	return nil
}

func (s *socket) patience(asked bool) time.Time {
	switch {
	case !s.acknowledged:
		return s.initBy
	case asked:
		return deadline(s.h.Limits.SocketPong)
	}
	return deadline(s.h.Limits.SocketPing)
}

// until is d from now, or the end of the time for connection_init if that is earlier.
func (s *socket) until(d time.Duration) time.Time {
	t := deadline(d)
	if !s.acknowledged && !s.initBy.IsZero() && (t.IsZero() || s.initBy.Before(t)) {
		return s.initBy
	}
	return t
}

// readUntil sets the read deadline, unless the last one is set.
func (s *socket) readUntil(t time.Time) {
	s.reading.Lock()
	defer s.reading.Unlock()
	if !s.lingers {
		_ = s.conn.SetReadDeadline(t)
	}
}

// arrived reads what has arrived early before it reads the connection.
type arrived socket

func (a *arrived) Read(p []byte) (int, error) {
	if len(a.early) == 0 {
		return a.conn.Read(p)
	}
	n := copy(p, a.early)
	a.early = a.early[n:]
	return n, nil
}
