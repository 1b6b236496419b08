package transport

import (
	"context"
	"sync/atomic"
)

type clientKey struct{}

// client is what resolvers may know of who asks, apart from the viewer.
type client struct {
	address string
	session string
}

func withClient(ctx context.Context, c client) context.Context {
	return context.WithValue(ctx, clientKey{}, c)
}

func clientOf(ctx context.Context) client {
	c, _ := ctx.Value(clientKey{}).(client)
	return c
}

// Address is the address of the client whose operation ctx belongs to, as Options.Address found it.
func Address(ctx context.Context) string { return clientOf(ctx).address }

// SessionKey is the key of the session whose operation ctx belongs to, and empty for nobody.
func SessionKey(ctx context.Context) string { return clientOf(ctx).session }

func withSession(ctx context.Context, key string) context.Context {
	c := clientOf(ctx)
	c.session = key
	return withClient(ctx, c)
}

type endingKey struct{}

// ending is why a subscription ends, if not because there is nothing more to come.
type ending struct{ err atomic.Pointer[error] }

func withEnding(ctx context.Context) (context.Context, *ending) {
	e := &ending{}
	return context.WithValue(ctx, endingKey{}, e), e
}

func (e *ending) reason() error {
	if err := e.err.Load(); err != nil {
		return *err
	}
	return nil
}

// End makes the subscription that ctx belongs to end with err. A resolver calls it before it closes its channel;
// the first call counts. Outside of a subscription it does nothing.
func End(ctx context.Context, err error) {
	if e, ok := ctx.Value(endingKey{}).(*ending); ok && err != nil {
		e.err.CompareAndSwap(nil, &err)
	}
}
