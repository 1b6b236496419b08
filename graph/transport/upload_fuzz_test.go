package transport_test

import (
	"bytes"
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"parley/internal/upload"
)

// Whatever a body is, it is refused or has a file; and the file that is whole is the one that mime/multipart finds, behind
// operations and map, and before nothing.
func FuzzUpload(f *testing.F) {
	b := setup(f)
	for _, body := range []string{
		form(wholeFile), form(""), form("\r\n--x-\r\n"), form("\r\n--x y"), form(fileHead), strings.ReplaceAll(form(wholeFile), "\r\n", "\n"),
		upTo(`{"query":"mutation($i:ShareInput!){shareIn(input:$i)}","variables":{"i":{"files":[null,{}]}}}`, `{"0":["variables.i.files.0"]}`) + lastOfX,
		upTo(`{"query":"mutation($f:[Upload!]!){shareFirst(files:$f)}","variables":{"f":null}}`, mapped) + "x" + lastOfX,
		upTo(sharing, `{"0":["variables.f"],"1":[]}`) + lastOfX, upTo(sharing, `{"":[""]}`), upTo("["+sharing+"]", `null`) + lastOfX,
		"a\r\n" + form("x") + "y", "--x--", "--x\r\n\r\n", "",
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var got []byte
		var failed error
		read := false
		b.resolver.Share = func(_ context.Context, f upload.File) (string, error) {
			read = true
			got, failed = io.ReadAll(f)
			return "", failed
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		for name, value := range map[string]string{"Content-Type": formX, "Apollo-Require-Preflight": "1", "Authorization": "Bearer anna"} {
			r.Header.Set(name, value)
		}
		w := httptest.NewRecorder()
		b.handler.ServeHTTP(w, r)
		if strings.Contains(w.Body.String(), "INTERNAL") {
			t.Errorf("%d %s", w.Code, w.Body)
		}
		if want, whole := threeParts(body); read && failed == nil && (!whole || !bytes.Equal(got, want)) {
			t.Errorf("got %q, want %q (%v)", got, want, whole)
		}
	})
}

// threeParts is the last of three parts.
func threeParts(body string) (last []byte, whole bool) {
	parts := multipart.NewReader(strings.NewReader(body), "x")
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		if err != nil {
			return last, err == io.EOF && n == 3
		}
		if last, err = io.ReadAll(part); err != nil {
			return nil, false
		}
	}
}
