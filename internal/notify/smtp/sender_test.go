package smtp_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"strings"
	"testing"
	"time"

	gosmtp "github.com/emersion/go-smtp"

	"parley/ent/delivery"
	"parley/internal/notify"
	"parley/internal/notify/smtp"
)

func TestEmailIsTextAndHTML(t *testing.T) {
	m := start(t, false, true)
	s := m.sender(t, "smtp", "", "127.0.0.1", "from=Parley+<desk@parley.example>")
	receipt, err := send(t, s, outgoing())
	if err != nil {
		t.Fatal(err)
	}
	if want := (notify.Receipt{CarrierID: "<dlv_1@parley.example>", Status: delivery.StatusSent}); receipt != want {
		t.Errorf("receipt %+v, want %+v", receipt, want)
	}
	got := m.next(t)
	if got.from != "desk@parley.example" || got.to != "ada@example.com" {
		t.Errorf("from %s to %s", got.from, got.to)
	}
	header, parts := read(t, got.data)
	for name, want := range map[string]string{
		"Message-Id": "<dlv_1@parley.example>", "Subject": "Your room", "Auto-Submitted": "auto-generated",
		"From": `"Parley" <desk@parley.example>`, "To": "<ada@example.com>",
	} {
		if header.Get(name) != want {
			t.Errorf("%s is %q, want %q", name, header.Get(name), want)
		}
	}
	if want := "Dear <Ada>,\r\nhttps://parley.example/r/abc?x=1&y=2"; parts["text/plain"] != want {
		t.Errorf("text is %q", parts["text/plain"])
	}
	if want := `Dear &lt;Ada&gt;,<br>`; !strings.Contains(parts["text/html"], want) {
		t.Errorf("html is %q", parts["text/html"])
	}
	if want := `<a href="https://parley.example/r/abc?x=1&amp;y=2">`; !strings.Contains(parts["text/html"], want) {
		t.Errorf("html is %q", parts["text/html"])
	}
}

