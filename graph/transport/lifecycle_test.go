package transport_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"parley/graph/transport/internal/testschema"
)

func restartWithTLS(b *bundle) {
	b.Close()
	b.Server = httptest.NewTLSServer(b.handler)
}

func TestSocketOverTLS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	restartWithTLS(b)
	s := b.open(t)
	s.send(subscribe("1", "subscription{count(to:1)}"))
	s.expectPart(`"count":1`)
	s.expect(`{"type":"complete","id":"1"}`)
}

func TestRevocationEndsTheConnection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	anna, bert := b.open(t, "Authorization", "Bearer anna"), b.open(t, "Authorization", "Bearer bert")
	for _, s := range []*socket{anna, bert} {
		s.send(subscribe("1", "subscription{posted{id}}"))
		await(t, b.resolver.Started, "posted")
	}
	b.sessions.revoke("anna")
	await(t, b.resolver.Ended, "posted")
	b.resolver.Publish(&testschema.Room{ID: "7"})
	f, err := anna.read()
	if code, _ := ws.ParseCloseFrameData(f.Payload); err != nil || code != 4401 {
		t.Errorf("got %s %v, want close 4401 and nothing before it", f.Payload, err)
	}
	bert.expectPart(`"id":"7"`)
}

// A session is held by what streams, from when it is known until the connection is gone, and by nothing else.
func TestSessionsAreHeldByStreams(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const anna, key = "Bearer anna", "anna"
	held := func(want int, when string) {
		t.Helper()
		if n := b.sessions.holds(key); n != want {
			t.Errorf("held %d times %s, want %d", n, when, want)
		}
	}
	answered := make(chan struct{})
	go func() {
		defer close(answered)
		b.ask(t, request{body: `{"query":"mutation{post(body:\"x\")}"}`, media: plainJSON, authorization: anna})
	}()
	await(t, b.resolver.Started, "post")
	held(0, "by a mutation")
	b.resolver.Release <- struct{}{}
	<-answered

	s := b.dial(t, "Authorization", anna)
	held(0, "before connection_init")
	s.send(`{"type":"connection_init"}`)
	s.expect(`{"type":"connection_ack"}`)
	held(1, "by a WebSocket")
	e := b.listen(t, request{body: posted, authorization: anna})
	await(t, b.resolver.Started, "posted")
	held(2, "by a stream, too")
	_ = e.answer.Body.Close()
	eventually(t, "the stream's end", func() bool { return b.sessions.holds(key) == 1 })
	_ = s.conn.Close()
	eventually(t, "the WebSocket's end", func() bool { return b.sessions.holds(key) == 0 })
}

func TestRevokedBeforeInit(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sessions.revoke("anna")
	s := b.dial(t, "Authorization", "Bearer anna")
	s.send(`{"type":"connection_init"}`)
	s.expectClose(4401)
}

func TestShutdownLetsMutationsEnd(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s, idle := b.open(t), b.open(t)
	s.send(subscribe("1", "subscription{posted{id}}"))
	await(t, b.resolver.Started, "posted")
	s.send(subscribe("2", `mutation{post(body:\"x\")}`))
	await(t, b.resolver.Started, "post")
	done := make(chan error)
	go func() { done <- b.handler.Shutdown(context.Background()) }()
	idle.expectClose(1012)
	await(t, b.resolver.Ended, "posted")
	_, err := b.tryDial(t)
	var status ws.StatusError
	if !errors.As(err, &status) || status != 503 {
		t.Error("a new connection got", err)
	}
	s.send(subscribe("3", "{hello}")) // which is too late
	b.resolver.Release <- struct{}{}
	s.expect(`{"id":"2","type":"next","payload":{"data":{"post":"x"}}}`, `{"type":"complete","id":"2"}`)
	s.expectClose(1012)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestShutdownCutsOffAtItsDeadline(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.open(t)
	s.send(subscribe("1", `mutation{post(body:\"x\")}`))
	await(t, b.resolver.Started, "post")
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Millisecond)
	defer cancel()
	if err := b.handler.Shutdown(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("got", err)
	}
	await(t, b.resolver.Ended, "post")
	s.expectEnd()
}
