package bus_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/eventlog/bus"
	"parley/internal/supervise"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is for what must happen, on a slow machine.
const patience = 20 * time.Second

// medium is what a bus runs over, in the hands of a test.
type medium interface {
	bus() eventlog.Bus             // of one process
	far() (eventlog.Bus, silencer) // of a process that reaches the medium over a network that can be cut
	shout(payloads ...string)      // says something to all processes
	breakConnections()             // of all processes; the medium is there again when it returns
	missing() eventlog.Bus         // a bus whose medium is not there
}

type silencer interface {
	Cut()
	Heal()
}

// onEach runs a test over each medium.
func onEach(t *testing.T, test func(t *testing.T, m medium)) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) medium{"PostgreSQL": newPostgres, "NATS": newNATS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
}

type postgres struct {
	t  testing.TB
	db *dbtest.DB
}

func newPostgres(t testing.TB) medium { return &postgres{t, dbtest.New(t)} }

func (p *postgres) bus() eventlog.Bus { return bus.Postgres(p.db.URL) }

func (p *postgres) far() (eventlog.Bus, silencer) {
	network, url := p.db.Network(p.t)
	return bus.Postgres(url), network
}

func (p *postgres) shout(payloads ...string) {
	for _, payload := range payloads {
		p.exec("SELECT pg_notify('parley', $1)", payload)
	}
}

func (p *postgres) breakConnections() {
	p.exec("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
}

func (p *postgres) missing() eventlog.Bus {
	return bus.Postgres("postgres://nobody@127.0.0.1:1/nothing?sslmode=disable")
}

func (p *postgres) exec(query string, args ...any) {
	p.t.Helper()
	if _, err := p.db.SQL.ExecContext(p.t.Context(), query, args...); err != nil {
		p.t.Error(err)
	}
}

type natsMedium struct {
	t       testing.TB
	db      *dbtest.DB
	options *server.Options
	server  *server.Server
}

func newNATS(t testing.TB) medium {
	n := &natsMedium{t: t, db: dbtest.New(t), options: &server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true}}
	n.start()
	n.options.Port = n.server.Addr().(*net.TCPAddr).Port // also when it is started again
	t.Cleanup(n.stop)
	return n
}

func (n *natsMedium) start() {
	n.t.Helper()
	s, err := server.NewServer(n.options)
	if err != nil {
		n.t.Fatal(err)
	}
	s.Start()
	if !s.ReadyForConnections(patience) {
		n.t.Fatal("NATS does not start")
	}
	n.server = s
}

func (n *natsMedium) stop() {
	n.server.Shutdown()
	n.server.WaitForShutdown()
}

func (n *natsMedium) bus() eventlog.Bus { return n.at("nats://" + n.server.Addr().String()) }

func (n *natsMedium) far() (eventlog.Bus, silencer) {
	network := dbtest.NewNetwork(n.t, "tcp", n.server.Addr().String())
	return n.at("nats://" + network.Address()), network
}

func (n *natsMedium) missing() eventlog.Bus { return n.at("nats://127.0.0.1:1") }

func (n *natsMedium) at(url string) eventlog.Bus {
	n.t.Helper()
	b, err := bus.NATS(n.t.Context(), url, n.db.SQL)
	if err != nil {
		n.t.Fatal(err)
	}
	return b
}

func (n *natsMedium) shout(payloads ...string) {
	n.t.Helper()
	conn, err := nats.Connect(n.server.ClientURL())
	if err != nil {
		n.t.Fatal(err)
	}
	defer conn.Close()
	var subject string
	err = n.db.SQL.QueryRowContext(n.t.Context(), `SELECT format('parley.%s.%s', (SELECT system_identifier FROM pg_control_system()), oid)
		FROM pg_database WHERE datname = current_database()`).Scan(&subject)
	for _, payload := range payloads {
		err = errors.Join(err, conn.Publish(subject, []byte(payload)))
	}
	if err = errors.Join(err, conn.Flush()); err != nil {
		n.t.Fatal(err)
	}
}

func (n *natsMedium) breakConnections() {
	n.stop()
	n.start()
}

// process hears a bus, which is started again when it ends, as in the server.
type process struct {
	eventlog.Bus
	t     testing.TB
	all   chan struct{} // a value for each time that everything was rung
	ended chan error    // how the bus ended

	mu    sync.Mutex
	heard map[int64]int // how often each stream was rung
	news  chan struct{} // holds a value when a stream was rung
	stop  func()
}

// start starts a process and waits until it hears.
func start(t testing.TB, b eventlog.Bus) *process {
	t.Helper()
	p := &process{
		Bus: b, t: t, all: make(chan struct{}, 1000), ended: make(chan error, 1000), heard: map[int64]int{}, news: make(chan struct{}, 1),
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		supervise.Run(ctx, slog.New(slog.DiscardHandler), "bus", func(ctx context.Context) error {
			err := b.Run(ctx, p.rung, func() { p.all <- struct{}{} })
			p.ended <- err
			return err
		})
	}()
	p.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(p.stop)
	p.rungAll()
	return p
}

func (p *process) rung(streamID int64) {
	p.mu.Lock()
	p.heard[streamID]++
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// rungAll waits until everything is rung.
func (p *process) rungAll() {
	p.t.Helper()
	select {
	case <-p.all:
	case <-time.After(patience):
		p.t.Fatal("waited in vain for everything to be rung")
	}
}

// hears waits until streams were rung.
func (p *process) hears(streams ...int64) {
	p.t.Helper()
	late := time.After(patience)
	for _, id := range streams {
		for p.count(id) == 0 {
			select {
			case <-p.news:
			case <-late:
				p.t.Fatalf("waited in vain for stream %d", id)
			}
		}
	}
}

func (p *process) count(stream int64) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard[stream]
}

// total is how often streams were rung.
func (p *process) total() (n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, times := range p.heard {
		n += times
	}
	return n
}

// streams are n of them.
func streams(n int) []int64 {
	ids := make([]int64, n)
	for i := range ids {
		ids[i] = int64(i+1) * 900_000_000_000_000 // as long as most
	}
	return ids
}
