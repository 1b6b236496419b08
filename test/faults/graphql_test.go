package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// vars are the variables or the input of an operation.
type vars map[string]any

// refusal is a GraphQL error, or a user error.
type refusal struct {
	Message    string
	Code       string // of a user error
	Extensions struct{ Code string }
}

func (r refusal) code() string { return r.Code + r.Extensions.Code }

// refused is an answer that says no.
type refused []refusal

// Error implements error.
func (r refused) Error() string { return fmt.Sprintf("refused: %s %s", r[0].code(), r[0].Message) }

// isRefused tells whether the answer says no for the reason.
func isRefused(err error, code string) bool {
	var r refused
	return errors.As(err, &r) && r[0].code() == code
}

// attempt is how long a client waits for one answer; who writes tries another process sooner.
const (
	attempt        = 5 * time.Second
	writersAttempt = 1500 * time.Millisecond
)

// ask executes an operation at a process and decodes its data. An error other than refused leaves open what happened.
func (w *world) ask(ctx context.Context, p *process, token, query string, variables vars, data any) error {
	ctx, cancel := context.WithTimeout(ctx, attempt)
	defer cancel()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.at()+"/graphql", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var answer struct {
		Data   json.RawMessage
		Errors refused
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return fmt.Errorf("HTTP %d: %w", response.StatusCode, err)
	}
	if len(answer.Errors) > 0 {
		return answer.Errors
	}
	return json.Unmarshal(answer.Data, data)
}

// mutate executes a mutation with one input and decodes its payload.
func (w *world) mutate(ctx context.Context, p *process, token, field string, input vars, selection string, payload any) error {
	query := fmt.Sprintf("mutation ($input: %sInput!) { it: %s(input: $input) { %s userErrors { code message } } }",
		strings.ToUpper(field[:1])+field[1:], field, selection)
	var data struct{ It json.RawMessage }
	if err := w.ask(ctx, p, token, query, vars{"input": input}, &data); err != nil {
		return err
	}
	var users struct{ UserErrors refused }
	if err := json.Unmarshal(data.It, &users); err != nil {
		return err
	}
	if len(users.UserErrors) > 0 {
		return users.UserErrors
	}
	return json.Unmarshal(data.It, payload)
}

// insist repeats a mutation with an idempotency key, at one process after the other, until it is answered with a result.
func (w *world) insist(ctx context.Context, first int, field string, input vars, selection string, payload any) error {
	var err error
	for i := first; ctx.Err() == nil; i++ {
		if err = w.mutate(ctx, w.process(i), w.token, field, input, selection, payload); err == nil {
			return nil
		}
		w.rest(ctx)
	}
	return fmt.Errorf("%s was not answered in time: %w", field, err)
}