// read returns the header of an email and its alternatives by type.
func read(t *testing.T, data string) (mail.Header, map[string]string) {
	t.Helper()
	msg, err := mail.ReadMessage(strings.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	kind, params, err := mime.ParseMediaType(msg.Header.Get("Content-Type"))
	if err != nil || kind != "multipart/alternative" {
		t.Fatalf("content type %s: %v", kind, err)
	}
	parts := map[string]string{}
	all := multipart.NewReader(msg.Body, params["boundary"])
	for {
		part, err := all.NextPart()
		if err == io.EOF {
			return msg.Header, parts
		}
		if err != nil {
			t.Fatal(err)
		}
		kind, _, _ := mime.ParseMediaType(part.Header.Get("Content-Type"))
		body, err := io.ReadAll(part)
		if err != nil {
			t.Fatal(err)
		}
		parts[kind] = string(body)
	}
}

func TestPasswordGoesEncrypted(t *testing.T) {
	for name, c := range map[string]struct {
		scheme    string
		fromStart bool
	}{"STARTTLS": {"smtp", false}, "from the start": {"smtps", true}} {
		t.Run(name, func(t *testing.T) {
			m := start(t, c.fromStart, !c.fromStart)
			s := m.sender(t, c.scheme, "desk%40parley.example:p%40ss%3Aw%2Frd@", anyAddress, "")
			if _, err := send(t, s, outgoing()); err != nil {
				t.Fatal(err)
			}
			got := m.next(t)
			if !got.encrypted || got.user != "desk@parley.example" || got.from != "desk@parley.example" {
				t.Errorf("encrypted %t, user %q, from %q", got.encrypted, got.user, got.from)
			}
		})
	}
}

// A server elsewhere that does not offer STARTTLS, or shows a certificate that nobody vouches for, gets nothing.
func TestNothingGoesUnencryptedOverTheNetwork(t *testing.T) {
	t.Run("not offered", func(t *testing.T) {
		m := start(t, false, false)
		for _, user := range []string{"", "u:p@"} {
			_, err := send(t, m.sender(t, "smtp", user, anyAddress, ""), outgoing())
			var notTaken notify.NotTaken
			if !errors.As(err, &notTaken) || len(m.reached) > 0 {
				t.Errorf("%v, and %d messages went out", err, len(m.reached))
			}
		}
	})
	t.Run("not vouched for", func(t *testing.T) {
		m := start(t, false, true)
		s, err := smtp.New("smtp://" + anyAddress + ":" + m.port)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := send(t, s, outgoing()); err == nil || len(m.reached) > 0 {
			t.Errorf("%v, and %d messages went out", err, len(m.reached))
		}
	})
	t.Run("unless it is wanted", func(t *testing.T) {
		m := start(t, false, false)
		s := m.sender(t, "smtp", "u:p%40ss%3Aw%2Frd@", anyAddress, "tls=none&from=desk@parley.example")
		if _, err := send(t, s, outgoing()); err != nil {
			t.Fatal(err)
		}
		if got := m.next(t); got.user != "u" || got.encrypted {
			t.Errorf("user %q, encrypted %t", got.user, got.encrypted)
		}
	})
}

func TestHeadersHoldOneLine(t *testing.T) {
	m := start(t, false, false)
	s := m.sender(t, "smtp", "", "127.0.0.1", "from=desk@parley.example")
	out := outgoing()
	out.Subject = "Room\r\nBcc: eve@example.com\r\n\r\nhello\x00\u2028there"
	if _, err := send(t, s, out); err != nil {
		t.Fatal(err)
	}
	header, _ := read(t, m.next(t).data)
	if header.Get("Bcc") != "" || header.Get("Subject") != "Room Bcc: eve@example.com hello there" {
		t.Errorf("subject %q, bcc %q", header.Get("Subject"), header.Get("Bcc"))
	}
	out.To = "ada@example.com\r\nBcc: eve@example.com"
	var refused notify.Refused
	if _, err := send(t, s, out); !errors.As(err, &refused) {
		t.Errorf("an address of two lines: %v, want it refused", err)
	}
}

func TestAnswersAreJudged(t *testing.T) {
	answer := func(code int) error {
		return &gosmtp.SMTPError{Code: code, EnhancedCode: gosmtp.EnhancedCode{code / 100, 1, 1}, Message: "ada@example.com"}
	}
	for name, c := range map[string]struct {
		onRcpt, onData error
		refused        string
		code           string
	}{
		"no such mailbox":   {onRcpt: answer(550), refused: "The mail server does not take mail for this address (550 5.1.1).", code: "550 5.1.1"},
		"mailbox busy":      {onRcpt: answer(450), code: "450 4.1.1"},
		"message refused":   {onData: answer(554), refused: "The mail server refused the message (554 5.1.1).", code: "554 5.1.1"},
		"server too busy":   {onData: answer(451), code: "451 4.1.1"},
		"not signed in yet": {onRcpt: answer(530), code: "530 5.1.1"},
	} {
		t.Run(name, func(t *testing.T) {
			m := start(t, false, false)
			m.onRcpt, m.onData = c.onRcpt, c.onData
			_, err := send(t, m.sender(t, "smtp", "", "127.0.0.1", ""), outgoing())
			var refused notify.Refused
			var notTaken notify.NotTaken
			switch {
			case errors.As(err, &refused):
				if refused != (notify.Refused{Reason: c.refused, Code: c.code}) {
					t.Errorf("refused %+v", refused)
				}
			case errors.As(err, &notTaken):
				if c.refused != "" || notTaken.Code != c.code {
					t.Errorf("not taken: %+v", notTaken)
				}
			default:
				t.Errorf("%v", err)
			}
		})
	}
}

// A wrong password is not the recipient's fault: the email waits until it is mended.
func TestWrongPasswordIsTriedAgain(t *testing.T) {
	m := start(t, false, true)
	_, err := send(t, m.sender(t, "smtp", "u:wrong@", anyAddress, ""), outgoing())
	var notTaken notify.NotTaken
	if !errors.As(err, &notTaken) {
		t.Errorf("%v, want NotTaken", err)
	}
}

// The server has the message and its answer does not come: unknown.
func TestCallEndsWithItsContext(t *testing.T) {
	m := start(t, false, false)
	m.data = make(chan struct{})
	t.Cleanup(func() { close(m.data) })
	s := m.sender(t, "smtp", "", "127.0.0.1", "")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		_, err := s.Send(ctx, outgoing())
		ended <- err
	}()
	<-m.reached
	cancel()
	select {
	case err := <-ended:
		var refused notify.Refused
		var notTaken notify.NotTaken
		if err == nil || errors.As(err, &refused) || errors.As(err, &notTaken) {
			t.Errorf("%v, want an error that says neither yes nor no", err)
		}
	case <-time.After(10 * time.Second): // less than the time-out of the conversation
		t.Fatal("the call goes on after its context has ended")
	}
	if known, err := s.Lookup(t.Context(), notify.Outgoing{DeliveryID: "dlv_1"}, time.Time{}); known != nil || err != nil {
		t.Errorf("lookup: %+v, %v", known, err)
	}
}

func TestServerThatIsAwayIsTriedAgain(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	_ = listener.Close()
	s, err := smtp.New("smtp://" + address)
	if err != nil {
		t.Fatal(err)
	}
	var notTaken notify.NotTaken
	if _, err := send(t, s, outgoing()); !errors.As(err, &notTaken) {
		t.Errorf("%v, want NotTaken", err)
	}
}

func TestX5_WrongURLIsNamedWithoutThePassword(t *testing.T) {
	t.Parallel()
	for _, url := range []string{
		"", "mail.example:587", "http://u:secret@mail.example", "smtp://u:secret@", "smtp://u:secret@mail.example:70000",
		"smtp://u:secret@mail.example:x", "smtp://u:secret%zz@mail.example", "smtp://u:secret@mail.example?tls=maybe",
		"smtps://u:secret@mail.example?tls=none", "smtp://u:secret@mail.example?from=nobody", "smtp://u:se cret@mail.example",
	} {
		_, err := smtp.New(url)
		if err == nil || !strings.Contains(err.Error(), "SMTP_URL") || strings.Contains(err.Error(), "cret") {
			t.Errorf("%s: %v", url, err)
		}
	}
}
