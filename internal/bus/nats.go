package bus

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// What NATS may take. A connection that is silent for three pings is lost.
const (
	natsAnswer = 3 * time.Second
	natsPing   = 2 * time.Second
	natsPings  = 2
)

// natsBehind is how many messages may wait for us before more are dropped: all that another process says at once, which
// is most when it has just found the carrier again, and as much again.
const natsBehind = 2 * mostSignals

// NATS returns a bus over the NATS server at the address, or over one of several with commas between them.
//
// Deployments may share a NATS: the subject names the database, by the identifier of its cluster and its own in there.
// Both outlast a failover, so that processes find each other while one of them still has the old primary. Copies of a
// cluster have them too, and tell each other news without need, which does no harm.
func NATS(ctx context.Context, url string, db *sql.DB) (*Carried, error) {
	const name = `SELECT format('parley.%s.%s', (SELECT system_identifier FROM pg_control_system()), oid)
		FROM pg_database WHERE datname = current_database()`
	n := natsServer{url: url}
	if err := db.QueryRowContext(ctx, name).Scan(&n.subject); err != nil {
		return nil, fmt.Errorf("name the subject of the bus: %w", err)
	}
	return newBus(n), nil
}

type natsServer struct{ url, subject string }

// connect does not have the client mend the connection by itself: who runs the bus does so, and says it in the log.
func (n natsServer) connect(context.Context) (line, error) {
	l := &natsLine{subject: n.subject, lost: make(chan error, 1), slow: make(chan struct{}, 1)}
	var err error
	l.conn, err = nats.Connect(n.url, nats.Name("parley"), nats.NoEcho(), nats.NoReconnect(),
		nats.Timeout(natsAnswer), nats.FlusherTimeout(natsAnswer), nats.PingInterval(natsPing), nats.MaxPingsOutstanding(natsPings),
		nats.ErrorHandler(l.troubled), nats.ClosedHandler(l.closed))
	if err != nil {
		return nil, fmt.Errorf("bus over NATS: %w", err)
	}
	return l, nil
}

type natsLine struct {
	conn    *nats.Conn
	subject string
	lost    chan error    // holds why the connection has ended
	slow    chan struct{} // holds a value when messages were dropped
}

func (l *natsLine) send(ctx context.Context, payloads []string) error {
	for _, payload := range payloads {
		if err := l.conn.Publish(l.subject, []byte(payload)); err != nil {
			return fmt.Errorf("publish to other processes: %w", err)
		}
	}
	return l.flush(ctx)
}

// flush waits until the server has what was sent.
func (l *natsLine) flush(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, natsAnswer)
	defer cancel()
	if err := l.conn.FlushWithContext(ctx); err != nil {
		return fmt.Errorf("wait for NATS: %w", err)
	}
	return nil
}

func (l *natsLine) hear(ctx context.Context, heard func(payload string), missed func()) error {
	messages := make(chan *nats.Msg, natsBehind)
	if _, err := l.conn.ChanSubscribe(l.subject, messages); err != nil {
		return fmt.Errorf("subscribe to other processes: %w", err)
	}
	if err := l.flush(ctx); err != nil {
		return err
	}
	missed()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-l.lost:
			return fmt.Errorf("lost NATS: %w", err)
		case <-l.slow:
			for range len(messages) { // until there is room, more are dropped without a word
				heard(string((<-messages).Data))
			}
			missed()
		case m := <-messages:
			heard(string(m.Data))
		}
	}
}

// troubled is told what goes wrong beside calls: that messages were dropped, because we were too slow to take them. It
// is told once until there is room again.
func (l *natsLine) troubled(_ *nats.Conn, _ *nats.Subscription, err error) {
	if !errors.Is(err, nats.ErrSlowConsumer) {
		return
	}
	select {
	case l.slow <- struct{}{}:
	default:
	}
}

func (l *natsLine) closed(conn *nats.Conn) {
	l.lost <- errors.Join(errors.New("the connection has ended"), conn.LastError())
}

func (l *natsLine) close() { l.conn.Close() }
