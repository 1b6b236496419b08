package smtp

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"time"

	"github.com/wneessen/go-mail"

	"parley/ent/delivery"
	"parley/internal/notify"
)

// patience is for connecting and for each part of the conversation, where the context allows more.
const patience = 15 * time.Second

// Sender hands emails to one mail server. Every email gets a connection of its own.
type Sender struct {
	server server
	tls    *tls.Config
}

// Option changes a Sender.
type Option func(*Sender)

// WithTLS gives the settings of TLS, such as a private authority. The server's name is filled in.
func WithTLS(c *tls.Config) Option { return func(s *Sender) { s.tls = c.Clone() } }

// New returns a sender for the server that SMTP_URL names, smtp://user:password@host:587 or smtps://…:465, with
// ?from= for the address that mail is from and ?tls=none for a server in a network of one's own.
func New(smtpURL string, opts ...Option) (*Sender, error) {
	server, err := parse(smtpURL)
	if err != nil {
		return nil, err
	}
	s := &Sender{server: server, tls: &tls.Config{MinVersion: tls.VersionTLS12}}
	for _, opt := range opts {
		opt(s)
	}
	s.tls.ServerName = server.host
	return s, nil
}

// Lookup never knows: a mail server cannot be asked.
func (s *Sender) Lookup(context.Context, notify.Outgoing, time.Time) ([]notify.Receipt, error) {
	return nil, nil
}

// Send hands the email to the server. What the server takes is SENT.
func (s *Sender) Send(ctx context.Context, m notify.Outgoing) (notify.Receipt, error) {
	email, err := s.compose(m)
	if err != nil {
		return notify.Receipt{}, err
	}
	wire := &line{ctx: ctx, server: s.server, tls: s.tls}
	defer wire.hangUp()
	client, err := s.client(wire)
	if err != nil {
		return notify.Receipt{}, fmt.Errorf("prepare for the mail server: %w", err)
	}
	talk, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil { // a wrong password included: that is ours to mend, not the recipient's fault
		return notify.Receipt{}, notify.NotTaken{Code: "no connection", Err: err}
	}
	if err := client.SendWithSMTPClient(talk, email); err != nil && !email.IsDelivered() {
		return notify.Receipt{}, judge(err)
	}
	_ = client.CloseWithSMTPClient(talk) // a server that takes a message and fails at goodbye has taken it
	return notify.Receipt{CarrierID: email.GetMessageID(), Status: delivery.StatusSent}, nil
}

// client returns a client for one conversation over the line.
func (s *Sender) client(l *line) (*mail.Client, error) {
	policy := map[encryption]mail.TLSPolicy{
		startTLS: mail.TLSMandatory, ifOffered: mail.TLSOpportunistic,
		fromStart: mail.NoTLS, unencrypted: mail.NoTLS, // the line has it already, or is to have none
	}[s.server.encryption]
	opts := []mail.Option{
		mail.WithPort(s.server.port), mail.WithTimeout(patience),
		mail.WithTLSPolicy(policy), mail.WithTLSConfig(s.tls),
		mail.WithDialContextFunc(l.dial), mail.WithoutNoop(), mail.WithoutRset(),
	}
	if s.server.user != "" {
		opts = append(opts, mail.WithUsername(s.server.user), mail.WithPassword(s.server.password),
			mail.WithOpportunisticSMTPAuth(s.server.methods()...))
	}
	return mail.NewClient(s.server.host, opts...)
}

// methods are the ways to sign in, best first. Those that show the password are for private connections, and for
// those that the operator has said are.
func (s server) methods() []mail.SMTPAuthType {
	safe := []mail.SMTPAuthType{mail.SMTPAuthSCRAMSHA256, mail.SMTPAuthSCRAMSHA1, mail.SMTPAuthCramMD5}
	if s.encryption == startTLS || s.encryption == fromStart {
		return append(safe, mail.SMTPAuthPlain, mail.SMTPAuthLogin)
	}
	return append(safe, mail.SMTPAuthPlainNoEnc, mail.SMTPAuthLoginNoEnc)
}

// line is the connection of one conversation. It is cut when the context ends: the client knows of time-outs only.
type line struct {
	ctx    context.Context // of the conversation, which is longer than that of the dialing
	server server
	tls    *tls.Config
	conn   net.Conn
	uncut  func() bool
}

func (l *line) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	l.conn = conn
	l.uncut = context.AfterFunc(l.ctx, func() { _ = conn.Close() })
	if l.server.encryption != fromStart {
		return conn, nil
	}
	private := tls.Client(conn, l.tls)
	if err := private.HandshakeContext(ctx); err != nil {
		return nil, fmt.Errorf("encrypt the connection: %w", err)
	}
	return private, nil
}

// hangUp closes the connection without a word. After an error a word would do harm: QUIT in the middle of a message
// ends that first, and the server takes half of it.
func (l *line) hangUp() {
	if l.conn != nil {
		l.uncut()
		_ = l.conn.Close()
	}
}
