package transport

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// params reads the operation that a request asks for. What is wrong with it is said without showing any of it.
func (x *exchange) params() (*graphql.RawParams, error) {
	if x.r.Method == http.MethodGet {
		return queryParams(x.r.URL.Query())
	}
	media, charset, err := contentType(x.r)
	if err != nil || media != mediaJSON || !isUTF8(charset) {
		return nil, refuse(http.StatusUnsupportedMediaType, "Send the request as Content-Type: application/json.")
	}
	body, err := x.body()
	if err != nil {
		return nil, err
	}
	return decodeParams(body, "request body")
}

func contentType(r *http.Request) (media, charset string, err error) {
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	return media, params["charset"], err
}

func isUTF8(charset string) bool { return charset == "" || strings.EqualFold(charset, "utf-8") }

// body reads the body, as far as the limit and for as long as an operation may take.
func (x *exchange) body() ([]byte, error) {
	control := http.NewResponseController(x.w)
	_ = control.SetReadDeadline(deadline(x.h.Limits.Operation))
	reader := x.r.Body
	most := x.h.Limits.BodyBytes
	if most > 0 {
		reader = http.MaxBytesReader(x.w, reader, int64(most))
	}
	body, err := io.ReadAll(reader)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, refuse(http.StatusRequestEntityTooLarge,
			"The request body has more than %d bytes, the most that are allowed (limit %q).", most, "body-bytes")
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "The request body did not arrive.")
	}
	_ = control.SetReadDeadline(time.Time{}) // only now: net/http reads what is left of a body that did not arrive
	return body, nil
}

func queryParams(query url.Values) (*graphql.RawParams, error) {
	p := &graphql.RawParams{Query: query.Get("query"), OperationName: query.Get("operationName")}
	for name, into := range map[string]*map[string]any{"variables": &p.Variables, "extensions": &p.Extensions} {
		if query.Get(name) == "" {
			continue
		}
		if err := unmarshal([]byte(query.Get(name)), into); err != nil {
			return nil, refuse(http.StatusBadRequest, "The parameter %s must be a JSON object.", name)
		}
	}
	if p.Query == "" {
		return nil, refuse(http.StatusBadRequest, "The parameter query is missing.")
	}
	return p, nil
}

// decodeParams reads the JSON of an operation, of what is named.
func decodeParams(body []byte, of string) (*graphql.RawParams, error) {
	if !utf8.Valid(body) { // the decoder would replace what is not, and change what was said
		return nil, refuse(http.StatusBadRequest, "The %s is not UTF-8.", of)
	}
	if body = bytes.TrimSpace(body); len(body) > 0 && body[0] == '[' {
		return nil, refuse(http.StatusBadRequest,
			"Batches of operations are not supported: send each operation as a request of its own.")
	}
	p := &graphql.RawParams{}
	err := unmarshal(body, p)
	var wrong *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrong) && wrong.Field == "":
		return nil, refuse(http.StatusBadRequest, "The %s must be a JSON object.", of)
	case errors.As(err, &wrong):
		return nil, refuse(http.StatusBadRequest,
			"In the %s query and operationName must be strings, variables and extensions objects.", of)
	case err != nil:
		return nil, refuse(http.StatusBadRequest, "The %s is not JSON.", of)
	case p.Query == "":
		return nil, refuse(http.StatusBadRequest, "The request has no query.")
	}
	return p, nil
}

// unmarshal decodes one JSON value and keeps numbers as they are written.
func unmarshal(b []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return errors.New("more than one JSON value")
	}
	return nil
}
