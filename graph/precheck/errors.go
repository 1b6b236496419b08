package precheck

import (
	"errors"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/internal/apierr"
)

// Invalid is the cause of an error about a document, or about variables, that are not good GraphQL. The error
// that wraps it is a *gqlerror.Error whose message and locations may be shown.
type Invalid struct {
	// Code is what GraphQL servers commonly put into extensions.code.
	Code string
}

// The codes of Invalid.
const (
	ParseFailed      = "GRAPHQL_PARSE_FAILED"
	ValidationFailed = "GRAPHQL_VALIDATION_FAILED"
)

// Error implements error.
func (i *Invalid) Error() string { return i.Code }

// AsInvalid marks an error of gqlparser as one about the document or its variables.
func AsInvalid(e *gqlerror.Error) *gqlerror.Error {
	e.Err = &Invalid{Code: ValidationFailed}
	return e
}

func invalid(at *ast.Position, message string) error {
	e := &gqlerror.Error{Message: message}
	if at != nil {
		e.Locations = []gqlerror.Location{{Line: at.Line, Column: at.Column}}
	}
	return AsInvalid(e)
}

func unparsable(err error) error {
	var e *gqlerror.Error
	if !errors.As(err, &e) {
		return invalid(nil, "The document cannot be parsed.")
	}
	e.Err = &Invalid{Code: ParseFailed}
	e.Message, _, _ = strings.Cut(e.Message, `String "`) // what follows may be a password
	return e
}

// over is for what is counted exactly, atMost for what is counted no further than the limit.
func over(what, limit string, most, n int) error {
	if most == 0 || n <= most {
		return nil
	}
	return apierr.New(apierr.QueryTooComplex,
		"The query has %d %s; at most %d are allowed (limit %q).", n, what, most, limit).Over(most, n)
}

func atMost(what, limit string, most, n int) error {
	if most == 0 || n <= most {
		return nil
	}
	return apierr.New(apierr.QueryTooComplex,
		"The query has more than %d %s, the most that are allowed (limit %q).", most, what, limit).Over(most, n)
}
