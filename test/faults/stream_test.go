package faults

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
	body   io.Closer
	cancel context.CancelFunc
	refuse *ending // what the answer said instead of streaming
}

// overStream subscribes over server-sent events.
func overStream(ctx context.Context, w *world, p *process, token string, variables vars) (subscription, error) {
	body, err := json.Marshal(map[string]any{"query": roomEvents, "variables": variables})
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.at()+"/graphql", bytes.NewReader(body))
	if err != nil {
		cancel()
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "text/event-stream")
	r.Header.Set("Authorization", "Bearer "+token)
	timer := time.AfterFunc(patience, cancel)
	defer timer.Stop()
	response, err := w.client.Do(r)
	if err != nil {
		cancel()
		return nil, err
	}
	s := &stream{in: bufio.NewReader(response.Body), body: response.Body, cancel: cancel}
	if response.StatusCode != http.StatusOK {
		defer s.cut()
		var answer struct{ Errors refused }
		if err := json.NewDecoder(s.in).Decode(&answer); err != nil {
			return nil, fmt.Errorf("HTTP %d: %w", response.StatusCode, err)
		}
		return nil, &ending{errors: answer.Errors}
	}
	return s, nil
}

func (s *stream) cut() {
	s.cancel()
	_ = s.body.Close()
}

// next implements subscription. A stream that ends without complete is one to come back to.
func (s *stream) next() (json.RawMessage, error) {
	timer := time.AfterFunc(patience, s.cancel)
	defer timer.Stop()
	name, data := "", ""
	for {
		line, err := s.in.ReadString('\n')
		line = strings.TrimRight(line, "\n")
		switch {
		case errors.Is(err, io.EOF):
			return nil, &ending{}
		case err != nil:
			return nil, fmt.Errorf("read a stream: %w", err)
		case strings.HasPrefix(line, "event:"):
			name = strings.TrimSpace(line[len("event:"):])
		case strings.HasPrefix(line, "data:"):
			data = strings.TrimSpace(line[len("data:"):])
		case line == "" && name == "complete":
			return nil, s.completed()
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
		Errors refused
	}
	if json.Unmarshal([]byte(data), &result) != nil || result.Data != nil || len(result.Errors) == 0 {
		return false
	}
	s.refuse = &ending{errors: result.Errors}
	return true
}

func (s *stream) completed() *ending {
	if s.refuse != nil {
		return s.refuse
	}
	return &ending{complete: true}
}
