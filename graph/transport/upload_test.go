package transport_test

import (
	"bufio"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/limits"
	"parley/internal/upload"
)

const (
	sharing = `{"query":"mutation($f:Upload){share(file:$f)}","variables":{"f":null}}`
	mapped  = `{"0":["variables.f"]}`

	formX     = "multipart/form-data; boundary=x"
	lastOfX   = "\r\n--x--\r\n"
	fileHead  = "--x\r\nContent-Disposition: form-data; name=\"0\"; filename=\"a.txt\"\r\nContent-Type: text/plain\r\n\r\n"
	wholeFile = "what is in the file"
)

func fieldOf(name, value string) string {
	return "--x\r\nContent-Disposition: form-data; name=\"" + name + "\"\r\n\r\n" + value + "\r\n"
}

// upTo is the body up to the file.
func upTo(operations, mapped string) string {
	return fieldOf("operations", operations) + fieldOf("map", mapped) + fileHead
}

// form is the body of a good upload.
func form(file string) string { return upTo(sharing, mapped) + file + lastOfX }

// uploading is a client that sends an upload byte by byte.
type uploading struct {
	t    testing.TB
	conn net.Conn
	in   *bufio.Reader
}

// begin connects and sends the header of a request; a length below 0 is for chunks.
func (b *bundle) beginUpload(t testing.TB, length int, headers ...string) *uploading {
	t.Helper()
	conn, err := net.Dial("tcp", b.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	u := &uploading{t, conn, bufio.NewReader(conn)}
	u.begin(length, headers...)
	return u
}

func (u *uploading) begin(length int, headers ...string) {
	u.t.Helper()
	header := map[string]string{
		"Host": "x", "Content-Type": formX, "Apollo-Require-Preflight": "true", "Authorization": "Bearer anna", "Accept": graphqlJSON,
		"Content-Length": fmt.Sprint(length), "Transfer-Encoding": "",
	}
	if length < 0 {
		header["Content-Length"], header["Transfer-Encoding"] = "", "chunked"
	}
	for i := 0; i < len(headers); i += 2 {
		header[headers[i]] = headers[i+1]
	}
	text := "POST / HTTP/1.1\r\n"
	for name, value := range header {
		if value != "" {
			text += name + ": " + value + "\r\n"
		}
	}
	u.send(text + "\r\n")
}

func (u *uploading) send(text string) {
	u.t.Helper()
	if _, err := io.WriteString(u.conn, text); err != nil {
		u.t.Fatal("send:", err)
	}
}

func (u *uploading) answer() (*http.Response, string) {
	u.t.Helper()
	answer, err := http.ReadResponse(u.in, nil)
	if err != nil {
		u.t.Fatal("answer:", err)
	}
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		u.t.Fatal("answer:", err)
	}
	return answer, string(body)
}

// upload sends a whole body.
func (b *bundle) upload(t testing.TB, body string, headers ...string) (*http.Response, string) {
	t.Helper()
	u := b.beginUpload(t, len(body), headers...)
	u.send(body)
	return u.answer()
}

