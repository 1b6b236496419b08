package blob

import (
	"context"
	"net"
	"net/http"
	"time"
)

// newTransport returns a transport whose connections end when they are silent for too long.
func newTransport(patience time.Duration) *http.Transport {
	dialer := net.Dialer{Timeout: patience}
	return &http.Transport{
		Proxy: http.ProxyFromEnvironment,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			c, err := dialer.DialContext(ctx, network, address)
			if err != nil {
				return nil, err
			}
			return impatient{c, patience}, nil
		},
		TLSHandshakeTimeout: patience,
		IdleConnTimeout:     patience / 2, // before its silence ends a connection that a request is about to take
		MaxIdleConnsPerHost: 16,
		DisableCompression:  true, // a part of what is compressed could not be asked for
	}
}

// impatient is a connection that fails when nothing moves on it. Who waits to read is patient for as long as there is
// something to write: the answer comes after it.
type impatient struct {
	net.Conn
	patience time.Duration
}

func (c impatient) Read(p []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Read(p)
}

func (c impatient) Write(p []byte) (int, error) {
	if err := c.SetDeadline(time.Now().Add(c.patience)); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}
