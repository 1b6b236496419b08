package transport_test

import (
	"context"
	"errors"
	"testing"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/transport"
	"parley/graph/transport/internal/testschema"
	"parley/internal/apierr"
)

// presentPanicking panics where a refusal is presented, which happens in every goroutine of a connection.
func presentPanicking(o *transport.Options) {
	o.Present = func(ctx context.Context, err error) *gqlerror.Error {
		var panicked *transport.Panic
		if len(apierr.As(err)) > 0 || errors.As(err, &panicked) {
			panic("the presenter is broken")
		}
		return present(ctx, err)
	}
}

// A panic that cannot be answered ends the connection that it is of, and nothing else.
func TestAPanicEndsItsConnectionOnly(t *testing.T) {
	t.Parallel()
	b := setup(t, presentPanicking)
	other := b.open(t)
	other.send(subscribe("1", "subscription{posted{id}}"))
	await(t, b.resolver.Started, "posted")

	inAnOperation := b.open(t)
	inAnOperation.send(subscribe("1", "subscription{ends}"))
	inAnOperation.expectEnd()

	inTheReader := b.dial(t)
	inTheReader.send(`{"type":"connection_init","payload":{"authorization":"Bearer panic"}}`)
	inTheReader.expectEnd()

	inAStream := b.listen(t, request{body: `{"query":"subscription{ends}"}`})
	for event := inAStream.next(); event != ""; event = inAStream.next() {
		if event == anEnd {
			t.Error("the stream ended as if nothing had happened")
		}
	}

	b.resolver.Publish(&testschema.Room{ID: "7"})
	other.expectPart(`"id":"7"`)
}