func TestUpload(t *testing.T) {
	t.Parallel()
	large := strings.Repeat("\r\n--x\r-\n--", 100_000)
	const in = `{"query":"mutation($i:ShareInput!){shareIn(input:$i)}","variables":{"i":%s}}`
	b := setup(t)
	for name, test := range map[string]struct {
		body string
		want string
	}{
		"a file":              {form(wholeFile), `"share":"` + wholeFile},
		"an empty file":       {form(""), `"share":""`},
		"much like an end":    {form("\r\n--y--\r\n--\r\n--xy"), `"share":"\r\n--y--\r\n--\r\n--xy"`},
		"a large file":        {strings.ReplaceAll(form(strings.ReplaceAll(large, "-x", "-z")), "\n--x\r-", ""), `"share":"`},
		"of a query":          {upTo(`{"query":"query($f:Upload!){looks(file:$f)}","variables":{"f":null}}`, mapped) + "x" + lastOfX, `"looks":"x"`},
		"in an input":         {upTo(fmt.Sprintf(in, `{"file":null}`), `{"0":["variables.i.file"]}`) + "x" + lastOfX, `"shareIn":"x"`},
		"in a list":           {upTo(fmt.Sprintf(in, `{"files":[null,null]}`), `{"0":["variables.i.files.1"]}`) + "x" + lastOfX, `"shareIn":"x"`},
		"as a list of one":    {upTo(`{"query":"mutation($f:[Upload!]!){shareFirst(files:$f)}","variables":{"f":[null]}}`, `{"0":["variables.f.0"]}`) + "x" + lastOfX, `"shareFirst":"x"`},
		"without a line end":  {strings.TrimSuffix(form(wholeFile), "\r\n"), wholeFile},
		"behind a preamble":   {"This is MIME.\r\n" + form(wholeFile), wholeFile},
		"lines of Unix":       {strings.ReplaceAll(form(wholeFile), "\r\n", "\n"), wholeFile},
		"left out by @skip":   {upTo(`{"query":"mutation($f:Upload){share(file:$f) @skip(if:true)}","variables":{"f":null}}`, mapped) + "x" + lastOfX, `"data":{}`},
		"with other fields":   {upTo(`{"query":"mutation($f:Upload,$a:String){share(file:$f,as:$a)}","variables":{"f":null,"a":"b"},"operationName":null}`, mapped) + "x" + lastOfX, `"share":"x"`},
		"with another header": {form(wholeFile), wholeFile},
	} {
		for how, length := range map[string]int{"with a length": len(test.body), "in chunks": -1} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				u := b.beginUpload(t, length)
				body := test.body
				if length < 0 {
					body = fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(body), body)
				}
				go func() { _, _ = io.WriteString(u.conn, body) }()
				answer, text := u.answer()
				if answer.StatusCode != 200 || !strings.Contains(text, test.want) || strings.Contains(text, "errors") {
					t.Errorf("got %d %.300s", answer.StatusCode, text)
				}
			})
		}
	}
}

func TestWhatIsKnownOfAFile(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.resolver.Share = func(_ context.Context, f upload.File) (string, error) {
		return fmt.Sprintf("%s %d", f.Name, f.Length), nil
	}
	for disposition, want := range map[string]string{
		`filename="a.txt"`:                   "a.txt 4",
		`filename="../../etc/passwd"`:        "passwd 4",
		`filename*=UTF-8''na%C3%AFve.txt`:    "naïve.txt 4",
		`filename="caf` + "\xe9" + `.txt"`:   "caf\uFFFD.txt 4",
		`filename*=UTF-8''a%00b.txt`:         "a\uFFFDb.txt 4",
		`filename="` + "文件 \U0001F98A" + `"`: "文件 \U0001F98A 4",
	} {
		body := strings.Replace(form("file"), `filename="a.txt"`, disposition, 1)
		if _, text := b.upload(t, body); !strings.Contains(text, `"`+want+`"`) {
			t.Errorf("%s is %s, want %s", disposition, text, want)
		}
	}
	u := b.beginUpload(t, -1)
	u.send(fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(form("")), form("")))
	if _, text := u.answer(); !strings.Contains(text, "a.txt -1") {
		t.Error("in chunks it is", text)
	}
}

func TestUploadsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.Operation = 2 * time.Second }))
	b.resolver.Share = func(context.Context, upload.File) (string, error) { panic("a resolver was asked") }
	file := wholeFile + lastOfX
	const secret = "hunter2"
	wide := strings.Repeat("x", limits.Default().BodyBytes)
	of := func(query string) string {
		return upTo(`{"query":"`+query+`","variables":{"f":null}}`, mapped) + file
	}
	for name, test := range map[string]struct {
		body    string
		headers []string
		status  int
		says    string
	}{
		"not signed in":            {form(""), []string{"Authorization", ""}, 401, "UNAUTHENTICATED"},
		"bad credential":           {form(""), []string{"Authorization", "Bearer bad"}, 401, "UNAUTHENTICATED"},
		"panic while checking":     {form(""), []string{"Authorization", "Bearer panic"}, 500, "INTERNAL"},
		"no preflight":             {form(""), []string{"Apollo-Require-Preflight", ""}, 415, "Apollo-Require-Preflight"},
		"wants a stream":           {form(""), []string{"Accept", stream}, 406, plainJSON},
		"wants nothing we have":    {form(""), []string{"Accept", "text/html"}, 406, plainJSON},
		"other parts":              {form(""), []string{"Content-Type", "multipart/mixed; boundary=x"}, 415, "multipart/form-data"},
		"no boundary":              {form(""), []string{"Content-Type", "multipart/form-data"}, 400, "boundary"},
		"an empty boundary":        {form(""), []string{"Content-Type", `multipart/form-data; boundary=""`}, 400, "boundary"},
		"a long boundary":          {form(""), []string{"Content-Type", "multipart/form-data; boundary=" + strings.Repeat("x", 5000)}, 400, "boundary"},
		"two boundaries":           {form(""), []string{"Content-Type", "multipart/form-data; boundary=x; boundary=y"}, 415, "multipart/form-data"},
		"another boundary":         {form(""), []string{"Content-Type", "multipart/form-data; boundary=y"}, 400, "Content-Type"},
		"nothing":                  {"", nil, 400, "Content-Type"},
		"no parts":                 {"--x--\r\n", nil, 400, "in this order"},
		"no operations":            {fieldOf("map", mapped) + fileHead + file, nil, 400, "in this order"},
		"no map":                   {fieldOf("operations", sharing) + fileHead + file, nil, 400, "in this order"},
		"no file":                  {fieldOf("operations", sharing) + fieldOf("map", mapped) + "--x--\r\n", nil, 400, "in this order"},
		"map first":                {fieldOf("map", mapped) + fieldOf("operations", sharing) + fileHead + file, nil, 400, "in this order"},
		"file first":               {fileHead + wholeFile + "\r\n" + fieldOf("operations", sharing) + fieldOf("map", mapped) + "--x--\r\n", nil, 400, "in this order"},
		"another field":            {fieldOf("operations", sharing) + fieldOf("map", mapped) + fieldOf("other", "x") + fileHead + file, nil, 400, "in this order"},
		"not of a form":            {strings.ReplaceAll(form(""), "form-data", "attachment"), nil, 400, "in this order"},
		"breaks off in operations": {form("")[:100], nil, 400, "Content-Type"},
		"breaks off at a boundary": {fieldOf("operations", sharing), nil, 400, "Content-Type"},
		"operations are not JSON":  {upTo(`{"query":"hunter2`, mapped) + file, nil, 400, "part operations is not JSON"},
		"operations are not UTF-8": {upTo("{\"query\":\"{hello}\xff\"}", mapped) + file, nil, 400, "UTF-8"},
		"operations are a text":    {upTo(`"hunter2"`, mapped) + file, nil, 400, "object"},
		"operations are null":      {upTo(`null`, mapped) + file, nil, 400, "no query"},
		"operations have no query": {upTo(`{"variables":{"f":null}}`, mapped) + file, nil, 400, "no query"},
		"variables are a list":     {upTo(`{"query":"{hello}","variables":[null]}`, `{"0":["variables.0"]}`) + file, nil, 400, "objects"},
		"a batch":                  {upTo("["+sharing+"]", `{"0":["0.variables.f"]}`) + file, nil, 400, "Batches"},
		"operations too large":     {upTo(sharing+wide, mapped) + file, nil, 413, "body-bytes"},
		"map too large":            {upTo(sharing, mapped+wide) + file, nil, 413, "body-bytes"},
		"endless headers":          {strings.Replace(form(""), "\r\nContent-Disp", "\r\n"+strings.Repeat("A: b\r\n", 100_000)+"Content-Disp", 1), nil, 413, "too many"},
		"an endless header":        {strings.Replace(form(""), "\r\nContent-Disp", "\r\nA: "+strings.Repeat("b", 500_000)+"\r\nContent-Disp", 1), nil, 413, "too many"},
		"an endless preamble":      {strings.Repeat("a\r\n", 200_000) + form(""), nil, 413, "too many"},
		"a header that is none":    {strings.Replace(form(""), "Content-Disposition", "hunter2 : x\r\nhunter2", 1), nil, 400, "in this order"},
		"quoted-printable":         {strings.Replace(form(""), "Content-Type: text", "Content-Transfer-Encoding: quoted-printable\r\nContent-Type: text", 1), nil, 400, "Content-Transfer-Encoding"},
		"a map that is not JSON":   {upTo(sharing, `{"0":hunter2`) + file, nil, 400, "part map"},
		"a map that is null":       {upTo(sharing, `null`) + file, nil, 400, "part map"},
		"a map that is a list":     {upTo(sharing, `[["variables.f"]]`) + file, nil, 400, "part map"},
		"a map of a text":          {upTo(sharing, `{"0":"variables.f"}`) + file, nil, 400, "part map"},
		"two maps in one":          {upTo(sharing, mapped+mapped) + file, nil, 400, "part map"},
		"no files":                 {upTo(sharing, `{}`) + file, nil, 400, "one file"},
		"two files":                {upTo(sharing, `{"0":["variables.f"],"1":["variables.g"]}`) + file, nil, 400, "one file"},
		"a file at no path":        {upTo(sharing, `{"0":[]}`) + file, nil, 400, "one file"},
		"a file at two paths":      {upTo(sharing, `{"0":["variables.f","variables.f"]}`) + file, nil, 400, "one file"},
		"a file by another name":   {upTo(sharing, `{"1":["variables.f"]}`) + file, nil, 400, "in this order"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := b.beginUpload(t, len(test.body), test.headers...)
			go func() { _, _ = io.WriteString(u.conn, test.body) }()
			answer, text := u.answer()
			if answer.StatusCode != test.status || !strings.Contains(text, test.says) || strings.Contains(text, `"data"`) || strings.Contains(text, secret) {
				t.Errorf("got %d %s, want %d %s", answer.StatusCode, text, test.status, test.says)
			}
		})
	}
	for _, path := range []string{
		"", "f", "variables", "variables.", ".", "..", "variables..f", "variables.g", "variables.f.g", "variables.f.0", "query", "variables.s", "variables.o",
		"variables.l", "variables.l.1", "variables.l.-1", "variables.l.x", "variables.l.99999999999999999999", "variables.n", "extensions.f", "0.variables.f", "hunter2",
		strings.Repeat("variables.", 10_000),
	} {
		body := upTo(`{"query":"mutation($f:Upload){share(file:$f)}","variables":{"f":null,"s":"x","n":1,"o":{},"l":[null]}}`, `{"0":["`+path+`"]}`) + file
		if answer, text := b.upload(t, body); answer.StatusCode != 400 || !strings.Contains(text, "lead to a null") || strings.Contains(text, secret) {
			t.Errorf("the path %.50q: %d %s", path, answer.StatusCode, text)
		}
	}
	for query, says := range map[string]string{
		`mutation($f:Upload){a:share(file:$f) b:share(file:$f)}`:                                                "used once",
		`mutation($f:Upload){share(file:$f) ...x} fragment x on Mutation{b:share(file:$f)}`:                     "used once",
		`mutation($f:Upload){...x} fragment x on Mutation{share(file:$f)}`:                                      "used once",
		`mutation($f:Upload){...on Mutation{share(file:$f)}}`:                                                   "used once",
		`mutation($f:Upload){shareIn(input:{file:$f,files:[$f]})}`:                                              "used once",
		`subscription($f:Upload!){takes(file:$f)}`:                                                              "subscription",
		`mutation($f:Upload){share(file:$f) nope}`:                                                              "Cannot query field",
		`mutation($f:String){share(as:$f)}`:                                                                     "cannot use",
		`mutation($f:ShareInput!){shareIn(input:$f)}`:                                                           "must be a ShareInput",
		`mutation($f:[String!]!){share(as:$f)}`:                                                                 "String",
		`mutation{share}`:                                                                                       "used once",
		`query($f:Int){rooms(first:$f){totalCount}}`:                                                            "cannot use",
		`mutation($f:Upload){share(file:$f) a:signIn(input:{password:\"a\"}) b:signIn(input:{password:\"b\"})}`: "guess-fields",
	} {
		if answer, text := b.upload(t, of(query)); answer.StatusCode != 400 || !strings.Contains(text, says) {
			t.Errorf("%s: %d %s", query, answer.StatusCode, text)
		}
	}
}

