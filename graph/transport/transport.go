// Package transport serves GraphQL over HTTP, over WebSocket (graphql-transport-ws) and over server-sent events
// (graphql-sse, distinct connections).
//
// It guarantees that
//   - nothing is parsed, validated or executed before its size is known (package precheck);
//   - a query or mutation ends at limits.Operation, on every transport;
//   - a file (upload.File) is handed to its resolver while it arrives, and is nowhere held whole. Whatever can be refused is
//     refused before the file is read, and answered while it is still being sent. Only time without a byte, and limits.UploadTime
//     for all of them, end an operation that waits for its client;
//   - subscribers of one thing who ask for the same, and may see the same, share: what happens is executed once for all
//     of them, as nobody but their audience, and the same bytes go to each (group);
//   - a write never waits for another client: what a client has not read yet waits in a queue of its own, bounded
//     in bytes, and who exceeds it is cut off in a way after which clients come back;
//   - a connection ends at once when its credential does, and what was waiting in its queue is not sent;
//   - counts of connections, by session and by address before sign-in, go back to zero;
//   - errors and logs contain nothing of a request's body.
//
// Close codes of a WebSocket. Clients that keep to graphql-ws come back after 1012, 1013, 4403 and 4408, and give
// up after all others.
//
//	1002, 1007, 1009  not WebSocket, not UTF-8, a message too large
//	1012              the server restarts
//	1013              try again later: too slow a reader, too many connections, or no way to check the credential
//	4400              not a message of the protocol
//	4401              subscribed before connection_ack; or the credential was revoked or has expired: get a new one
//	4403              connection_init with a credential that is refused
//	4406              the client does not offer graphql-transport-ws
//	4408              no connection_init in time
//	4409              the id is in use
//	4429              a second connection_init
//	4500              a fault of ours
//
// The package does not know what the schema means, who may do what, or how errors are worded: that is
// Options.Authenticate, Options.Present and the resolvers.
package transport

import (
	"context"
	"log/slog"
	"net/http"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/internal/limits"
)

// Options are what a Handler needs from the rest of the server. All functions must be given.
type Options struct {
	Limits limits.Limits

	// Authenticate turns an Authorization value ("" for none) into a context that carries the viewer, derived
	// from the one given, and the session. An *apierr.Error is a refusal; any other error means that the
	// credential could not be checked, and clients are told to try again. It bounds its own time.
	Authenticate func(ctx context.Context, authorization string) (context.Context, Session, error)

	// Present turns any error into the one that is shown. It gets *apierr.Error and *precheck.Invalid, wrapped,
	// for what this package refuses, and *Panic for a panic.
	Present func(ctx context.Context, err error) *gqlerror.Error

	// Audience tells to whom else the results of the viewer's subscriptions may be shown; false where to nobody.
	Audience func(ctx context.Context) (Audience, bool)

	// Shareable tells whether a field, of an object or interface, may be in a result that is shared by an audience: what
	// it resolves to depends on the object and the audience alone.
	Shareable func(object, field string) bool

	// AllowOrigin tells whether a browser's page may open a WebSocket.
	AllowOrigin func(r *http.Request) bool

	// Address is the client's address, by which connections without a session are counted.
	Address func(r *http.Request) string

	Logger *slog.Logger

	// GuessFields are the root fields that are limited to limits.GuessFields in one operation.
	GuessFields []string

	// Suggestions lets validation errors name fields and types that the client may have meant.
	Suggestions bool

	// Extensions are used with gqlgen's executor.
	Extensions []graphql.HandlerExtension
}

// Session is what a credential stands for.
type Session struct {
	// Key is the same for all connections with the same credential, and empty for nobody.
	Key string
	// Life is done when the credential is revoked or has expired; nil if that cannot happen. A context and not
	// a channel, because waiting for it then costs no goroutine per connection.
	Life context.Context
	// Hold is called when a connection streams, and what it returns when that connection is gone: a WebSocket from
	// connection_init on, a stream of events. It is not called for what ends by itself; nil if nobody needs to know.
	Hold func() (release func())
}

// Handler serves one schema. Make it with New.
type Handler struct {
	Options
	engine    *engine
	sessions  *counts
	addresses *counts
	uploads   *counts
	live      *live
	buffers   *buffers
	groups    *groups
	writers   []*writer
}

// New returns a handler for the schema. Shutdown ends it.
func New(schema graphql.ExecutableSchema, o Options) *Handler {
	h := &Handler{
		Options:   o,
		engine:    newEngine(schema, o),
		sessions:  newCounts(),
		addresses: newCounts(),
		uploads:   newCounts(),
		live:      newLive(),
		buffers:   newBuffers(),
	}
	h.groups, h.writers = newGroups(h), newWriters(h)
	return h
}

// ServeHTTP implements http.Handler.
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	ctx := withClient(r.Context(), client{address: h.Address(r)})
	x := &exchange{h: h, w: w, r: r.WithContext(ctx), accept: parseAccept(r.Header.Values("Accept"))}
	if isMultipart(r) {
		x.arrival = newArrival(w, r)
		defer x.arrival.skip(h.Limits.Transfer) // behind the answer, whatever it is
	}
	defer x.recovered()
	if isUpgrade(r) {
		x.upgrade()
		return
	}
	x.serve()
}

// Shutdown tells the clients of all sockets and streams to come back, lets the queries and mutations of sockets end,
// and waits until the last of these connections is gone. When ctx ends before, it cuts them off. New ones are refused
// from now on. Other requests are the HTTP server's, whose Shutdown refuses and waits for them: call both at once.
func (h *Handler) Shutdown(ctx context.Context) error {
	h.groups.close()
	return h.live.shutdown(ctx)
}

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}
