package transport

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/errcode"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/precheck"
	"parley/internal/limits"
)

// engine makes operations of requests and executes them. It is what all transports have in common, and the one
// place that knows gqlgen's executor.
type engine struct {
	executor *executor.Executor
	check    *precheck.Checker
	present  graphql.ErrorPresenterFunc
	deadline time.Duration
}

func newEngine(schema graphql.ExecutableSchema, o Options) *engine {
	e := executor.New(schema)
	present := presenter(o.Present)
	e.SetErrorPresenter(present)
	e.SetRecoverFunc(func(_ context.Context, value any) error { return caught(value) })
	e.SetQueryCache(checked{})
	for _, x := range o.Extensions {
		e.Use(x)
	}
	check := precheck.New(schema.Schema(), precheck.Options{
		Limits: o.Limits, GuessFields: o.GuessFields, Suggestions: o.Suggestions,
	})
	return &engine{executor: e, check: check, present: present, deadline: o.Limits.Operation}
}

// presenter tells the one given of what has ended an operation, too: what breaks then breaks because of that.
func presenter(present graphql.ErrorPresenterFunc) graphql.ErrorPresenterFunc {
	return func(ctx context.Context, err error) *gqlerror.Error {
		if cause := context.Cause(ctx); cause != nil {
			err = errors.Join(err, cause)
		}
		return present(ctx, err)
	}
}

type documentKey struct{}

// checked hands the executor the document that was checked, so that it parses and validates nothing itself.
type checked struct{}

func (checked) Get(ctx context.Context, _ string) (*ast.QueryDocument, bool) {
	doc, ok := ctx.Value(documentKey{}).(*ast.QueryDocument)
	return doc, ok
}

func (checked) Add(context.Context, string, *ast.QueryDocument) {}

// create makes an operation of a request, or says why it is refused.
func (e *engine) create(
	ctx context.Context, params *graphql.RawParams, signedIn bool,
) (op *graphql.OperationContext, errs []error) {
	defer func() {
		if value := recover(); value != nil {
			op, errs = nil, []error{caught(value)}
		}
	}()
	doc, errs := e.check.Document(params.Query, signedIn)
	if len(errs) > 0 {
		return nil, errs
	}
	if err := e.check.Variables(params.Variables); err != nil {
		return nil, []error{err}
	}
	if _, err := e.check.Operation(doc, params.OperationName); err != nil {
		return nil, []error{err}
	}
	ctx = context.WithValue(graphql.StartOperationTrace(ctx), documentKey{}, doc)
	op, list := e.executor.CreateOperationContext(ctx, params)
	if len(list) > 0 {
		return nil, refused(list)
	}
	if err := e.check.Cost(doc, op.Operation, op.Variables); err != nil {
		return nil, []error{err}
	}
	op.DisableIntrospection = false
	return op, nil
}

func refused(list gqlerror.List) []error {
	errs := make([]error, 0, len(list))
	for _, err := range list {
		if err.Err == nil && err.Extensions["code"] == errcode.ValidationFailed {
			err = precheck.AsInvalid(err)
		}
		errs = append(errs, err)
	}
	return errs
}

// single executes a query or mutation within its time.
func (e *engine) single(ctx context.Context, op *graphql.OperationContext) *graphql.Response {
	ctx, cancel := limits.Within(ctx, e.deadline)
	defer cancel()
	return e.run(ctx, op)
}

// run executes a query or mutation.
func (e *engine) run(ctx context.Context, op *graphql.OperationContext) (answer *graphql.Response) {
	defer func() {
		if value := recover(); value != nil {
			answer = e.failure(ctx, caught(value))
		}
	}()
	respond, ctx := e.executor.DispatchOperation(ctx, op)
	if answer = respond(ctx); answer != nil {
		return answer
	}
	return e.failure(ctx, errors.New("no answer"))
}

func (e *engine) failure(ctx context.Context, errs ...error) *graphql.Response {
	return &graphql.Response{Errors: e.presented(ctx, errs)}
}

func (e *engine) presented(ctx context.Context, errs []error) gqlerror.List {
	list := make(gqlerror.List, 0, len(errs))
	for _, err := range errs {
		if shown := e.present(ctx, err); shown != nil {
			list = append(list, shown)
		}
	}
	return list
}

// errors are encoded GraphQL errors.
func (e *engine) errors(ctx context.Context, errs ...error) []byte {
	return encodeErrors(e.presented(ctx, errs))
}

func isSubscription(op *graphql.OperationContext) bool {
	return op.Operation.Operation == ast.Subscription
}
