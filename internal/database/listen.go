package database

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/lib/pq"
)

const (
	// hush is how long a listener's connection may be silent, pings included, before it counts as lost.
	hush = 6 * time.Second

	// pinging is how often a listener's connection is asked whether it is alive.
	pinging = 2 * time.Second
)

// Listen hears what is notified on a channel, on a connection of its own, until the context ends or the connection is
// lost, which is an error. It calls listening once, when all that is notified from then on will be heard. A pooler in
// between has to leave the session to us.
func Listen(ctx context.Context, url, channel string, listening func(), heard func(payload string)) error {
	life, lose := context.WithCancelCause(ctx)
	l := pq.NewDialListener(mortal{dialer{silence: hush}, life}, url, time.Millisecond, time.Millisecond,
		func(_ pq.ListenerEventType, trouble error) {
			if trouble != nil {
				lose(trouble)
			}
		})
	context.AfterFunc(life, func() { _ = l.Close() })

	began := make(chan struct{})
	var keeping sync.WaitGroup
	keeping.Go(func() { lose(keep(life, l, channel, began)) })
	defer keeping.Wait()
	defer func() { // the listener ends when nobody has to take anything any more
		lose(nil)
		for range l.Notify {
		}
	}()
	hear(life, l, began, listening, heard)
	if ctx.Err() != nil {
		return nil
	}
	return fmt.Errorf("listen on %s: %w", channel, context.Cause(life))
}

// hear takes what comes. It goes on while the driver waits for the answer to a ping: the answer may be behind it.
func hear(life context.Context, l *pq.Listener, began <-chan struct{}, listening func(), heard func(payload string)) {
	for {
		select {
		case <-life.Done():
			return
		case <-began:
			began = nil
			listening()
		case n := <-l.Notify:
			if n != nil { // the driver has lost the connection, and says so elsewhere
				heard(n.Extra)
			}
		}
	}
}

// keep makes the connection listen and asks now and then whether it is alive. The driver's ping itself waits for ever;
// it fails when the connection has been silent for too long.
func keep(life context.Context, l *pq.Listener, channel string, began chan<- struct{}) error {
	if err := l.Listen(channel); err != nil {
		return err
	}
	close(began)
	tick := time.NewTicker(pinging)
	defer tick.Stop()
	for {
		select {
		case <-life.Done():
			return nil
		case <-tick.C:
			if err := l.Ping(); err != nil {
				return errors.Join(errors.New("no answer to a ping"), err)
			}
		}
	}
}

// mortal makes connections that end with a life; the driver's listener knows of no context.
type mortal struct {
	dialer
	life context.Context
}

// DialContext implements pq.DialerContext.
func (m mortal) DialContext(_ context.Context, network, address string) (net.Conn, error) {
	conn, err := m.dialer.DialContext(m.life, network, address)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(m.life, func() { _ = conn.Close() })
	return conn, nil
}
