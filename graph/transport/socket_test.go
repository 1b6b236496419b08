package transport_test

import (
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"parley/graph/transport/internal/testschema"
	"parley/internal/limits"
)

func TestSocketOperations(t *testing.T) {
	t.Parallel()
	const inside = `[{"message":"Something went wrong.","path":["panics"],"extensions":{"code":"INTERNAL"}}]`
	for name, test := range map[string]struct {
		query string
		want  []string
	}{
		"query":        {"{hello}", []string{`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"type":"complete","id":"1"}`}},
		"mutation":     {`mutation{signIn(input:{password:\"abc\"})}`, []string{`{"id":"1","type":"next","payload":{"data":{"signIn":"***"}}}`, `{"type":"complete","id":"1"}`}},
		"subscription": {"subscription{count(to:2)}", []string{`{"id":"1","type":"next","payload":{"data":{"count":1}}}`, `{"id":"1","type":"next","payload":{"data":{"count":2}}}`, `{"type":"complete","id":"1"}`}},
		"nothing":      {"subscription{count(to:0)}", []string{`{"type":"complete","id":"1"}`}},
		"refused":      {"subscription{refused}", []string{`{"id":"1","type":"error","payload":[{"message":"There is no such thing.","path":["refused"],"locations":[{"line":1,"column":14}],"extensions":{"code":"NOT_FOUND"}}]}`}},
		"panics":       {"subscription{panics}", []string{`{"id":"1","type":"error","payload":` + inside + `}`}},
		"query panics": {"{panics}", []string{`{"id":"1","type":"next","payload":{"errors":` + inside + `,"data":{"panics":null}}}`, `{"type":"complete","id":"1"}`}},
		"event panics": {"subscription{broken{panics}}", []string{`{"id":"1","type":"next","payload":{"errors":[{"message":"Something went wrong.","path":["panics"],"extensions":{"code":"INTERNAL"}}],"data":{"broken":null}}}`, `{"type":"complete","id":"1"}`}},
		"ends":         {"subscription{ends}", []string{`{"id":"1","type":"next","payload":{"data":{"ends":1}}}`, `{"id":"1","type":"error","payload":[{"message":"Refetch.","extensions":{"code":"CURSOR_EXPIRED"}}]}`}},
		"invalid":      {"{nope}", []string{`{"id":"1","type":"error","payload":[{"message":"Cannot query field \"nope\" on type \"Query\".","locations":[{"line":1,"column":2}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t).open(t)
			s.send(subscribe("1", test.query))
			s.expect(test.want...)
			s.expectAlive()
			s.send(subscribe("1", test.query)) // the id is free again
			s.expect(test.want...)
		})
	}
}

func TestSocketCloseCodes(t *testing.T) {
	t.Parallel()
	const initialise = `{"type":"connection_init"}`
	waits := subscribe("1", "subscription{posted{id}}")
	for name, test := range map[string]struct {
		send []string
		code ws.StatusCode
	}{
		"second init":            {[]string{initialise, initialise}, 4429},
		"subscribe before ack":   {[]string{subscribe("1", "{hello}")}, 4401},
		"bad credential":         {[]string{`{"type":"connection_init","payload":{"authorization":"Bearer bad"}}`}, 4403},
		"no way to check it":     {[]string{`{"type":"connection_init","payload":{"authorization":"Bearer broken"}}`}, 1013},
		"panic while checking":   {[]string{`{"type":"connection_init","payload":{"authorization":"Bearer panic"}}`}, 4500},
		"id in use":              {[]string{initialise, waits, waits}, 4409},
		"not JSON":               {[]string{"{"}, 4400},
		"not one value":          {[]string{initialise + initialise}, 4400},
		"not an object":          {[]string{"[]"}, 4400},
		"null":                   {[]string{"null"}, 4400},
		"unknown type":           {[]string{`{"type":"start"}`}, 4400},
		"type of a server":       {[]string{`{"type":"connection_ack"}`}, 4400},
		"no type":                {[]string{`{}`}, 4400},
		"init with a text":       {[]string{`{"type":"connection_init","payload":"x"}`}, 4400},
		"a number as credential": {[]string{`{"type":"connection_init","payload":{"authorization":1}}`}, 4400},
		"ping with a text":       {[]string{`{"type":"ping","payload":"x"}`}, 4400},
		"pong with a list":       {[]string{`{"type":"pong","payload":[]}`}, 4400},
		"no id":                  {[]string{initialise, `{"type":"subscribe","payload":{"query":"{hello}"}}`}, 4400},
		"long id":                {[]string{initialise, subscribe(strings.Repeat("x", 257), "{hello}")}, 4400},
		"no payload":             {[]string{initialise, `{"id":"1","type":"subscribe"}`}, 4400},
		"no query":               {[]string{initialise, `{"id":"1","type":"subscribe","payload":{}}`}, 4400},
		"a query that is none":   {[]string{initialise, `{"id":"1","type":"subscribe","payload":{"query":1}}`}, 4400},
		"variables in a list":    {[]string{initialise, `{"id":"1","type":"subscribe","payload":{"query":"{hello}","variables":[]}}`}, 4400},
		"not UTF-8":              {[]string{"{\"type\":\"\xff\"}"}, 1007},
		"too large":              {[]string{initialise, strings.Repeat(" ", 65537)}, 1009},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			s := b.dial(t)
			s.send(test.send...)
			s.expectClose(test.code)
		})
	}
}

func TestSocketCloseOfLongIDIsUTF8(t *testing.T) {
	t.Parallel()
	s := setup(t).open(t)
	waits := subscribe(strings.Repeat("é", 128), "subscription{posted{id}}")
	s.send(waits, waits)
	f, err := s.read()
	if err != nil {
		t.Fatal(err)
	}
	if err := ws.CheckCloseFrameData(ws.ParseCloseFrameData(f.Payload)); err != nil {
		t.Error(err)
	}
}

func TestSocketWithoutSubprotocol(t *testing.T) {
	t.Parallel()
	setup(t).dial(t, "X-Protocol", "none").expectClose(4406)
}

func TestSocketPingAndPong(t *testing.T) {
	t.Parallel()
	s := setup(t).dial(t)
	s.send(`{"type":"ping"}`, `{"type":"pong"}`, `{"type":"pong","payload":{}}`, `{"type":"ping","payload":{"a":[1.50]}}`)
	s.expect(`{"type":"pong"}`, `{"type":"pong","payload":{"a":[1.50]}}`)
	s.frame(ws.NewPingFrame([]byte("now")))
	if f, err := s.read(); err != nil || f.Header.OpCode != ws.OpPong || string(f.Payload) != "now" {
		t.Errorf("got %v %s %v", f.Header, f.Payload, err)
	}
}

func TestSocketCompleteSilencesAnOperation(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.open(t)
	s.send(`{"id":"unknown","type":"complete"}`)
	s.send(subscribe("1", "subscription{posted{id}}"), subscribe("2", "subscription{posted{id}}"))
	await(t, b.resolver.Started, "posted")
	await(t, b.resolver.Started, "posted")
	s.send(`{"id":"1","type":"complete"}`)
	await(t, b.resolver.Ended, "posted")
	b.resolver.Publish(&testschema.Room{ID: "7"})
	s.expect(`{"id":"2","type":"next","payload":{"data":{"posted":{"id":"7"}}}}`)
	s.send(subscribe("1", "{hello}"))
	s.expect(`{"id":"1","type":"next","payload":{"data":{"hello":"hello world"}}}`, `{"type":"complete","id":"1"}`)
}

func TestSocketCompleteEndsAQuery(t *testing.T) {
	t.Parallel()
	b := setup(t)
	s := b.open(t)
	s.send(subscribe("1", "{waits}"))
	await(t, b.resolver.Started, "waits")
	s.send(`{"id":"1","type":"complete"}`)
	await(t, b.resolver.Ended, "waits")
	s.expectAlive()
}

func TestSocketCredentials(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ header, payload, viewer string }{
		"none":                   {"", "{}", "@here"},
		"payload":                {"", `{"authorization":"Bearer anna"}`, "anna@here"},
		"payload in upper case":  {"", `{"Authorization":"Bearer anna"}`, "anna@here"},
		"header":                 {"Bearer bert", "{}", "bert@here"},
		"payload before header":  {"Bearer bert", `{"authorization":"Bearer anna"}`, "anna@here"},
		"null is as good as not": {"Bearer bert", "null", "bert@here"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := setup(t).dial(t, "Authorization", test.header, "X-Address", "here")
			s.send(`{"type":"connection_init","payload":`+test.payload+`}`, subscribe("1", "{viewer}"))
			s.expect(`{"type":"connection_ack"}`)
			s.expectPart(`"viewer":"` + test.viewer + `"`)
		})
	}
}

func TestSocketOperationDeadline(t *testing.T) {
	t.Parallel()
	s := setup(t, limit(func(l *limits.Limits) { l.Operation = 30 * time.Millisecond })).open(t)
	s.send(subscribe("1", "{waits}"))
	s.expectPart(`"code":"INTERNAL"`)
	s.expect(`{"type":"complete","id":"1"}`)
}
