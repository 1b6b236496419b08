package graph_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"parley/ent"
	"parley/graph"
	"parley/graph/generated"
	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/conversation"
	"parley/internal/feed"
	"parley/internal/inbox"
	"parley/internal/limits"
	"parley/internal/room"
	"parley/internal/session"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = time.Minute

type follow func(ctx context.Context, id string, after *string) (*feed.Feed[room.Event], error)

// root are the resolvers, of which the subscription follows what a test says.
type root struct {
	graph.Resolver
	follow follow
}

func (r *root) Subscription() generated.SubscriptionResolver { return subscription{r} }

type subscription struct{ *root }

func (s subscription) RoomEvents(ctx context.Context, id string, after *string) (<-chan room.Event, error) {
	return transport.Follow(ctx, func() (*feed.Feed[room.Event], error) { return s.follow(ctx, id, after) })
}

func (s subscription) MessagePosted(context.Context, string, *string) (<-chan *room.Message, error) {
	return nil, errors.New("not followed here")
}

func (s subscription) SpecialistJoined(context.Context, string) (<-chan *ent.Specialist, error) {
	return nil, errors.New("not followed here")
}

func (s subscription) InboxEvents(context.Context, *string) (<-chan inbox.Event, error) {
	return nil, errors.New("not followed here")
}

func (s subscription) ScreenShareEvents(context.Context, string, *string) (<-chan session.ScreenEvent, error) {
	return nil, errors.New("not followed here")
}

func (s subscription) SmsConversationEvents(context.Context, string, *string) (<-chan conversation.Event, error) {
	return nil, errors.New("not followed here")
}

// journal is a log that a test can read while it is written.
type journal struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.String()
}

// subscribe follows roomEvents over SSE.
func subscribe(t *testing.T, f follow) (body io.Reader, log *journal, leave func()) {
	t.Helper()
	log = &journal{}
	logger := slog.New(slog.NewTextHandler(log, nil))
	present := graph.Presenter(logger, busy)
	handler := transport.New(generated.NewExecutableSchema(generated.Config{Resolvers: &root{follow: f}}), transport.Options{
		Limits: limits.Default(), Logger: logger, Present: present,
		Authenticate: func(ctx context.Context, _ string) (context.Context, transport.Session, error) {
			return ctx, transport.Session{}, nil
		},
		AllowOrigin: func(*http.Request) bool { return true },
		Audience:    graph.Audience,
		Shareable:   graph.Shareable,
		Address:     func(*http.Request) string { return "192.0.2.1" },
	})
	server := httptest.NewServer(handler)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := handler.Shutdown(ctx); err != nil {
			t.Error(err)
		}
		server.Client().CloseIdleConnections()
		server.Close()
	})
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	t.Cleanup(cancel)
	document := `{"query":"subscription{roomEvents(roomId:\"room_1\",after:\"c\"){__typename}}"}`
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, server.URL, strings.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Accept", "text/event-stream")
	answer, err := server.Client().Do(request)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = answer.Body.Close() })
	return answer.Body, log, cancel
}

// seq follows what happens from now on: events, and perhaps an error at the end.
func seq(events ...any) *feed.Feed[room.Event] {
	return live(func(yield func(room.Event, error) bool) {
		for _, e := range events {
			switch e := e.(type) {
			case room.Event:
				if !yield(e, nil) {
					return
				}
			case error:
				yield(nil, e)
				return
			default:
				panic(e)
			}
		}
	})
}

func live(events iter.Seq2[room.Event, error]) *feed.Feed[room.Event] {
	return &feed.Feed[room.Event]{Live: func(_ context.Context, _ int64, begun func()) iter.Seq2[feed.Item[room.Event], error] {
		return func(yield func(feed.Item[room.Event], error) bool) {
			begun()
			for e, err := range events {
				if !yield(feed.Item[room.Event]{Value: e}, err) {
					return
				}
			}
		}
	}}
}

func TestAStreamEndsWithItsError(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		follow       follow
		want         []string
		wantInTheLog string
	}{
		"without one": {
			func(context.Context, string, *string) (*feed.Feed[room.Event], error) {
				return seq(&room.CaughtUp{}, &room.RoomClosed{}), nil
			}, []string{"CaughtUp", "RoomClosed", "event: complete"}, "",
		},
		"that a client may know of": {
			func(context.Context, string, *string) (*feed.Feed[room.Event], error) {
				return seq(&room.CaughtUp{}, apierr.New(apierr.CursorExpired, "Fetch again.")), nil
			}, []string{"CaughtUp", "Fetch again.", "CURSOR_EXPIRED", "event: complete"}, "",
		},
		"of the inside": {
			func(context.Context, string, *string) (*feed.Feed[room.Event], error) {
				return seq(&room.CaughtUp{}, errors.New("secret")), nil
			}, []string{"CaughtUp", "INTERNAL", "requestId", "event: complete"}, "secret",
		},
		"a panic": {
			func(context.Context, string, *string) (*feed.Feed[room.Event], error) {
				return seq(&room.CaughtUp{}, "secret"), nil
			}, []string{"CaughtUp", "INTERNAL", "requestId", "event: complete"}, "follow_test.go",
		},
		"before it begins": {
			func(_ context.Context, id string, after *string) (*feed.Feed[room.Event], error) {
				return nil, apierr.New(apierr.NotFound, "No %s behind %s.", id, *after)
			}, []string{"No room_1 behind c.", "NOT_FOUND", "event: complete"}, "",
		},
		"before it begins, of the inside": {
			func(context.Context, string, *string) (*feed.Feed[room.Event], error) {
				return nil, errors.New("secret")
			}, []string{"INTERNAL", "event: complete"}, "secret",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			body, log, _ := subscribe(t, c.follow)
			raw, err := io.ReadAll(body)
			if err != nil {
				t.Fatal(err)
			}
			rest := string(raw)
			for _, part := range c.want {
				_, after, found := strings.Cut(rest, part)
				if !found {
					t.Fatalf("%q is not, or not in order, in\n%s", part, raw)
				}
				rest = after
			}
			if strings.Contains(string(raw), "secret") || strings.Contains(string(raw), "goroutine") {
				t.Errorf("the inside is shown:\n%s", raw)
			}
			if !strings.Contains(log.String(), c.wantInTheLog) || c.wantInTheLog == "" && strings.Contains(log.String(), "failed") {
				t.Errorf("logged:\n%s", log)
			}
		})
	}
}

// What a domain follows ends when the client has gone.
func TestAStreamEndsWithItsClient(t *testing.T) {
	t.Parallel()
	ended := make(chan struct{})
	body, _, leave := subscribe(t, func(ctx context.Context, _ string, _ *string) (*feed.Feed[room.Event], error) {
		return live(func(yield func(room.Event, error) bool) {
			defer close(ended)
			for ctx.Err() == nil && yield(&room.CaughtUp{}, nil) {
			}
		}), nil
	})
	if _, err := io.ReadFull(body, make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	leave()
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("it is followed still")
	}
}
