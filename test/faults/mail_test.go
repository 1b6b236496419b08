package faults

import (
	"fmt"
	"io"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"

	"github.com/emersion/go-smtp"
)

// mailServer takes mail, well or badly. Processes reach it over a network.
type mailServer struct {
	network *network

	mu       sync.Mutex
	manner   manner
	received map[string][]string // the ids of the messages that were taken, by recipient
	silence  chan struct{}       // closed when nobody is kept waiting any more
}

// manner is what a mail server says to a message.
type manner int

const (
	takes   manner = iota
	fails          // for now: 451
	refuses        // for good: 550
	mumbles        // takes it, and never says so
)

// newMailServer starts a mail server, which ends with the test.
func newMailServer(t testing.TB) *mailServer {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	m := &mailServer{received: map[string][]string{}, silence: make(chan struct{})}
	s := smtp.NewServer(m)
	s.Domain, s.ErrorLog = "mail.example", quiet{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = s.Serve(listener) // until it is closed
	}()
	t.Cleanup(func() {
		m.behave(takes)
		_ = s.Close()
		<-ended
	})
	m.network = newNetwork(t, to("tcp", listener.Addr().String()))
	return m
}

// quiet is a logger for what this server does on purpose.
type quiet struct{}

func (quiet) Printf(string, ...any) {}
func (quiet) Println(...any)        {}

func (m *mailServer) url() string {
	return fmt.Sprintf("smtp://%s?tls=none&from=parley@demo.example", m.network.address())
}

// behave changes the server's manner; who was kept waiting is answered.
func (m *mailServer) behave(how manner) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.manner = how
	close(m.silence)
	m.silence = make(chan struct{})
}

// got are the ids of the messages that were taken for a recipient.
func (m *mailServer) got(recipient string) []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return append([]string(nil), m.received[recipient]...)
}

// NewSession implements smtp.Backend.
func (m *mailServer) NewSession(*smtp.Conn) (smtp.Session, error) { return &session{m: m}, nil }

type session struct {
	m         *mailServer
	recipient string
}

// Mail implements smtp.Session.
func (*session) Mail(string, *smtp.MailOptions) error { return nil }

// Rcpt implements smtp.Session.
func (s *session) Rcpt(recipient string, _ *smtp.RcptOptions) error {
	s.recipient = recipient
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	letter, err := mail.ReadMessage(r)
	if err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, letter.Body); err != nil {
		return err
	}
	s.m.mu.Lock()
	how, silence := s.m.manner, s.m.silence
	if how == takes || how == mumbles {
		s.m.received[s.recipient] = append(s.m.received[s.recipient], strings.TrimSpace(letter.Header.Get("Message-Id")))
	}
	s.m.mu.Unlock()
	switch how {
	case fails:
		return &smtp.SMTPError{Code: 451, Message: "try later"}
	case refuses:
		return &smtp.SMTPError{Code: 550, Message: "no"}
	case mumbles:
		<-silence
	}
	return nil
}

// Reset implements smtp.Session.
func (*session) Reset() {}

// Logout implements smtp.Session.
func (*session) Logout() error { return nil }
