// Package bare is servers that do nothing but hand a message to everyone connected: no GraphQL, no database, nobody who
// signs in. They say how fast a broadcast can be, and how fast it is as people usually write it.
package bare

import (
	"fmt"
	"io"
	"net"
	"net/http"
)

// Path is where a message is posted; its body is the text.
const Path = "/send"

// broadcaster is a way to broadcast.
type broadcaster interface {
	// join makes a WebSocket of the request, and sends it hello, then all that is broadcast.
	join(w http.ResponseWriter, r *http.Request) error
	broadcast(message []byte)
}

// Limit returns the fastest server that Go makes: see limit.
func Limit() http.Handler { return handler(newLimit()) }

// Gorilla returns a server after gorilla/websocket's chat example: see hub.
func Gorilla() http.Handler { return handler(newHub()) }

func handler(b broadcaster) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /graphql", func(w http.ResponseWriter, r *http.Request) {
		if err := b.join(w, r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
	mux.HandleFunc("POST "+Path, func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		b.broadcast(message(text))
		_, _ = io.WriteString(w, "{}") // a sender that left needs no answer
	})
	return mux
}

// hello is what a subscription begins with, in the form of a CaughtUp.
const hello = `{"id":"1","type":"next","payload":{"data":{"roomEvents":{}}}}`

// message is the text as the others send it, with values of the same length where they differ.
func message(text []byte) []byte {
	return fmt.Appendf(nil, `{"id":"1","type":"next","payload":{"data":{"roomEvents":{"cursor":"0000000g00000000000000000000000g",`+
		`"occurredAt":"2026-03-01T09:30:00.123456Z","message":{"id":"msg_01h455vb4pex5vsknk084sn02q","body":"%s",`+
		`"sentAt":"2026-03-01T09:30:00.123456Z","author":{"__typename":"Member","firstName":"Ari"}}}}}}`, text)
}

// Serve serves until the process ends.
func Serve(h http.Handler, announce func(address string)) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	announce(listener.Addr().String())
	return http.Serve(listener, h)
}
