package transport

import (
	"context"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/internal/apierr"
)

// exchange is one HTTP request and its response.
type exchange struct {
	h      *Handler
	w      http.ResponseWriter
	r      *http.Request
	accept accept

	arrival *arrival // of a body in parts
	streams bool     // the connection is used for nothing else afterwards
}

func (x *exchange) serve() {
	boundary, err := x.checkRequest()
	if err != nil {
		x.refuse(x.r.Context(), err)
		return
	}
	ctx, session, err := x.h.authenticate(x.r.Context(), x.r.Header.Get("Authorization"))
	if err != nil {
		x.refuse(x.r.Context(), err)
		return
	}
	if x.arrival != nil {
		x.upload(ctx, session, boundary)
		return
	}
	params, err := x.params()
	if err != nil {
		x.refuse(ctx, err)
		return
	}
	op, errs := x.h.engine.create(ctx, params, session.Key != "")
	if len(errs) == 0 {
		errs = x.checkOperation(op)
	}
	if len(errs) > 0 {
		x.refuse(ctx, errs...)
		return
	}
	x.execute(ctx, session, op)
}

func (x *exchange) execute(ctx context.Context, session Session, op *graphql.OperationContext) {
	if isSubscription(op) || x.accept.json == "" {
		x.stream(ctx, session, op)
		return
	}
	x.write(http.StatusOK, encode(x.h.engine.single(ctx, op)))
}

// checkRequest returns the boundary between the parts of the body, if there are any.
func (x *exchange) checkRequest() (boundary string, err error) {
	if x.r.Method != http.MethodGet && x.r.Method != http.MethodPost {
		x.w.Header().Set("Allow", "GET, POST")
		return "", refuse(http.StatusMethodNotAllowed, "Send operations by POST, or queries by GET.")
	}
	if x.accept.nothing() {
		return "", refuse(http.StatusNotAcceptable, "Answers are %s, %s or %s.", mediaGraphQL, mediaJSON, mediaStream)
	}
	if x.arrival != nil {
		return x.boundary()
	}
	return "", nil
}

func (x *exchange) checkOperation(op *graphql.OperationContext) []error {
	if x.r.Method == http.MethodGet && op.Operation.Operation == ast.Mutation {
		x.w.Header().Set("Allow", "POST")
		return []error{refuse(http.StatusMethodNotAllowed, "Send mutations by POST: a GET changes nothing.")}
	}
	if isSubscription(op) && !x.accept.stream {
		return []error{apierr.New(apierr.BadUserInput, "Subscriptions are served over WebSocket with the "+
			"subprotocol %s, or as server-sent events with Accept: %s.", subprotocol, mediaStream)}
	}
	return nil
}

// authenticate is Options.Authenticate with the session's key put into the context.
func (h *Handler) authenticate(ctx context.Context, authorization string) (context.Context, Session, error) {
	viewed, session, err := h.Authenticate(ctx, authorization)
	if err != nil {
		return nil, Session{}, unauthenticated(err)
	}
	return withSession(viewed, session.Key), session, nil
}

// refuse answers with request errors, which have no data.
func (x *exchange) refuse(ctx context.Context, errs ...error) {
	status := x.status(errs[0])
	for _, refused := range apierr.As(errs[0]) {
		if refused.RetryAfter > 0 {
			x.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(refused.RetryAfter.Seconds()))))
		}
	}
	answer := x.h.engine.failure(ctx, errs...)
	if x.accept.json == "" && x.accept.stream && status < http.StatusMultipleChoices {
		x.streamOnce(encode(answer))
		return
	}
	x.write(status, encode(answer))
}

// status is the status for an error. For what is wrong with the GraphQL in a good HTTP request it depends on the
// media type: with application/json, and in a stream, such answers are 200, as they have always been.
func (x *exchange) status(err error) int {
	var inHTTP *refusal
	if errors.As(err, &inHTTP) {
		return inHTTP.status
	}
	if isRequestError(err) {
		if x.accept.json == mediaGraphQL {
			return http.StatusBadRequest
		}
		return http.StatusOK
	}
	return http.StatusInternalServerError
}

func (x *exchange) write(status int, body []byte) {
	media := x.accept.json
	if media == "" {
		media = mediaGraphQL
	}
	header := x.w.Header()
	header.Set("Content-Type", media+"; charset=utf-8")
	header.Set("Content-Length", strconv.Itoa(len(body)))
	header.Set("Cache-Control", "no-store")
	header.Set("X-Content-Type-Options", "nosniff")
	if x.arrival != nil && !x.arrival.whole() && x.r.ProtoMajor == 1 {
		header.Set("Connection", "close")
	}
	_ = x.within(func() error { // if it fails, the client has gone, and net/http closes the connection
		x.w.WriteHeader(status)
		_, err := x.w.Write(body)
		return err
	})
}

// within bounds the time for a write. The deadline is of the connection, so it is lifted again if something else
// may be asked over it. A writer without deadlines is one of a test.
func (x *exchange) within(write func() error) error {
	control := http.NewResponseController(x.w)
	_ = control.SetWriteDeadline(deadline(x.h.Limits.SocketWrite))
	if err := errors.Join(write(), control.Flush()); err != nil {
		return err
	}
	if !x.streams {
		_ = control.SetWriteDeadline(time.Time{})
	}
	return nil
}

// deadline is d from now, and never for 0.
func deadline(d time.Duration) time.Time {
	if d == 0 {
		return time.Time{}
	}
	return time.Now().Add(d)
}

// recovered answers a panic on our side of the executor.
func (x *exchange) recovered() {
	value := recover()
	if value == nil {
		return
	}
	if value == http.ErrAbortHandler {
		panic(value)
	}
	x.refuse(x.r.Context(), caught(value))
}
