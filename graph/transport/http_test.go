package transport_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/internal/limits"
)

const (
	graphqlJSON = "application/graphql-response+json"
	plainJSON   = "application/json"
	stream      = "text/event-stream"
)

// request is a request as a test wants it; without a body it is a GET.
type request struct{ query, body, media, accept, authorization, method string }

func (b *bundle) ask(t testing.TB, q request) (status int, header http.Header, body string) {
	t.Helper()
	answer := b.begin(t, q)
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(text)
}

func (b *bundle) begin(t testing.TB, q request) *http.Response {
	t.Helper()
	method := q.method
	if method == "" && q.body == "" {
		method = http.MethodGet
	} else if method == "" {
		method = http.MethodPost
	}
	r, err := http.NewRequestWithContext(t.Context(), method, b.URL+"?"+q.query, strings.NewReader(q.body))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"Content-Type": q.media, "Accept": q.accept, "Authorization": q.authorization} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	answer, err := b.Client().Do(r)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func TestHTTP(t *testing.T) {
	t.Parallel()
	const hello, nope = `{"query":"{hello}"}`, `{"query":"{nope}"}`
	b := setup(t)
	for name, test := range map[string]struct {
		request request
		status  int
		says    string
	}{
		"POST":                      {request{body: hello, media: plainJSON, accept: graphqlJSON}, 200, `{"data":{"hello":"hello world"}}`},
		"POST with charset":         {request{body: hello, media: "application/json; charset=UTF-8"}, 200, `hello world`},
		"POST with variables":       {request{body: `{"query":"query($n:String){hello(name:$n)}","variables":{"n":"you"},"operationName":null,"extensions":{}}`, media: plainJSON}, 200, `hello you`},
		"GET":                       {request{query: "query=" + url.QueryEscape("query($n:String){hello(name:$n)}") + "&variables=" + url.QueryEscape(`{"n":"you"}`)}, 200, `hello you`},
		"GET with bad variables":    {request{query: "query={hello}&variables=hunter2"}, 400, "variables must be a JSON object"},
		"GET without a query":       {request{}, 400, "query is missing"},
		"GET of a mutation":         {request{query: "query=" + url.QueryEscape(`mutation{signIn(input:{password:"a"})}`)}, 405, "by POST"},
		"PUT":                       {request{body: hello, media: plainJSON, method: "PUT"}, 405, "by POST"},
		"errors of fields":          {request{body: `{"query":"{fails hello}"}`, media: plainJSON, accept: graphqlJSON}, 200, `"data":{"fails":null,"hello":"hello world"}`},
		"panic":                     {request{body: `{"query":"{panics}"}`, media: plainJSON, accept: graphqlJSON}, 200, `"code":"INTERNAL"`},
		"invalid":                   {request{body: nope, media: plainJSON, accept: graphqlJSON}, 400, `Cannot query field`},
		"invalid as ever":           {request{body: nope, media: plainJSON}, 200, `Cannot query field`},
		"too complex":               {request{body: `{"query":"{` + strings.Repeat("hello ", 600) + `}"}`, media: plainJSON, accept: graphqlJSON}, 400, `tokens-anonymous`},
		"more after sign-in":        {request{body: `{"query":"{room(id:1){` + strings.Repeat("id ", 600) + `}}"}`, media: plainJSON, authorization: "Bearer anna"}, 200, `"id":"1"`},
		"costs too much":            {request{body: `{"query":"{rooms(first:100){nodes{rooms(first:100){nodes{id}}}}}"}`, media: plainJSON, accept: graphqlJSON}, 400, `QUERY_TOO_COMPLEX`},
		"bad variable":              {request{body: `{"query":"query($i:Int){rooms(first:$i){totalCount}}","variables":{"i":"hunter2"}}`, media: plainJSON, accept: graphqlJSON}, 400, "GRAPHQL_VALIDATION_FAILED"},
		"no such operation":         {request{body: `{"query":"{hello}","operationName":"hunter2"}`, media: plainJSON, accept: graphqlJSON}, 400, "no operation of that operationName"},
		"long list in variables":    {request{body: `{"query":"query($l:[ID!]!){nodes(ids:$l){id}}","variables":{"l":[` + strings.Repeat("1,", 50) + `1]}}`, media: plainJSON, accept: graphqlJSON}, 400, `BAD_USER_INPUT`},
		"defer":                     {request{body: `{"query":"{...@defer{hello}}"}`, media: plainJSON, accept: graphqlJSON}, 400, "@defer"},
		"subscription":              {request{body: `{"query":"subscription{count(to:1)}"}`, media: plainJSON, accept: graphqlJSON}, 400, "graphql-transport-ws"},
		"batch":                     {request{body: "[" + hello + "]", media: plainJSON}, 400, "Batches"},
		"not JSON":                  {request{body: `{"query":"hunter2`, media: plainJSON}, 400, "not JSON"},
		"two values":                {request{body: hello + hello, media: plainJSON}, 400, "not JSON"},
		"a text":                    {request{body: `"hunter2"`, media: plainJSON}, 400, "must be a JSON object"},
		"a query that is none":      {request{body: `{"query":["hunter2"]}`, media: plainJSON}, 400, "must be strings"},
		"no query":                  {request{body: `{}`, media: plainJSON}, 400, "no query"},
		"form":                      {request{body: hello, media: "application/x-www-form-urlencoded"}, 415, "application/json"},
		"text":                      {request{body: hello, media: "text/plain"}, 415, "application/json"},
		"multipart":                 {request{body: hello, media: "multipart/form-data; boundary=x"}, 415, "application/json"},
		"other charset":             {request{body: hello, media: "application/json; charset=latin1"}, 415, "application/json"},
		"no media type":             {request{body: hello}, 415, "application/json"},
		"too large":                 {request{body: `{"query":"{hello}` + strings.Repeat(" ", 131072) + `"}`, media: plainJSON}, 413, `body-bytes`},
		"accepts nothing we have":   {request{body: hello, media: plainJSON, accept: "text/html"}, 406, graphqlJSON},
		"bad credential":            {request{body: hello, media: plainJSON, authorization: "Bearer bad"}, 401, `"UNAUTHENTICATED"`},
		"no way to check it":        {request{body: hello, media: plainJSON, authorization: "Bearer broken"}, 500, `"INTERNAL"`},
		"panic while checking":      {request{body: hello, media: plainJSON, authorization: "Bearer panic"}, 500, `"INTERNAL"`},
		"introspection is possible": {request{body: `{"query":"{__schema{queryType{name}}}"}`, media: plainJSON}, 200, `"Query"`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			status, header, body := b.ask(t, test.request)
			if status != test.status || !strings.Contains(body, test.says) {
				t.Errorf("got %d %s, want %d %s", status, body, test.status, test.says)
			}
			if strings.Contains(body, "hunter2") || strings.Contains(body, "the inside") {
				t.Error("shows what it must not:", body)
			}
			if strings.Contains(body, `"data"`) == (status >= 400 || strings.Contains(test.request.body, "nope")) {
				t.Error("data is there, or not, against the rule:", body)
			}
			if status == 405 && header.Get("Allow") == "" {
				t.Error("does not say what is allowed")
			}
		})
	}
}