// A browser sends a form of a foreign page without asking, but not with any of these headers.
func TestHeadersThatForceAPreflight(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, name := range []string{"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "GraphQL-Preflight"} {
		if answer, text := b.upload(t, form("x"), "Apollo-Require-Preflight", "", name, "1"); answer.StatusCode != 200 {
			t.Errorf("%s: %d %s", name, answer.StatusCode, text)
		}
	}
}

// What is no file that is sent is refused as an argument, with what to do.
func TestAFileInJSON(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, body := range []string{
		`{"query":"mutation{share(file:\"x\")}"}`,
		`{"query":"mutation{share(file:{a:1})}"}`,
		`{"query":"mutation($f:Upload){share(file:$f)}","variables":{"f":"x"}}`,
		`{"query":"mutation($f:Upload){share(file:$f)}","variables":{"f":{}}}`,
		`{"query":"mutation($f:Upload){share(file:$f)}","variables":{"f":[null]}}`,
		`{"query":"mutation($i:ShareInput!){shareIn(input:$i)}","variables":{"i":{"file":{"Name":"x"}}}}`,
	} {
		_, _, text := b.ask(t, request{body: body, media: plainJSON, authorization: "Bearer anna"})
		if !strings.Contains(text, "BAD_USER_INPUT") || !strings.Contains(text, "multipart/form-data") {
			t.Errorf("%s: %s", body, text)
		}
	}
	s := b.open(t, "Authorization", "Bearer anna")
	s.send(`{"id":"1","type":"subscribe","payload":{"query":"mutation($f:Upload){share(file:$f)}","variables":{"f":{}}}}`)
	s.expectPart("BAD_USER_INPUT", "multipart/form-data")
	answer, text := b.upload(t, upTo(`{"query":"mutation($f:Upload){share(file:$f) b:share(file:\"x\")}","variables":{"f":null}}`, mapped)+"x"+lastOfX)
	if answer.StatusCode != 200 || !strings.Contains(text, "BAD_USER_INPUT") {
		t.Error("a second one in JSON:", text)
	}
}

