package main

import (
	"bytes"
	"cmp"
	"context"
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"parley/ent"
	"parley/internal/auth"
	"parley/internal/blob"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/limits"
	"parley/internal/notify/smtp"
	"parley/internal/notify/twilio"
	"parley/internal/notify/twilio/twiliotest"
)

// house is a whole server in this process, on a database of its own, with the demo organisations in it. At the end of
// a test it fails where a customer was sent something that nobody expected, where the server's log shows a secret, and
// where something went wrong inside that the test did not provoke.
type house struct {
	t      testing.TB
	app    *app
	db     *dbtest.DB
	folder string // of the documents
	second bool   // on the database of another house
	log    *journal
	client *http.Client
	later  atomic.Int64  // by how much the server's clock is ahead of ours
	hears  chan struct{} // closed when it hears other processes
	stop   func() error  // ends the server, once, and says how it ended

	mu       sync.Mutex
	secrets  map[string]string // what must not be in a log or an error, with what it is
	expected map[string]int    // messages to a number or address that somebody expected
	provoked bool
}

// setting changes how a house is made.
type setting func(*settings)

type settings struct {
	limits  string
	proxies []string
	bus     string
	beside  *house
	twilio  *twilio.Settings
	mail    *smtp.Sender
	open    func(url string) *sql.DB
}

// withLimits is what PARLEY_LIMITS would say.
func withLimits(s string) setting { return func(o *settings) { o.limits = s } }

// withProxies is what PARLEY_TRUSTED_PROXIES would say.
func withProxies(networks ...string) setting { return func(o *settings) { o.proxies = networks } }

// withBus is what PARLEY_BUS would say.
func withBus(s string) setting { return func(o *settings) { o.bus = s } }

// withTwilio has text messages go by an account at Twilio.
func withTwilio(w *twiliotest.Twilio) setting {
	return func(o *settings) {
		o.twilio = &twilio.Settings{AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, APIURL: w.URL()}
	}
}

// withMail has email go to a mail server.
func withMail(m *smtp.Sender) setting { return func(o *settings) { o.mail = m } }

// beside makes a second process on the database of a house. What is sent, the first one expects.
func beside(first *house) setting { return func(o *settings) { o.beside = first } }

// withPool has the server use another pool than the usual one.
func withPool(open func(url string) *sql.DB) setting { return func(o *settings) { o.open = open } }

const testSecret = "a secret that is known to tests alone"

// newHouse starts a server, and stops it when the test ends.
func newHouse(t testing.TB, change ...setting) *house {
	t.Helper()
	var o settings
	for _, f := range change {
		f(&o)
	}
	h := &house{
		t: t, log: &journal{}, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 50}},
		secrets: map[string]string{}, expected: map[string]int{},
	}
	if h.second = o.beside != nil; h.second {
		h.db = o.beside.db
	} else {
		h.db = dbtest.New(t)
	}
	h.keepSecret("the server's secret", testSecret)
	h.keepSecret("the demo's password", demoPassword)
	h.keepSecret("Twilio's token", twiliotest.AuthToken)
	h.start(h.store(o), o)
	t.Cleanup(h.finish)
	return h
}

// store is what the server keeps its data in, which openStore would otherwise have opened.
func (h *house) store(o settings) *store {
	if o.open == nil {
		return &store{url: h.db.URL, db: h.db.SQL, ent: h.db.Ent, blobs: h.blobs(o)}
	}
	pool := o.open(h.db.URL)
	h.t.Cleanup(func() { _ = pool.Close() })
	return &store{url: h.db.URL, db: pool, ent: database.Client(pool), blobs: h.blobs(o)}
}

// blobs is where documents are kept: in a folder of the house, or of the one that this is beside.
func (h *house) blobs(o settings) blob.Store {
	if h.second {
		return o.beside.app.store.blobs
	}
	h.folder = h.t.TempDir()
	blobs, err := blob.OpenFolder(h.folder)
	if err != nil {
		h.t.Fatal(err)
	}
	h.t.Cleanup(func() { _ = blobs.Close() })
	return blobs
}

