package bus_test

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"parley/internal/bus"
	"parley/internal/dbtest"
	"parley/internal/supervise"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// medium is what a bus runs over, in the hands of a test.
type medium interface {
	bus() *bus.Carried             // of one process
	far() (*bus.Carried, silencer) // of a process that reaches the medium over a network that can be cut
	shout(payloads ...string)      // says something to all processes
	breakConnections()             // of all processes; the medium is there again when it returns
	missing() *bus.Carried         // a bus whose medium is not there
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

func (p *postgres) bus() *bus.Carried { return bus.Postgres(p.db.URL) }

func (p *postgres) far() (*bus.Carried, silencer) {
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

func (p *postgres) missing() *bus.Carried {
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

func (n *natsMedium) bus() *bus.Carried { return n.at("nats://" + n.server.Addr().String()) }

func (n *natsMedium) far() (*bus.Carried, silencer) {
	network := dbtest.NewNetwork(n.t, "tcp", n.server.Addr().String())
	return n.at("nats://" + network.Address()), network
}

func (n *natsMedium) missing() *bus.Carried { return n.at("nats://127.0.0.1:1") }

func (n *natsMedium) at(url string) *bus.Carried {
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

// Topics of the tests. Streams are rung in one, the other has signals.
const (
	streams = "stream1"
	talk    = "talk1"
)

// process hears a bus, which is started again when it ends, as in the server.
type process struct {
	*bus.Carried
	t     testing.TB
	all   chan struct{} // a value for each time that something may have been missed
	said  chan string   // the signals
	ended chan error    // how the bus ended

	mu    sync.Mutex
	heard map[string]int // how often each stream was rung
	news  chan struct{}  // holds a value when a stream was rung
	stop  func()
}

// start starts a process and waits until it hears.
func start(t testing.TB, b *bus.Carried) *process {
	t.Helper()
	p := &process{
		Carried: b, t: t, all: make(chan struct{}, 1000), said: make(chan string, 10_000), ended: make(chan error, 1000),
		heard: map[string]int{}, news: make(chan struct{}, 1),
	}
	b.Hear(streams, p.rung, func() { p.all <- struct{}{} })
	b.Hear(talk, func(signal string) { p.said <- signal }, func() {})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		supervise.Run(ctx, slog.New(slog.DiscardHandler), "bus", func(ctx context.Context) error {
			err := b.Run(ctx)
			p.ended <- err
			return err
		})
	}()
	p.stop = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(p.stop)
	p.missed()
	return p
}

func (p *process) rung(name string) {
	p.mu.Lock()
	p.heard[name]++
	p.mu.Unlock()
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// missed waits until something may have been missed.
func (p *process) missed() {
	p.t.Helper()
	select {
	case <-p.all:
	case <-time.After(patience):
		p.t.Fatal("waited in vain for everything to be rung")
	}
}

// hears waits until streams were rung.
func (p *process) hears(names ...string) {
	p.t.Helper()
	late := time.After(patience)
	for _, name := range names {
		for p.count(name) == 0 {
			select {
			case <-p.news:
			case <-late:
				p.t.Fatalf("waited in vain for stream %s", name)
			}
		}
	}
}

// hearsSaid waits for the next signals.
func (p *process) hearsSaid(signals ...string) {
	p.t.Helper()
	for _, want := range signals {
		select {
		case got := <-p.said:
			if got != want {
				p.t.Fatalf("heard %.40q, want %.40q", got, want)
			}
		case <-time.After(patience):
			p.t.Fatalf("waited in vain for %.40q", want)
		}
	}
}

func (p *process) count(name string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.heard[name]
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

// names are n of them, as long as those of streams.
func names(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = strconv.FormatInt(int64(i+1)*900_000_000_000_000, 10)
	}
	return names
}
