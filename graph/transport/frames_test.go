package transport_test

import (
	"bytes"
	"testing"

	"github.com/gobwas/ws"

	"parley/internal/limits"
)

func TestFragmentedMessage(t *testing.T) {
	t.Parallel()
	s := setup(t).open(t)
	s.frame(ws.NewFrame(ws.OpText, false, []byte(`{"type":`)))
	s.frame(ws.NewPingFrame([]byte("between")))
	s.frame(ws.NewFrame(ws.OpContinuation, false, []byte(`"pi`)))
	s.frame(ws.NewFrame(ws.OpContinuation, true, []byte(`ng"}`)))
	s.expect("between", `{"type":"pong"}`)
}

func TestFrameByteByByte(t *testing.T) {
	t.Parallel()
	s := setup(t).open(t)
	for _, b := range ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(`{"type":"ping"}`)))) {
		if _, err := s.conn.Write([]byte{b}); err != nil {
			t.Fatal(err)
		}
	}
	s.expect(`{"type":"pong"}`)
}

func TestManyFramesInOneWrite(t *testing.T) {
	t.Parallel()
	s := setup(t).dial(t)
	var all []byte
	for _, text := range []string{`{"type":"connection_init"}`, `{"type":"ping"}`, subscribe("1", "{hello}")} {
		all = append(all, ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame([]byte(text))))...)
	}
	if _, err := s.conn.Write(all); err != nil {
		t.Fatal(err)
	}
	s.expect(`{"type":"connection_ack"}`, `{"type":"pong"}`)
	s.expectPart("hello world")
}

func TestWrongFrames(t *testing.T) {
	t.Parallel()
	masked := func(f ws.Frame) []byte { return ws.MustCompileFrame(ws.MaskFrame(f)) }
	for name, test := range map[string]struct {
		bytes []byte
		code  ws.StatusCode
	}{
		"binary":               {masked(ws.NewBinaryFrame([]byte("{}"))), 4400},
		"not masked":           {ws.MustCompileFrame(ws.NewTextFrame([]byte("{}"))), 1002},
		"reserved bit":         {[]byte{0xC1, 0x80, 0, 0, 0, 0}, 1002},
		"reserved opcode":      {[]byte{0x83, 0x80, 0, 0, 0, 0}, 1002},
		"long control frame":   {[]byte{0x89, 0xFE, 0, 200, 0, 0, 0, 0}, 1002},
		"fragmented control":   {[]byte{0x09, 0x80, 0, 0, 0, 0}, 1002},
		"continuation first":   {masked(ws.NewFrame(ws.OpContinuation, true, []byte("{}"))), 1002},
		"text in a message":    {append(masked(ws.NewFrame(ws.OpText, false, []byte("{"))), masked(ws.NewTextFrame([]byte("}")))...), 1002},
		"negative length":      {[]byte{0x81, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}, 1002},
		"huge length":          {[]byte{0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}, 1009},
		"too large in parts":   {append(masked(ws.NewFrame(ws.OpText, false, bytes.Repeat([]byte(" "), 60000))), masked(ws.NewFrame(ws.OpContinuation, true, bytes.Repeat([]byte(" "), 6000)))...), 1009},
		"close":                {masked(ws.NewCloseFrame(ws.NewCloseFrameBody(1000, "bye"))), 1000},
		"close with own code":  {masked(ws.NewCloseFrame(ws.NewCloseFrameBody(4499, "Terminated"))), 4499},
		"close without a code": {masked(ws.NewCloseFrame(nil)), 1000},
		"close with 1005":      {masked(ws.NewCloseFrame(ws.NewCloseFrameBody(1005, ""))), 1000},
		"garbage after close":  {append(masked(ws.NewCloseFrame(nil)), bytes.Repeat([]byte("x"), 1<<16)...), 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t).open(t)
			if _, err := s.conn.Write(test.bytes); err != nil {
				t.Fatal(err)
			}
			s.expectClose(test.code)
		})
	}
}

// FuzzFrames proves that no bytes bring the server down or keep a connection after its client has gone.
func FuzzFrames(f *testing.F) {
	f.Add([]byte(`{"type":"ping"}`), true)
	f.Add([]byte(subscribe("1", "{hello}")), true)
	f.Add([]byte{0x81, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0}, false)
	b := setup(f, limit(func(l *limits.Limits) { l.AddressConnections = 0 }))
	f.Fuzz(func(t *testing.T, data []byte, framed bool) {
		s := b.open(t)
		if framed {
			data = ws.MustCompileFrame(ws.MaskFrame(ws.NewTextFrame(data)))
		}
		_, _ = s.conn.Write(data)
		_ = s.conn.Close()
	})
}