func (h *house) start(s *store, o settings) {
	h.t.Helper()
	l, err := limits.Parse(o.limits)
	if err != nil {
		h.t.Fatal(err)
	}
	trusted, err := parseProxies(o.proxies)
	if err != nil {
		h.t.Fatal(err)
	}
	c := &config{
		Addr: "127.0.0.1:0", Demo: "on", limits: l, LimitValues: o.limits, Bus: cmp.Or(o.bus, busPostgres), proxies: trusted, secret: []byte(testSecret), now: h.now,
		twilio: o.twilio, mail: o.mail, passwords: auth.Cost{Memory: 8, Passes: 1},
	}
	log := slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	listener, err := net.Listen("tcp", c.Addr)
	if err != nil {
		h.t.Fatal(err)
	}
	if h.app, err = wire(h.t.Context(), c, s, listener, log); err != nil {
		h.t.Fatal(err)
	}
	if err := seedDemo(h.t.Context(), h.app.organizations); err != nil {
		h.t.Fatal(err)
	}
	hears := make(chan struct{})
	h.hears = hears
	h.app.bus.Hear("test", func(string) {}, sync.OnceFunc(func() { close(hears) }))
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.app.serve(ctx, func(string, ...any) {}) }()
	h.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
}

func (h *house) finish() {
	h.client.CloseIdleConnections()
	if err := h.stop(); err != nil {
		h.t.Error("the server ended:", err)
	}
	if !h.second && !h.t.Failed() { // a failed test may not have come to where it would have expected them
		h.checkPost()
	}
	h.checkLog()
}

// checkPost fails the test for what was sent and not expected. It looks at what was to be sent, so it need not wait.
func (h *house) checkPost() {
	deliveries, err := h.db.Ent.Delivery.Query().All(context.Background())
	if err != nil {
		h.t.Error(err)
	}
	for _, d := range deliveries {
		if h.expected[d.Recipient]--; h.expected[d.Recipient] < 0 {
			h.t.Errorf("nobody expected this %s to %s: %s", d.Channel, d.Recipient, d.Text)
		}
	}
}

func (h *house) checkLog() {
	log := h.log.String()
	h.checkLeak("the log", log)
	if !h.provoked && strings.Contains(log, "level=ERROR") {
		h.t.Errorf("something went wrong inside:\n%s", log)
	}
}

// awaitBus waits until the house hears other processes.
func (h *house) awaitBus() {
	h.t.Helper()
	select {
	case <-h.hears:
	case <-time.After(longEnough):
		h.t.Fatal("the bus does not hear")
	}
}

// provoke tells that the test makes things go wrong inside.
func (h *house) provoke() { h.provoked = true }

// keepSecret has the house look for a text in its log and in every error.
func (h *house) keepSecret(what, text string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(text) >= 8 { // shorter ones are found everywhere
		h.secrets[text] = what
	}
}

// checkLeak fails the test where the text holds a secret.
func (h *house) checkLeak(where, text string) {
	h.t.Helper()
	h.mu.Lock()
	defer h.mu.Unlock()
	for secret, what := range h.secrets {
		if strings.Contains(text, secret) {
			h.t.Errorf("%s holds %s: %s", where, what, text)
		}
	}
}

func (h *house) url() string { return h.app.config.PublicURL }

func (h *house) ent() *ent.Client { return h.db.Ent }

// now is the server's clock.
func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.later.Load())) }

// waiting counts those who wait for a lock.
const waiting = `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`

// number answers a query that counts.
func (h *house) number(query string, args ...any) (n int) {
	h.t.Helper()
	if err := h.db.SQL.QueryRowContext(h.t.Context(), query, args...).Scan(&n); err != nil {
		h.t.Fatal(err)
	}
	return n
}

// exec changes the database behind the server's back, as another process would.
func (h *house) exec(query string, args ...any) {
	h.t.Helper()
	if _, err := h.db.SQL.ExecContext(h.t.Context(), query, args...); err != nil {
		h.t.Fatal(err)
	}
}

// journal is a log that can be read while it is written.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}
