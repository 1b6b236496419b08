package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"
)

// stream is a client of graphql-sse, distinct connections.
type stream struct {
	in     *bufio.Reader
	cancel context.CancelFunc
	broken *ending // where the answer was no stream
	errors []refusal
}

// overStream subscribes over server-sent events.
func overStream(h *house, token, query string, variables vars) (subscription, error) {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, h.url()+"/graphql", bytes.NewReader(body))
	if err != nil {
		cancel()
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	response, err := h.client.Do(r) // cancelling closes the body
	if err != nil {
		cancel()
		return nil, err
	}
	s := &stream{in: bufio.NewReader(response.Body), cancel: cancel}
	if response.StatusCode != http.StatusOK {
		s.broken = &ending{}
		_ = json.NewDecoder(s.in).Decode(&struct{ Errors *[]refusal }{&s.broken.errors}) // what is none has none
	}
	return s, nil
}

func (s *stream) cut() { s.cancel() }

// next reads the next result. A stream that ends without complete is one to come back to: an *ending without anything.
func (s *stream) next() (json.RawMessage, error) {
	if s.broken != nil {
		return nil, s.broken
	}
	timer := time.AfterFunc(longEnough, s.cancel)
	defer timer.Stop()
	name, data := "", ""
	for {
		line, err := s.in.ReadString('\n')
		line = strings.TrimRight(line, "\n")
		switch {
		case errors.Is(err, io.EOF):
			return nil, &ending{errors: s.errors}
		case err != nil:
			return nil, fmt.Errorf("read a stream: %w", err)
		case strings.HasPrefix(line, "event:"):
			name = strings.TrimSpace(line[len("event:"):])
		case strings.HasPrefix(line, "data:"):
			data = strings.TrimSpace(line[len("data:"):])
		case line == "" && name == "complete":
			return nil, &ending{complete: true, errors: s.errors}
		case line == "" && name == "next":
			if !s.refuses(data) {
				return json.RawMessage(data), nil
			}
			name = ""
		}
	}
}

// refuses tells whether a result has errors and no data, as the last one of a stream that is refused.
func (s *stream) refuses(data string) bool {
	var result struct {
		Data   json.RawMessage
		Errors []refusal
	}
	if json.Unmarshal([]byte(data), &result) != nil || result.Data != nil || len(result.Errors) == 0 {
		return false
	}
	s.errors = result.Errors
	return true
}