// The resolver has the first byte before the client sends the second; the operation may wait longer for its client than it may take.
func TestAFileIsReadWhileItArrives(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.Operation = 200 * time.Millisecond }))
	got := make(chan byte)
	b.resolver.Share = func(_ context.Context, f upload.File) (string, error) {
		defer close(got)
		one := make([]byte, 1)
		for {
			if _, err := io.ReadFull(f, one); errors.Is(err, io.EOF) {
				return "all of it", nil
			} else if err != nil {
				return "", err
			}
			got <- one[0]
		}
	}
	u := b.beginUpload(t, len(form("0123456789")))
	u.send(upTo(sharing, mapped))
	for want := byte('0'); want < '9'; want++ {
		u.send(string(want))
		if c := <-got; c != want {
			t.Fatalf("got %c, want %c", c, want)
		}
	}
	for range 2 { // which take as long as an operation may
		b.ask(t, request{body: `{"query":"{waits}"}`, media: plainJSON})
	}
	u.send("9" + lastOfX)
	if c := <-got; c != '9' {
		t.Fatalf("got %c", c)
	}
	if answer, text := u.answer(); answer.StatusCode != 200 || !strings.Contains(text, "all of it") || answer.Close {
		t.Error("got", answer.StatusCode, text)
	}
}

// A connection over which a whole file has come serves on, and no deadline of that file's holds for what comes then.
func TestAConnectionServesOn(t *testing.T) {
	t.Parallel()
	b := setup(t, limit(func(l *limits.Limits) { l.Transfer = 50 * time.Millisecond }))
	began, proceed := make(chan struct{}), make(chan struct{})
	b.resolver.Share = func(ctx context.Context, f upload.File) (string, error) {
		if transport.SessionKey(ctx) != "anna" {
			_, err := f.Read(make([]byte, 1))
			return "", err
		}
		began <- struct{}{}
		all, err := io.ReadAll(f)
		began <- struct{}{}
		<-proceed
		return string(all), err
	}
	u := b.beginUpload(t, len(form("a")))
	for range 2 {
		u.send(upTo(sharing, mapped))
		<-began
		u.send("a" + lastOfX)
		<-began
		stalled := b.beginUpload(t, len(form("a")), "Authorization", "Bearer bert") // and is given up after as long as the first might have waited
		stalled.send(upTo(sharing, mapped))
		if _, text := stalled.answer(); !strings.Contains(text, "transfer") {
			t.Error("got", text)
		}
		proceed <- struct{}{}
		if answer, text := u.answer(); answer.StatusCode != 200 || answer.Close || !strings.Contains(text, `"a"`) {
			t.Error("got", answer.StatusCode, text)
		}
		const hello = `{"query":"{hello}"}`
		u.begin(len(hello), "Content-Type", plainJSON)
		u.send(hello)
		if _, text := u.answer(); !strings.Contains(text, "hello world") {
			t.Error("then", text)
		}
		u.begin(len(form("a")))
	}
}

