package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// vars are the variables or the input of an operation.
type vars map[string]any

// reply is what the server answered to an operation. It is not judged before the test says what it wants.
type reply struct {
	t      testing.TB
	err    error // of HTTP
	status int
	header http.Header
	body   []byte
	field  string // the root field that was asked for, from which paths begin

	Data   any
	Errors []refusal
}

// refusal is a GraphQL error, or a user error.
type refusal struct {
	Message    string
	Path       []any
	Extensions struct {
		Code         string
		RetryAfterMs float64
		RequestID    string
	}
	Code         string
	Field        []string
	Limit, Count int
	RoomID       string
}

// post sends a body to /graphql as a person's, with further headers in pairs.
func (h *house) post(token string, body []byte, headers ...string) *reply {
	a := &reply{t: h.t}
	r, err := http.NewRequest(http.MethodPost, h.url()+"/graphql", bytes.NewReader(body))
	if err != nil {
		a.err = err
		return a
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	response, err := h.client.Do(r)
	if err != nil {
		a.err = err
		return a
	}
	defer response.Body.Close()
	a.status, a.header = response.StatusCode, response.Header
	if a.body, a.err = io.ReadAll(response.Body); a.err == nil {
		a.err = json.Unmarshal(a.body, a)
	}
	h.checkErrors(a)
	return a
}

// checkErrors fails the test for an error that holds a secret.
func (h *house) checkErrors(a *reply) {
	for _, e := range append(a.Errors, a.userErrors()...) {
		h.checkLeak("an error", e.Message)
	}
}

// ask executes an operation.
func (h *house) ask(token, query string, variables vars) *reply {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return &reply{t: h.t, err: err}
	}
	return h.post(token, body)
}

// mutation is the document of a mutation with one input.
func mutation(field, selection string) string {
	return fmt.Sprintf("mutation ($input: %sInput!) { %s(input: $input) { %s userErrors { code message field limit count roomId } } }",
		strings.ToUpper(field[:1])+field[1:], field, selection)
}

// mutate executes a mutation.
func (h *house) mutate(token, field string, input vars, selection string) *reply {
	if input == nil {
		input = vars{}
	}
	a := h.ask(token, mutation(field, selection), vars{"input": input})
	a.field = field
	h.checkErrors(a)
	return a
}

// find returns what is at a path such as "room.messages.nodes.0.body", below the root field of a mutation; nil where
// there is nothing.
func (a *reply) find(path string) any {
	at := a.Data
	if a.field != "" {
		path = strings.TrimSuffix(a.field+"."+path, ".")
	}
	for name := range strings.SplitSeq(path, ".") {
		switch here := at.(type) {
		case map[string]any:
			at = here[name]
		case []any:
			i, err := strconv.Atoi(name)
			if err != nil || i >= len(here) {
				return nil
			}
			at = here[i]
		default:
			return nil
		}
	}
	return at
}

// text is the text at a path.
func (a *reply) text(path string) string {
	s, _ := a.find(path).(string)
	return s
}

// yes is whether what is at a path is true.
func (a *reply) yes(path string) bool {
	b, _ := a.find(path).(bool)
	return b
}

// texts are the texts at a path below each item of a list.
func (a *reply) texts(list, path string) []string {
	items, _ := a.find(list).([]any)
	all := make([]string, len(items))
	for i := range items {
		all[i] = a.text(fmt.Sprintf("%s.%d.%s", list, i, path))
	}
	return all
}

func (a *reply) userErrors() (all []refusal) {
	if a.field == "" {
		return nil
	}
	raw, _ := json.Marshal(a.find("userErrors"))
	_ = json.Unmarshal(raw, &all) // of null there are none
	return all
}

// isOK tells whether nothing was refused.
func (a *reply) isOK() bool { return a.err == nil && len(a.Errors) == 0 && len(a.userErrors()) == 0 }

// ok fails the test unless nothing was refused.
func (a *reply) ok() *reply {
	a.t.Helper()
	if !a.isOK() {
		a.t.Fatalf("refused: %v %d %s", a.err, a.status, a.body)
	}
	return a
}

// code is the code of the first refusal, and empty where there is none.
func (a *reply) code() string {
	if users := a.userErrors(); len(users) > 0 {
		return users[0].Code
	}
	if len(a.Errors) > 0 {
		return a.Errors[0].Extensions.Code
	}
	return ""
}

// refused fails the test unless there is exactly one user error, with the code and the path of the input.
func (a *reply) refused(code string, field ...string) refusal {
	a.t.Helper()
	users := a.userErrors()
	if len(users) != 1 || len(a.Errors) > 0 || users[0].Code != code || users[0].Message == "" || !slices.Equal(users[0].Field, field) {
		a.t.Fatalf("want %s on %v, got %v %s", code, field, a.err, a.body)
	}
	return users[0]
}

// failed fails the test unless there is exactly one GraphQL error, with the code.
func (a *reply) failed(code string) refusal {
	a.t.Helper()
	if len(a.Errors) != 1 || a.Errors[0].Extensions.Code != code || a.Errors[0].Message == "" {
		a.t.Fatalf("want %s, got %v %d %s", code, a.err, a.status, a.body)
	}
	return a.Errors[0]
}
