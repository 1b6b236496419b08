package transport

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"runtime/debug"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/internal/apierr"
)

// Panic is a panic that was caught. Its text is of the inside: a presenter logs it and shows none of it.
type Panic struct {
	Value any
	Stack []byte
}

// Error implements error.
func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

func caught(value any) *Panic { return &Panic{Value: value, Stack: debug.Stack()} }

// survive is deferred where a goroutine of ours begins, for panics that no operation is answered with: in presenting
// another panic, say. It logs them, and end ends the connection instead of the process.
func (h *Handler) survive(ctx context.Context, end func()) {
	if value := recover(); value != nil {
		p := caught(value)
		h.Logger.ErrorContext(ctx, "a connection ends", "error", p, "stack", string(p.Stack))
		end()
	}
}

// refusal is a request that is refused for what it is in HTTP, before GraphQL comes into it.
type refusal struct {
	status int
	err    *apierr.Error
}

func (r *refusal) Error() string { return r.err.Error() }

func (r *refusal) Unwrap() error { return r.err }

func refuse(status int, format string, args ...any) error {
	code := apierr.BadUserInput
	if status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable {
		code = apierr.Throttled
	}
	return &refusal{status, apierr.New(code, format, args...)}
}

// unauthenticated turns the error of Authenticate into a refusal, unless it is a fault of ours.
func unauthenticated(err error) error {
	for _, refused := range apierr.As(err) {
		switch refused.Code {
		case apierr.Forbidden:
			return &refusal{http.StatusForbidden, refused}
		case apierr.Throttled:
			return &refusal{http.StatusTooManyRequests, refused}
		default:
			return &refusal{http.StatusUnauthorized, refused}
		}
	}
	return err
}

// isRequestError tells whether err is about the operation that was asked for, and not a fault of ours.
func isRequestError(err error) bool {
	var shown *gqlerror.Error
	return errors.As(err, &shown) || len(apierr.As(err)) > 0
}

// revoked is why a stream ends when its credential does.
func revoked() error {
	return apierr.New(apierr.Unauthenticated, "The access token has ended: sign in again.")
}
