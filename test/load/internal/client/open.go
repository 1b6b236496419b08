package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"parley/test/load/internal/kernel"
)

// Subscription is what to subscribe to.
type Subscription struct {
	Address string // of the server, host:port
	Token   string

	// Query and Variables are of the operation. Where there is no query the server is a bare one, which sends without
	// being asked.
	Query     string
	Variables map[string]any
}

// patience is how long opening one connection may take, in a storm of them.
const patience = 30 * time.Second

// Open opens a connection and subscribes. The subscriber is told of what arrives before Open returns, too.
func (r *Readers) Open(ctx context.Context, what Subscription, who Subscriber) (*Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dialer := ws.Dialer{Protocols: []string{"graphql-transport-ws"}}
	conn, early, _, err := dialer.Dial(ctx, "ws://"+what.Address+"/graphql")
	if err != nil {
		return nil, fmt.Errorf("open a WebSocket: %w", err)
	}
	c := &Conn{subscriber: who}
	if early != nil { // what came with the answer to the upgrade
		c.rest, _ = early.Peek(early.Buffered())
	}
	if err := what.ask(conn); err != nil {
		return nil, errors.Join(fmt.Errorf("subscribe: %w", err), conn.Close())
	}
	if c.socket, err = kernel.Detach(conn); err != nil {
		return nil, err
	}
	return c, c.begin(r)
}

// begin takes what came early before the reader takes the rest.
func (c *Conn) begin(r *Readers) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := r.add(c); err != nil {
		c.close()
		return err
	}
	if err := c.take(nil, time.Now()); err != nil {
		c.close()
		return err
	}
	return nil
}

// ask says who subscribes, waits until that is accepted, and subscribes.
func (s Subscription) ask(conn net.Conn) error {
	if s.Query == "" {
		return nil
	}
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	err := write(conn, map[string]any{"type": "connection_init", "payload": map[string]any{"authorization": "Bearer " + s.Token}})
	if err != nil {
		return err
	}
	answer, err := wsutil.ReadServerText(conn)
	if err != nil {
		return err
	}
	var said struct{ Type string }
	if err := json.Unmarshal(answer, &said); err != nil || said.Type != "connection_ack" {
		return fmt.Errorf("the server answers connection_init with %s", answer)
	}
	return write(conn, map[string]any{
		"id": "1", "type": "subscribe", "payload": map[string]any{"query": s.Query, "variables": s.Variables},
	})
}

func write(conn net.Conn, message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	return wsutil.WriteClientText(conn, text)
}
