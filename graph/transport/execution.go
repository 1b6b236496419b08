package transport

import (
	"context"
	"errors"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/internal/feed"
)

// execution is a subscription that is being executed: it makes encoded results of what a feed gives. It is for one
// goroutine.
type execution struct {
	engine  *engine
	ctx     context.Context
	respond graphql.ResponseHandler
	follows *following
}

// begin calls the resolver, which says what is followed. Where a feed is given it is executed for a group, and the
// resolver is not asked.
func (e *engine) begin(ctx context.Context, op *graphql.OperationContext, given *feed.Feed[any]) (*execution, gqlerror.List) {
	x := &execution{engine: e, follows: &following{feed: given}}
	x.respond, x.ctx = e.executor.DispatchOperation(context.WithValue(ctx, followingKey{}, x.follows), op)
	if x.follows.put != nil {
		return x, nil
	}
	over, cancel := context.WithCancel(x.ctx)
	cancel() // a channel that is not of Follow is not waited for
	if refused := x.respond(over); refused != nil && len(refused.Errors) > 0 {
		return nil, refused.Errors
	}
	return nil, e.presented(ctx, []error{errors.Join(errors.New("the resolver of a subscription does not Follow"), ctx.Err())})
}

// result makes the encoded result of one value; nil where ctx has ended.
func (x *execution) result(value any) []byte {
	if x.ctx.Err() != nil { // nobody takes the value out
		return nil
	}
	x.follows.put(value)
	if r := x.respond(x.ctx); r != nil {
		return encode(r)
	}
	return nil
}

// again is the same operation, to be executed beside the first: parts of a graphql.OperationContext belong to one
// execution.
func again(op *graphql.OperationContext) *graphql.OperationContext {
	return &graphql.OperationContext{
		RawQuery: op.RawQuery, Variables: op.Variables, OperationName: op.OperationName, Doc: op.Doc, Operation: op.Operation,
		DisableIntrospection: op.DisableIntrospection, RecoverFunc: op.RecoverFunc,
		ResolverMiddleware: op.ResolverMiddleware, RootResolverMiddleware: op.RootResolverMiddleware,
	}
}