func TestMediaTypes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for accepted, want := range map[string]string{
		"":          plainJSON,
		"*/*":       plainJSON,
		plainJSON:   plainJSON,
		graphqlJSON: graphqlJSON,
		graphqlJSON + ", application/graphql+json, application/json, text/event-stream, multipart/mixed": graphqlJSON,
		"application/json;q=0.5, " + graphqlJSON + ";q=0.9":                                              graphqlJSON,
		"application/json, " + graphqlJSON + ";q=0":                                                      plainJSON,
		"text/html, */*;q=0.1":  plainJSON,
		stream:                  stream,
		"nonsense;;, " + stream: stream,
	} {
		_, header, body := b.ask(t, request{body: `{"query":"{hello}"}`, media: plainJSON, accept: accepted})
		if got := header.Get("Content-Type"); got != want+"; charset=utf-8" {
			t.Errorf("Accept: %s gets %s %s", accepted, got, body)
		}
	}
}

func TestSlowBody(t *testing.T) {
	t.Parallel()
	b := setup(t, shortly)
	conn, err := net.Dial("tcp", b.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_, _ = io.WriteString(conn, "POST / HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest {
		t.Error("got", answer.Status)
	}
}

func TestHTTPOperationDeadline(t *testing.T) {
	t.Parallel()
	b := setup(t, shortly)
	status, _, body := b.ask(t, request{body: `{"query":"{waits}"}`, media: plainJSON})
	if status != 200 || !strings.Contains(body, `"INTERNAL"`) {
		t.Error("got", status, body)
	}
	await(t, b.resolver.Started, "waits")
	await(t, b.resolver.Ended, "waits")
}

func TestLiftedLimits(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { *l = limits.Limits{} }))
	if _, _, body := b.ask(t, request{body: `{"query":"{hello}"}`, media: plainJSON}); !strings.Contains(body, "hello") {
		t.Error("got", body)
	}
	s := b.open(t, "Authorization", "Bearer anna")
	s.send(subscribe("1", "{hello}"))
	s.expectPart("hello world")
}
