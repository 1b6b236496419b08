package simulator

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"

	"parley/ent/delivery"
	"parley/internal/notify"
)

// bodyBytes is the most that a request may hold.
const bodyBytes = 64 << 10

// Handler returns the simulator's HTTP surface: GET /simulator/channels and /simulator/messages, POST /simulator/sms
// where it stands in for a carrier, and POST /simulator/status. What a customer texts and what the carrier reports goes
// to the receiver.
func (s *Simulator) Handler(to notify.Receiver) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /simulator/channels", s.answer(func(*http.Request) (any, error) { return s.channels, nil }))
	mux.HandleFunc("GET /simulator/messages", s.answer(s.list))
	if slices.Contains(s.channels, delivery.ChannelSMS) {
		mux.HandleFunc("POST /simulator/sms", s.answer(func(r *http.Request) (any, error) { return s.text(r, to) }))
	}
	mux.HandleFunc("POST /simulator/status", s.answer(func(r *http.Request) (any, error) { return s.status(r, to) }))
	return mux
}

// badInput is a refusal: the HTTP status and a sentence that says what was wrong.
type badInput struct {
	status   int
	sentence string
}

func (e badInput) Error() string { return e.sentence }

func bad(sentence string) error { return badInput{http.StatusBadRequest, sentence} }

// answer makes a handler of a function that returns what to show.
func (s *Simulator) answer(f func(*http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, bodyBytes)
		result, err := f(r)
		status := http.StatusOK
		if err != nil {
			var refusal badInput
			if !errors.As(err, &refusal) {
				refusal = s.broken(r.Context(), err)
			}
			status, result = refusal.status, map[string]string{"error": refusal.sentence}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(result) // a client that left cannot be helped
	}
}

func (s *Simulator) broken(ctx context.Context, err error) badInput {
	if ctx.Err() == nil {
		s.log.ErrorContext(ctx, "simulator", "error", err)
	}
	return badInput{http.StatusInternalServerError, "The simulator could not do this; try again."}
}

// read decodes a JSON body. Other content types are refused, since a form of a foreign origin can send those.
func read(r *http.Request, into any) error {
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || kind != "application/json" {
		return badInput{http.StatusUnsupportedMediaType, "Send JSON, with the header Content-Type: application/json."}
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return badInput{http.StatusRequestEntityTooLarge, "The body is too large; 64 KB is the most."}
	}
	if err != nil {
		return bad("The body could not be read.")
	}
	if err := json.Unmarshal(body, into); err != nil {
		return bad("The body is not the JSON object that is wanted here, with strings in it.")
	}
	return nil
}
