package transport

import "context"

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