// A file that does not arrive whole ends with an error, and never with io.EOF.
func TestAFileThatBreaksOff(t *testing.T) {
	t.Parallel()
	shortly := func(l *limits.Limits) { l.Transfer = 100 * time.Millisecond }
	slowly := func(l *limits.Limits) { l.Transfer, l.UploadTime = patience, 100*time.Millisecond }
	var nothing func(*limits.Limits)
	for name, test := range map[string]struct {
		rest  string
		more  int // announced
		limit func(*limits.Limits)
		end   func(u *uploading)
		says  string
	}{
		"the client goes":            {"half", 100, nothing, func(u *uploading) { _ = u.conn.Close() }, "whole"},
		"goes before the end":        {wholeFile + "\r\n--x-", 3, nothing, func(u *uploading) { _ = u.conn.Close() }, "whole"},
		"goes behind the end":        {wholeFile + "\r\n--x--", 2, nothing, func(u *uploading) { _ = u.conn.Close() }, "whole"},
		"goes behind all of it":      {wholeFile + lastOfX, 5, nothing, func(u *uploading) { _ = u.conn.Close() }, "whole"},
		"nothing more comes":         {"half", 100, shortly, nil, "transfer"},
		"nothing comes at all":       {"", 100, shortly, nil, "transfer"},
		"the end does not come":      {wholeFile + "\r\n--x--", 2, shortly, nil, "transfer"},
		"it takes too long":          {"half", 100, slowly, nil, "too long"},
		"no last boundary":           {"half", 0, nothing, nil, "whole"},
		"half a boundary":            {wholeFile + "\r\n--x", 0, nothing, nil, "whole"},
		"almost a boundary":          {wholeFile + "\r\n--x y" + lastOfX, 0, nothing, nil, "whole"},
		"another file":               {wholeFile + "\r\n" + fileHead + "x" + lastOfX, 0, nothing, nil, "last part"},
		"endless headers behind":     {wholeFile + "\r\n--x\r\nA: " + strings.Repeat("b", 500_000) + lastOfX, 0, nothing, nil, "arrive whole"},
		"another field":              {wholeFile + "\r\n" + fieldOf("map", mapped) + lastOfX, 0, nothing, nil, "last part"},
		"much behind it":             {wholeFile + lastOfX + strings.Repeat("x", 10_000), 0, nothing, nil, "behind the last part"},
		"the credential ends":        {"half", 100, nothing, nil, "UNAUTHENTICATED"},
		"the operation is of nobody": {"half", 100, nothing, nil, "UNAUTHENTICATED"},
		"the operation takes long":   {"half", 100, func(l *limits.Limits) { l.Operation = 100 * time.Millisecond }, nil, "INTERNAL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, limit(func(l *limits.Limits) {
				if test.limit != nil {
					test.limit(l)
				}
			}))
			began, ended := make(chan struct{}, 1), make(chan error, 1)
			b.resolver.Share = func(ctx context.Context, f upload.File) (string, error) {
				began <- struct{}{}
				if strings.HasPrefix(name, "the operation") {
					<-ctx.Done()
				}
				all, err := io.ReadAll(f)
				if err == nil {
					t.Errorf("got %q, whole", all)
				}
				if _, again := f.Read(make([]byte, 1)); again == nil || !errors.Is(again, io.ErrUnexpectedEOF) {
					t.Error("then", again)
				}
				ended <- err
				if ctx.Err() != nil {
					err = ctx.Err()
				}
				return "", fmt.Errorf("keep: %w", err)
			}
			u := b.beginUpload(t, len(upTo(sharing, mapped)+test.rest)+test.more)
			u.send(upTo(sharing, mapped) + test.rest)
			<-began
			if test.end != nil {
				test.end(u)
			}
			if test.says == "UNAUTHENTICATED" {
				b.sessions.revoke("anna")
			}
			if err := <-ended; !errors.Is(err, io.ErrUnexpectedEOF) {
				t.Error("got", err)
			}
			if test.end != nil && test.says == "whole" {
				return
			}
			if answer, text := u.answer(); answer.StatusCode != 200 || !strings.Contains(text, test.says) || answer.Close != (test.more > 0 || len(test.rest) > 100_000) {
				t.Errorf("got %d %s, close %v", answer.StatusCode, text, answer.Close)
			}
		})
	}
}

