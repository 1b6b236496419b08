package graph

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/precheck"
	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/typeid"
)

// Presenter makes what a client sees of an error. It is the only place that knows gqlerror: what is not a refusal
// (package apierr) or a mistake in the document is logged under a request id, and shown as INTERNAL with that id.
//
// busy tells which errors of the inside mean that it is worth trying again soon.
func Presenter(log *slog.Logger, busy func(error) bool) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		shown := &gqlerror.Error{Path: graphql.GetPath(ctx)}
		if refusals := apierr.As(err); len(refusals) > 0 {
			return refused(shown, refusals[0])
		}
		if invalid := (*precheck.Invalid)(nil); errors.As(err, &invalid) {
			return mistaken(shown, err)
		}
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			return refused(shown, tooLong())
		case ctx.Err() == nil && busy(err):
			return refused(shown, tooBusy())
		}
		return broken(ctx, log, shown, err)
	}
}

func tooLong() *apierr.Error {
	return apierr.New(apierr.Throttled, "This took longer than an operation may take (limit operation). Try again, or ask for less.").After(time.Second)
}

func tooBusy() *apierr.Error {
	return apierr.New(apierr.Throttled, "Too many want this at the same moment. Try again.").After(time.Second)
}

func refused(shown *gqlerror.Error, e *apierr.Error) *gqlerror.Error {
	shown.Message = e.Message
	shown.Extensions = map[string]any{"code": e.Code}
	if e.RetryAfter > 0 {
		shown.Extensions["retryAfterMs"] = e.RetryAfter.Milliseconds()
	}
	if e.Limit != nil {
		shown.Extensions["limit"] = *e.Limit
	}
	return shown
}

// mistaken shows what is wrong with the document, which is the client's own.
func mistaken(shown *gqlerror.Error, err error) *gqlerror.Error {
	var document *gqlerror.Error
	if errors.As(err, &document) {
		shown.Message, shown.Locations = document.Message, document.Locations
		if at := document.Path.String(); at != "" { // of a variable, such as variable.input.to
			shown.Message = at + ": " + shown.Message
		}
	}
	shown.Extensions = map[string]any{"code": apierr.BadUserInput}
	return shown
}

func broken(ctx context.Context, log *slog.Logger, shown *gqlerror.Error, err error) *gqlerror.Error {
	requestID := typeid.New("req")
	attrs := []any{"requestId", requestID, "error", err}
	if p := (*transport.Panic)(nil); errors.As(err, &p) {
		attrs = append(attrs, "stack", string(p.Stack))
	}
	if ctx.Err() == nil && !errors.Is(err, context.Canceled) { // or the client has left, and what breaks then is nothing
		log.ErrorContext(ctx, "request failed", attrs...)
	}
	shown.Message = "Something went wrong on our side. Try again; if it stays, report the request id."
	shown.Extensions = map[string]any{"code": apierr.Internal, "requestId": requestID}
	return shown
}
