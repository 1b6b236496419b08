package transport_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
	"go.uber.org/goleak"

	"parley/graph/precheck"
	"parley/graph/transport"
	"parley/graph/transport/internal/testschema"
	"parley/internal/apierr"
	"parley/internal/limits"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is how long a test waits for what must happen.
const patience = time.Minute

// bundle is a server with a schema that does what a test wants.
type bundle struct {
	*httptest.Server
	handler  *transport.Handler
	resolver *testschema.Resolver
	sessions *sessions
}

// setup starts a server without rates, with limits as the test changes them, and stops it after the test.
func setup(t testing.TB, change ...func(*transport.Options)) *bundle {
	t.Helper()
	b := &bundle{resolver: testschema.New(), sessions: newSessions()}
	o := transport.Options{
		Limits:       limits.Default(),
		Authenticate: b.sessions.authenticate,
		Present:      present,
		Audience:     testschema.AudienceOf,
		Shareable:    testschema.Shareable,
		AllowOrigin:  func(r *http.Request) bool { return r.Header.Get("Origin") != "https://foreign.example" },
		Address:      func(r *http.Request) string { return r.Header.Get("X-Address") },
		Logger:       slog.New(slog.NewTextHandler(io.Discard, nil)),
		GuessFields:  []string{"signIn"},
	}
	for _, f := range change {
		f(&o)
	}
	b.handler = transport.New(b.resolver.Schema(), o)
	b.Server = httptest.NewServer(b.handler)
	t.Cleanup(func() { b.stop(t) })
	return b
}

func (b *bundle) stop(t testing.TB) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := b.handler.Shutdown(ctx); err != nil {
		t.Error("shutdown:", err)
	}
	if n := b.resolver.Logs.Attendees(); n != 0 {
		t.Errorf("%d subscriptions have not ended", n)
	}
	b.Client().CloseIdleConnections()
	b.Close()
}

// present is a presenter as the server has it: what is made for clients is shown, and nothing of the inside.
func present(_ context.Context, err error) *gqlerror.Error {
	shown := &gqlerror.Error{Message: "Something went wrong.", Extensions: map[string]any{"code": apierr.Internal}}
	var located *gqlerror.Error
	if errors.As(err, &located) {
		shown.Path, shown.Locations = located.Path, located.Locations
	}
	var invalid *precheck.Invalid
	switch refused := apierr.As(err); {
	case len(refused) > 0:
		shown.Message, shown.Extensions["code"] = refused[0].Message, refused[0].Code
	case errors.As(err, &invalid):
		shown.Message, shown.Extensions["code"] = located.Message, invalid.Code
	}
	return shown
}

// sessions know the credentials "Bearer <key>" of every key but bad, broken and panic.
type sessions struct {
	mu   sync.Mutex
	life map[string]context.Context
	end  map[string]context.CancelFunc
	held map[string]int
}

func newSessions() *sessions {
	return &sessions{
		life: make(map[string]context.Context), end: make(map[string]context.CancelFunc), held: make(map[string]int),
	}
}

func (s *sessions) authenticate(
	ctx context.Context, authorization string,
) (context.Context, transport.Session, error) {
	key := strings.TrimPrefix(authorization, "Bearer ")
	switch key {
	case "":
		return ctx, transport.Session{}, nil
	case "bad":
		return nil, transport.Session{}, apierr.New(apierr.Unauthenticated, "Sign in.")
	case "broken":
		return nil, transport.Session{}, errors.New("the inside")
	case "panic":
		panic("the inside")
	}
	return ctx, transport.Session{Key: key, Life: s.of(key), Hold: func() func() { return s.hold(key) }}, nil
}

func (s *sessions) hold(key string) (release func()) {
	s.count(key, 1)
	return func() { s.count(key, -1) }
}

// count adds to how often a session is held, and tells it.
func (s *sessions) count(key string, n int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held[key] += n
	return s.held[key]
}

func (s *sessions) holds(key string) int { return s.count(key, 0) }

func (s *sessions) of(key string) context.Context {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.life[key] == nil {
		s.life[key], s.end[key] = context.WithCancel(context.Background())
	}
	return s.life[key]
}

func (s *sessions) revoke(key string) {
	s.of(key)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.end[key]()
}

// await waits for a field of the resolver to begin or to end.
func await(t testing.TB, events <-chan string, want string) {
	t.Helper()
	select {
	case got := <-events:
		if got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	case <-time.After(patience):
		t.Fatal("waited in vain for", want)
	}
}

// eventually tries until it succeeds.
func eventually(t testing.TB, what string, try func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !try(); {
		if time.Now().After(end) {
			t.Fatal("waited in vain for", what)
		}
	}
}

// goroutinesIn is how many goroutines there are in a function.
func goroutinesIn(function string) int {
	stacks := make([]byte, 16<<20)
	return strings.Count(string(stacks[:runtime.Stack(stacks, true)]), function+"(")
}

func limit(f func(*limits.Limits)) func(*transport.Options) {
	return func(o *transport.Options) { f(&o.Limits) }
}