// What comes before the file has as long as any body.
func TestASlowStartOfAnUpload(t *testing.T) {
	t.Parallel()
	b := setup(t, shortly)
	for _, part := range []string{"", "--x", upTo(sharing, mapped)[:100], fieldOf("operations", sharing), strings.TrimSuffix(upTo(sharing, mapped), "\r\n")} {
		u := b.beginUpload(t, 1000)
		u.send(part)
		if answer, text := u.answer(); answer.StatusCode != 400 || !strings.Contains(text, "too long to arrive") || !answer.Close {
			t.Errorf("%q: %d %s", part, answer.StatusCode, text)
		}
	}
}

// An answer goes out while the client still sends, and the client is let send on, so that it comes to read it.
func TestRefusalsDoNotWaitForTheFile(t *testing.T) {
	t.Parallel()
	const size = 24 << 20
	for name, test := range map[string]struct {
		head    string
		headers []string
		status  int
		closes  bool
	}{
		"before anything is read": {upTo(sharing, mapped), []string{"Authorization", "Bearer bad"}, 401, true},
		"for its map":             {upTo(sharing, `{}`), nil, 400, true},
		"for its operation":       {upTo(`{"query":"{nope}","variables":{"f":null}}`, mapped), nil, 400, true},
		"by the resolver":         {upTo(sharing, mapped), nil, 200, true},
		"with a length":           {upTo(sharing, mapped), nil, 200, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.resolver.Share = func(_ context.Context, f upload.File) (string, error) {
				_, err := io.CopyN(io.Discard, f, 10)
				return "", errors.Join(apierr.New(apierr.TooLong, "too large"), err)
			}
			u := b.beginUpload(t, len(test.head)+size, test.headers...)
			u.send(test.head + strings.Repeat("x", 10))
			answer, text := u.answer()
			if answer.StatusCode != test.status || answer.Close != test.closes {
				t.Errorf("got %d %s, close %v", answer.StatusCode, text, answer.Close)
			}
			u.send(strings.Repeat("x", size-10))
			if _, err := u.in.ReadByte(); !errors.Is(err, io.EOF) {
				t.Error("the connection ends with", err)
			}
		})
	}
}

// A client may send more than is thrown away, and has its answer all the same.
func TestAClientThatSendsOnAndOn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.beginUpload(t, 1<<30, "Authorization", "Bearer bad")
	chunk := strings.Repeat("x", 1<<20)
	sent := 0
	for sent < 1<<30 {
		if _, err := io.WriteString(u.conn, chunk); err != nil {
			break
		}
		sent += len(chunk)
	}
	if sent < 64<<20 || sent > 100<<20 {
		t.Errorf("%d bytes were taken", sent)
	}
}

// What waits for 100 Continue sends nothing when it is refused.
func TestAClientThatAsksFirst(t *testing.T) {
	t.Parallel()
	b := setup(t)
	u := b.beginUpload(t, 1<<30, "Authorization", "Bearer bad", "Expect", "100-continue")
	if answer, text := u.answer(); answer.StatusCode != 401 || !answer.Close {
		t.Error("got", answer.StatusCode, text)
	}
	if _, err := u.in.ReadByte(); !errors.Is(err, io.EOF) {
		t.Error("the connection ends with", err)
	}
	u = b.beginUpload(t, len(form("x")), "Expect", "100-continue")
	if answer, _ := u.answer(); answer.StatusCode != 100 {
		t.Error("got", answer.StatusCode)
	}
	u.send(form("x"))
	if answer, _ := u.answer(); answer.StatusCode != 200 {
		t.Error("got", answer.StatusCode)
	}
}

// post sends an upload with Go's own client.
func (b *bundle) post(ctx context.Context, key string, body io.Reader) (string, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, b.URL, body)
	if err != nil {
		return "", err
	}
	for name, value := range map[string]string{"Content-Type": formX, "Apollo-Require-Preflight": "1", "Authorization": "Bearer " + key} {
		r.Header.Set(name, value)
	}
	answer, err := b.Client().Do(r)
	if err != nil {
		return "", err
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	return string(text), err
}

