package smtp_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	gosmtp "github.com/emersion/go-smtp"
	"go.uber.org/goleak"

	"parley/ent/delivery"
	"parley/internal/notify"
	"parley/internal/notify/smtp"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// email is one that the server took.
type email struct {
	from, to, user string
	encrypted      bool
	data           string
}

// mailServer is a mail server in this process. Its answers may be set before it is used.
type mailServer struct {
	port    string
	roots   *x509.CertPool
	taken   chan email
	onRcpt  error
	onData  error
	data    chan struct{} // closed by the test to let DATA go on
	reached chan struct{} // a message has been read
}

// anyAddress is this machine, and not a loopback address: what is said of foreign servers holds for it.
const anyAddress = "0.0.0.0"

// start starts the server: with TLS from the start, with STARTTLS, or with neither.
func start(t *testing.T, fromStart, startTLS bool) *mailServer {
	t.Helper()
	t.Parallel()
	m := &mailServer{taken: make(chan email, 10), reached: make(chan struct{}, 10)}
	certificate, roots := certify(t)
	m.roots = roots
	server := gosmtp.NewServer(gosmtp.BackendFunc(func(c *gosmtp.Conn) (gosmtp.Session, error) {
		return &session{server: m, conn: c}, nil
	}))
	server.Domain, server.AllowInsecureAuth = "mail.example", true
	server.ErrorLog = log.New(io.Discard, "", 0)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, m.port, _ = net.SplitHostPort(listener.Addr().String())
	settings := &tls.Config{Certificates: []tls.Certificate{certificate}}
	if startTLS {
		server.TLSConfig = settings
	}
	if fromStart {
		listener = tls.NewListener(listener, settings)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(listener) }()
	t.Cleanup(func() {
		_ = server.Close()
		<-ended
	})
	return m
}

// certify makes a certificate for this machine and the authority to believe it.
func certify(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.ParseIP("127.0.0.1"), net.ParseIP(anyAddress)},
		IsCA:        true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, roots
}

// sender returns a sender for the server that believes its certificate.
func (m *mailServer) sender(t *testing.T, scheme, user, host, query string) *smtp.Sender {
	t.Helper()
	s, err := smtp.New(scheme+"://"+user+host+":"+m.port+"?"+query, smtp.WithTLS(&tls.Config{RootCAs: m.roots}))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (m *mailServer) next(t *testing.T) email {
	t.Helper()
	select {
	case e := <-m.taken:
		return e
	case <-time.After(20 * time.Second):
		t.Fatal("waited in vain for an email")
		panic("unreachable")
	}
}

// session is one conversation.
type session struct {
	server *mailServer
	conn   *gosmtp.Conn
	email  email
}

func (s *session) Reset()        {}
func (s *session) Logout() error { return nil }

func (s *session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if password != "p@ss:w/rd" {
			return errors.New("wrong")
		}
		s.email.user = user
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *gosmtp.MailOptions) error {
	s.email.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *gosmtp.RcptOptions) error {
	s.email.to = to
	return s.server.onRcpt
}

func (s *session) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.server.reached <- struct{}{}
	if s.server.data != nil {
		<-s.server.data
	}
	if s.server.onData != nil {
		return s.server.onData
	}
	_, s.email.encrypted = s.conn.TLSConnectionState()
	s.email.data = string(data)
	s.server.taken <- s.email
	return nil
}

func outgoing() notify.Outgoing {
	return notify.Outgoing{
		DeliveryID: "dlv_1", Channel: delivery.ChannelEmail, To: "ada@example.com",
		Subject: "Your room", Text: "Dear <Ada>,\nhttps://parley.example/r/abc?x=1&y=2",
	}
}

func send(t *testing.T, s *smtp.Sender, m notify.Outgoing) (notify.Receipt, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	return s.Send(ctx, m)
}
