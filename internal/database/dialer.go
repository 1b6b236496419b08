package database

import (
	"context"
	"net"
	"time"
)

// dialer makes connections that do not wait for ever: lib/pq itself ignores the deadline of a context while it reads, and
// a network that has gone silent never ends a read.
type dialer struct {
	silence time.Duration // how long the other side may say nothing while an answer is due; 0 for ever
}

// DialContext implements pq.DialerContext.
func (d dialer) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	plain := net.Dialer{Timeout: dialing, KeepAlive: 15 * time.Second}
	conn, err := plain.DialContext(ctx, network, address)
	if err != nil || d.silence == 0 {
		return conn, err
	}
	return &deadlineConn{Conn: conn, silence: d.silence}, nil
}

// Dial implements pq.Dialer.
func (d dialer) Dial(network, address string) (net.Conn, error) {
	return d.DialContext(context.Background(), network, address)
}

// DialTimeout implements pq.Dialer.
func (d dialer) DialTimeout(network, address string, timeout time.Duration) (net.Conn, error) {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	return d.DialContext(ctx, network, address)
}

// deadlineConn gives every single read and write a deadline. The driver reads only while an answer is due, so an idle
// connection of the pool is not touched.
type deadlineConn struct {
	net.Conn
	silence time.Duration
}

// Read implements net.Conn.
func (c *deadlineConn) Read(b []byte) (int, error) {
	if err := c.SetReadDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Read(b)
}

// Write implements net.Conn.
func (c *deadlineConn) Write(b []byte) (int, error) {
	if err := c.SetWriteDeadline(time.Now().Add(c.silence)); err != nil {
		return 0, err
	}
	return c.Conn.Write(b)
}