// zeros are so many bytes, which take no memory.
func zeros(n int64) io.Reader { return io.LimitReader(zero{}, n) }

type zero struct{}

func (zero) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func file(n int64) io.Reader {
	return io.MultiReader(strings.NewReader(upTo(sharing, mapped)), zeros(n), strings.NewReader(lastOfX))
}

func TestGoClientSeesRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.resolver.Share = func(_ context.Context, f upload.File) (string, error) {
		_, err := io.CopyN(io.Discard, f, 1<<20)
		return "", errors.Join(apierr.New(apierr.TooLong, "too large"), err)
	}
	for key, says := range map[string]string{"anna": "TOO_LONG", "bad": "UNAUTHENTICATED"} {
		for range 20 {
			if text, err := b.post(t.Context(), key, file(30<<20)); err != nil || !strings.Contains(text, says) {
				t.Errorf("got %s %v, want %s", text, err, says)
			}
		}
	}
}

func TestUploadsOfASession(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all := make([]*uploading, 4)
	for i := range all {
		all[i] = b.beginUpload(t, len(form("x")))
	}
	eventually(t, "the fifth to be refused", func() bool {
		answer, text := b.upload(t, form("x"))
		return answer.StatusCode == 429 && strings.Contains(text, "session-uploads") && strings.Contains(text, "THROTTLED") && answer.Header.Get("Retry-After") != ""
	})
	if answer, _ := b.upload(t, form("x"), "Authorization", "Bearer bert"); answer.StatusCode != 200 {
		t.Error("another's was refused")
	}
	all[0].send(form("x"))
	if answer, _ := all[0].answer(); answer.StatusCode != 200 {
		t.Error("got", answer.StatusCode)
	}
	_ = all[1].conn.Close()
	for range 10 {
		eventually(t, "a free place", func() bool { answer, _ := b.upload(t, form("x")); return answer.StatusCode == 200 })
	}
}

// A resolver may leave a goroutine behind that reads on: it gets an error, and the next request what is its own.
func TestAReaderThatIsLeftBehind(t *testing.T) {
	t.Parallel()
	b := setup(t)
	ended := make(chan error, 1)
	b.resolver.Share = func(_ context.Context, f upload.File) (string, error) {
		began := make(chan struct{})
		go func() {
			_, err := f.Read(make([]byte, 1))
			close(began)
			for err == nil {
				_, err = f.Read(make([]byte, 1))
			}
			ended <- err
		}()
		<-began
		return "left", nil
	}
	u := b.beginUpload(t, len(form("half"))+10)
	u.send(upTo(sharing, mapped) + "half")
	if answer, text := u.answer(); answer.StatusCode != 200 || !strings.Contains(text, "left") {
		t.Error("got", answer.StatusCode, text)
	}
	select { // though the client is there, and silent
	case err := <-ended:
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error("it ends with", err)
		}
	case <-time.After(patience):
		t.Error("it waits on")
	}
}

// Ten files at once are nowhere held whole. It is measured, so nothing else may run beside it.
func TestTenUploadsAtOnceTakeLittleMemory(t *testing.T) {
	const size, most = 24 << 20, 4 << 20
	b := setup(t, limit(func(l *limits.Limits) { l.SessionUploads = 0 }))
	want := sha256.New()
	_, _ = io.Copy(want, zeros(size))
	var all errgroup.Group
	half, proceed := make(chan struct{}), make(chan struct{})
	b.resolver.Share = func(_ context.Context, f upload.File) (string, error) {
		sum := sha256.New()
		if _, err := io.CopyN(sum, f, size/2); err != nil {
			return "", err
		}
		half <- struct{}{}
		<-proceed
		_, err := io.Copy(sum, f)
		return fmt.Sprintf("%x", sum.Sum(nil)), err
	}
	before := heap()
	for range 10 {
		all.Go(func() error {
			text, err := b.post(t.Context(), "anna", file(size))
			if err == nil && !strings.Contains(text, fmt.Sprintf("%x", want.Sum(nil))) {
				err = errors.New(text)
			}
			return err
		})
	}
	for range 10 {
		<-half
	}
	grown := heap() - before
	close(proceed)
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	t.Logf("%d bytes for ten uploads of %d, clients and all", grown, size)
	if grown > most {
		t.Errorf("ten uploads take %d bytes", grown)
	}
}
