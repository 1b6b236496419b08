package transport

import (
	"context"
	"mime"
	"net/http"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/internal/apierr"
)

const mediaForm = "multipart/form-data"

// preflight are headers, one of which an upload must have. A page of a foreign origin can have a browser send a form without
// asking us first, but none of these.
var preflight = []string{"Apollo-Require-Preflight", "X-Apollo-Operation-Name", "GraphQL-Preflight"}

// isMultipart tells whether the body is in parts. It is answered while it arrives.
func isMultipart(r *http.Request) bool {
	kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), "/")
	return r.Method == http.MethodPost && strings.EqualFold(strings.TrimSpace(kind), "multipart")
}

// boundary checks the request for an upload, and returns what is between its parts.
func (x *exchange) boundary() (string, error) {
	media, params, err := mime.ParseMediaType(x.r.Header.Get("Content-Type"))
	if err != nil || media != mediaForm || !slices.ContainsFunc(preflight, func(name string) bool { return x.r.Header.Get(name) != "" }) {
		return "", refuse(http.StatusUnsupportedMediaType, "Send the request as Content-Type: %s; or, with a file, as %s with the header %s: true.",
			mediaJSON, mediaForm, preflight[0])
	}
	const longest = 70 // RFC 2046
	if b := params["boundary"]; b != "" && len(b) <= longest {
		return b, nil
	}
	return "", refuse(http.StatusBadRequest, "The boundary of %s must have 1 to %d characters.", mediaForm, longest)
}

// upload executes an operation with a file, which its resolver reads while it arrives.
func (x *exchange) upload(ctx context.Context, session Session, boundary string) {
	leave, err := x.admit(session)
	if err != nil {
		x.refuse(ctx, err)
		return
	}
	defer leave()
	x.arrival.allow(0, x.h.Limits.Operation)
	params, variable, err := newForm(x.arrival, boundary, x.h.Limits.BodyBytes).upload(x.r.ContentLength)
	if err != nil {
		x.refuse(ctx, err)
		return
	}
	op, errs := x.h.engine.create(ctx, params, true)
	if len(errs) == 0 {
		errs = checkUpload(op, variable)
	}
	if len(errs) > 0 {
		x.refuse(ctx, errs...)
		return
	}
	x.write(http.StatusOK, encode(x.receive(ctx, session, op)))
}

// admit counts one more upload of the session.
func (x *exchange) admit(session Session) (leave func(), err error) {
	if session.Key == "" {
		return nil, &refusal{http.StatusUnauthorized, apierr.New(apierr.Unauthenticated, "Sign in to send files.")}
	}
	if x.accept.json == "" {
		return nil, refuse(http.StatusNotAcceptable, "A request with a file is answered as %s or %s.", mediaGraphQL, mediaJSON)
	}
	most := x.h.Limits.SessionUploads
	leave, ok := x.h.uploads.take(session.Key, most)
	if !ok {
		refused := apierr.New(apierr.Throttled, "There are %d files on their way with this access token, the most that are allowed "+
			"(limit %q): send this one when another has arrived.", most, "session-uploads").Over(most, most).After(retryConnection)
		return nil, &refusal{http.StatusTooManyRequests, refused}
	}
	return leave, nil
}

// checkUpload refuses operations in which a file cannot be read once.
func checkUpload(op *graphql.OperationContext, variable string) []error {
	if isSubscription(op) {
		return []error{apierr.New(apierr.BadUserInput, "A subscription takes no file.")}
	}
	if !usedOnce(op, variable) {
		return []error{apierr.New(apierr.BadUserInput,
			"The variable with the file must be used once in the operation, as an argument of a root field.")}
	}
	return nil
}

// usedOnce tells whether a variable is used in the arguments of a root field, and nowhere else.
func usedOnce(op *graphql.OperationContext, variable string) bool {
	all := variables{}
	for _, root := range op.Operation.SelectionSet {
		if field, plain := root.(*ast.Field); plain {
			for _, a := range field.Arguments {
				all.value(a.Value)
			}
		}
	}
	once := all[variable] == 1
	anywhere := variables{}
	known := anywhere.selection(op.Operation.SelectionSet, func(string, string) bool { return true })
	return once && known && anywhere[variable] == 1
}

// receive executes the operation. Its time stands still while it waits for the client; that time has a limit of its own. The
// client's leaving ends no operation that has all that it needs; but the credential's end does.
func (x *exchange) receive(ctx context.Context, session Session, op *graphql.OperationContext) *graphql.Response {
	ctx, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	defer cancel(nil)
	if session.Life != nil {
		defer context.AfterFunc(session.Life, func() { cancel(revoked()) })()
	}
	defer context.AfterFunc(ctx, func() { x.arrival.end(context.Cause(ctx)) })()
	work := newClock(x.h.Limits.Operation, func() { cancel(context.DeadlineExceeded) })
	defer work.stop()
	x.arrival.clock = work
	x.arrival.allow(x.h.Limits.Transfer, x.h.Limits.UploadTime)
	return x.h.engine.run(ctx, op)
}
