package client

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Sender posts JSON to a server over one connection, which it keeps. It is for one goroutine.
type Sender struct {
	conn   net.Conn
	answer *bufio.Reader
	head   []byte // of every request, up to the length of its body
	buffer []byte
}

// NewSender connects to the server. Close closes the connection.
func NewSender(ctx context.Context, address, path, token string) (*Sender, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("connect a sender: %w", err)
	}
	head := "POST " + path + " HTTP/1.1\r\nHost: " + address + "\r\nContent-Type: application/json\r\n"
	if token != "" {
		head += "Authorization: Bearer " + token + "\r\n"
	}
	return &Sender{conn: conn, answer: bufio.NewReader(conn), head: []byte(head + "Content-Length: ")}, nil
}

// Close closes the connection.
func (s *Sender) Close() error { return s.conn.Close() }

// Post posts the body and returns the answer, which must be a 200.
func (s *Sender) Post(body []byte) ([]byte, error) {
	if err := s.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	s.buffer = strconv.AppendInt(append(s.buffer[:0], s.head...), int64(len(body)), 10)
	s.buffer = append(append(s.buffer, "\r\n\r\n"...), body...)
	if _, err := s.conn.Write(s.buffer); err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	response, err := http.ReadResponse(s.answer, nil)
	if err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("post: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("post: the server answers %s: %s", response.Status, answer)
	}
	return answer, nil
}
