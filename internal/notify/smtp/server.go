package smtp

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"strconv"
)

// encryption is how the connection is made private.
type encryption int

const (
	startTLS    encryption = iota // in the connection, or no mail is sent
	fromStart                     // before anything is said
	ifOffered                     // in the connection where the server offers it: for one on this machine
	unencrypted                   // never
)

// server is what SMTP_URL says.
type server struct {
	host           string
	port           int
	encryption     encryption
	user, password string
	from           *mail.Address
}

// parse reads smtp://user:password@host:587?from=address&tls=none or smtps://…. Its errors name SMTP_URL
// and never show it, since the password is in it.
func parse(address string) (server, error) {
	u, err := url.Parse(address)
	if err != nil {
		return server{}, errors.New("SMTP_URL is not a URL; it looks like smtp://user:password@host:587?from=you@your.domain, and special characters in the password are written as %40 and the like")
	}
	s := server{host: u.Hostname()}
	if s.host == "" {
		return server{}, errors.New("SMTP_URL names no host; it looks like smtp://user:password@host:587?from=you@your.domain")
	}
	s.user = u.User.Username()
	s.password, _ = u.User.Password()
	if s.encryption, err = encryptionOf(u); err != nil {
		return server{}, err
	}
	if s.port, err = portOf(u); err != nil {
		return server{}, err
	}
	if s.from, err = fromOf(u); err != nil {
		return server{}, err
	}
	return s, nil
}

func encryptionOf(u *url.URL) (encryption, error) {
	tls := u.Query().Get("tls")
	switch {
	case u.Scheme != "smtp" && u.Scheme != "smtps":
		return 0, errors.New("SMTP_URL begins with neither smtp:// nor smtps://")
	case tls != "" && (tls != "none" || u.Scheme == "smtps"):
		return 0, errors.New("SMTP_URL: the only value of tls is none, and only with smtp://")
	case u.Scheme == "smtps":
		return fromStart, nil
	case tls == "none":
		return unencrypted, nil
	case loopback(u.Hostname()):
		return ifOffered, nil
	}
	return startTLS, nil
}

func loopback(host string) bool {
	return host == "localhost" || net.ParseIP(host).IsLoopback()
}

func portOf(u *url.URL) (int, error) {
	usual := map[string]string{"smtp": "587", "smtps": "465"}[u.Scheme]
	port, err := strconv.Atoi(cmp.Or(u.Port(), usual))
	if err != nil || port < 1 || port > 65535 {
		return 0, errors.New("SMTP_URL: the port is not a number from 1 to 65535")
	}
	return port, nil
}

// fromOf returns the address that mail is from: what from says, else the user where that is an address.
func fromOf(u *url.URL) (*mail.Address, error) {
	said := u.Query().Get("from")
	from, err := mail.ParseAddress(cmp.Or(said, u.User.Username()))
	switch {
	case err == nil:
		return from, nil
	case said != "":
		return nil, fmt.Errorf("SMTP_URL: from is not an email address: %q", said)
	}
	return &mail.Address{Name: "Parley", Address: "parley@" + u.Hostname()}, nil
}
