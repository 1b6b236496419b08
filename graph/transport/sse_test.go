package transport_test

import (
	"bufio"
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"parley/graph/transport/internal/testschema"
	"parley/internal/limits"
)

const (
	anEnd    = "event: complete\ndata:\n\n"
	posted   = `{"query":"subscription{posted{id}}"}`
	anEvent  = "event: next\ndata: "
	theFlood = `{"query":"subscription{flood}"}`
)

func TestStream(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, test := range map[string]struct {
		request request
		status  int
		want    string
	}{
		"subscription":   {request{body: `{"query":"subscription{count(to:2)}"}`}, 200, anEvent + `{"data":{"count":1}}` + "\n\n" + anEvent + `{"data":{"count":2}}` + "\n\n" + anEnd},
		"by GET":         {request{query: "query=" + url.QueryEscape("subscription{count(to:1)}")}, 200, anEvent + `{"data":{"count":1}}` + "\n\n" + anEnd},
		"query":          {request{body: `{"query":"{hello}"}`}, 200, anEvent + `{"data":{"hello":"hello world"}}` + "\n\n" + anEnd},
		"mutation":       {request{body: `{"query":"mutation{signIn(input:{password:\"abc\"})}"}`}, 200, anEvent + `{"data":{"signIn":"***"}}` + "\n\n" + anEnd},
		"invalid":        {request{body: `{"query":"{nope}"}`}, 200, anEvent + `{"errors":[{"message":"Cannot query field \"nope\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}` + "\n\n" + anEnd},
		"ends":           {request{body: `{"query":"subscription{ends}"}`}, 200, anEvent + `{"data":{"ends":1}}` + "\n\n" + anEvent + `{"errors":[{"message":"Refetch.","extensions":{"code":"CURSOR_EXPIRED"}}]}` + "\n\n" + anEnd},
		"panics":         {request{body: `{"query":"subscription{panics}"}`}, 200, anEvent + `{"errors":[{"message":"Something went wrong.","path":["panics"],"extensions":{"code":"INTERNAL"}}]}` + "\n\n" + anEnd},
		"mutation GET":   {request{query: "query=" + url.QueryEscape(`mutation{signIn(input:{password:"a"})}`)}, 405, `{"errors":[{"message":"Send mutations by POST: a GET changes nothing.","extensions":{"code":"BAD_USER_INPUT"}}]}`},
		"bad credential": {request{body: posted, authorization: "Bearer bad"}, 401, `{"errors":[{"message":"Sign in.","extensions":{"code":"UNAUTHENTICATED"}}]}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.request.accept, test.request.media = stream, plainJSON
			status, _, body := b.ask(t, test.request)
			if status != test.status || strings.TrimPrefix(body, ":\n\n") != test.want {
				t.Errorf("got %d %q, want %d %q", status, body, test.status, test.want)
			}
		})
	}
}

// events is a stream that a test reads.
type events struct {
	t      testing.TB
	answer *http.Response
	in     *bufio.Reader
}

func (b *bundle) listen(t testing.TB, q request) *events {
	t.Helper()
	q.accept, q.media = stream, plainJSON
	answer := b.begin(t, q)
	t.Cleanup(func() { _ = answer.Body.Close() })
	return &events{t: t, answer: answer, in: bufio.NewReader(answer.Body)}
}

// next reads one event or comment, and nothing at the end.
func (e *events) next() string {
	e.t.Helper()
	var event strings.Builder
	for {
		line, err := e.in.ReadString('\n')
		event.WriteString(line)
		if err != nil || line == "\n" {
			return event.String()
		}
	}
}

func (e *events) expect(want string) {
	e.t.Helper()
	if got := e.next(); got != want {
		e.t.Fatalf("got %q, want %q", got, want)
	}
}

func TestStreamEndsWithTheCredential(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.listen(t, request{body: posted, authorization: "Bearer anna"})
	await(t, b.resolver.Started, "posted")
	b.resolver.Publish(&testschema.Room{ID: "7"})
	e.expect(":\n\n")
	e.expect(anEvent + `{"data":{"posted":{"id":"7"}}}` + "\n\n")
	b.sessions.revoke("anna")
	await(t, b.resolver.Ended, "posted")
	e.expect(anEvent + `{"errors":[{"message":"The access token has ended: sign in again.","extensions":{"code":"UNAUTHENTICATED"}}]}` + "\n\n")
	e.expect(anEnd)
	e.expect("")
}

func TestStreamEndsWithItsClient(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.listen(t, request{body: posted})
	await(t, b.resolver.Started, "posted")
	_ = e.answer.Body.Close()
	await(t, b.resolver.Ended, "posted")
}

func TestStreamEndsWithTheServer(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e := b.listen(t, request{body: posted})
	await(t, b.resolver.Started, "posted")
	if err := b.handler.Shutdown(context.Background()); err != nil {
		t.Error(err)
	}
	e.expect(":\n\n")
	e.expect("") // no complete event, so that the client comes back
	if status, _, _ := b.ask(t, request{body: posted, accept: stream, media: plainJSON}); status != 503 {
		t.Error("a new stream gets", status)
	}
}

func TestStreamIsKeptAlive(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.SocketPing = time.Millisecond }))
	e := b.listen(t, request{body: posted})
	for range 5 {
		e.expect(":\n\n")
	}
}

func TestStreamsAreCounted(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var all []*events
	for range 5 {
		all = append(all, b.listen(t, request{body: posted}))
		await(t, b.resolver.Started, "posted")
	}
	status, header, body := b.ask(t, request{body: posted, accept: stream, media: plainJSON})
	if status != 429 || header.Get("Retry-After") != "5" || !strings.Contains(body, "THROTTLED") {
		t.Error("the sixth got", status, header, body)
	}
	_ = all[0].answer.Body.Close()
	eventually(t, "a free place", func() bool {
		answer := b.begin(t, request{body: posted, accept: stream, media: plainJSON})
		defer func() { _ = answer.Body.Close() }()
		return answer.StatusCode == 200
	})
}

func TestStalledStreamEnds(t *testing.T) {
	t.Parallel()
	for name, start := range map[string]func(*bundle){"plain": func(*bundle) {}, "TLS": restartWithTLS} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, limit(func(l *limits.Limits) { l.SocketWrite = 500 * time.Millisecond }))
			start(b)
			e := b.listen(t, request{body: theFlood})
			await(t, b.resolver.Started, "flood")
			await(t, b.resolver.Ended, "flood")
			for e.next() != "" {
			}
		})
	}
}
