package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/lib/pq"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph"
	"parley/graph/precheck"
	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/typeid"
)

// present returns what is shown of an error in the field room.messages, and what is logged.
func present(t *testing.T, err error) (shown *gqlerror.Error, text, logged string) {
	t.Helper()
	var log bytes.Buffer
	ctx := graphql.WithPathContext(t.Context(), graphql.NewPathWithField("room"))
	shown = graph.Presenter(slog.New(slog.NewJSONHandler(&log, nil)), busy)(ctx, err)
	raw, encoding := json.Marshal(shown)
	if encoding != nil {
		t.Fatal(encoding)
	}
	return shown, string(raw), log.String()
}

var errBusy = errors.New("secret lock")

func busy(err error) bool { return errors.Is(err, errBusy) }

func TestWhatIsWorthTryingAgainSaysSo(t *testing.T) {
	t.Parallel()
	for _, err := range []error{fmt.Errorf("lock room: %w", errBusy), fmt.Errorf("secret: %w", context.DeadlineExceeded)} {
		if _, text, logged := present(t, err); !strings.Contains(text, `"THROTTLED","retryAfterMs":1000`) || strings.Contains(text, "secret") || logged != "" {
			t.Errorf("%v: shown %s, logged %s", err, text, logged)
		}
	}
}

func TestRefusalsAreShown(t *testing.T) {
	t.Parallel()
	throttled := apierr.New(apierr.Throttled, "Too many attempts.").After(1500 * time.Millisecond)
	for _, c := range []struct {
		err  error
		want string
	}{
		{apierr.MissingThing("room"), `{"message":"There is no such room.","path":["room"],"extensions":{"code":"NOT_FOUND"}}`},
		{fmt.Errorf("get room: %w", throttled), `{"message":"Too many attempts.","path":["room"],"extensions":{"code":"THROTTLED","retryAfterMs":1500}}`},
		{errors.Join(errors.New("secret"), apierr.New(apierr.QueryTooComplex, "Too deep.").Over(10, 12)), `{"message":"Too deep.","path":["room"],"extensions":{"code":"QUERY_TOO_COMPLEX","limit":10}}`},
		{fmt.Errorf("in a transaction: %w", apierr.Join(apierr.Blank("to"), apierr.Blank("firstName"))), `{"message":"Give the number or address.","path":["room"],"extensions":{"code":"REQUIRED"}}`},
	} {
		if _, text, logged := present(t, c.err); text != c.want || logged != "" {
			t.Errorf("%v\nshown  %s\nwanted %s\nlogged %s", c.err, text, c.want, logged)
		}
	}
}

func TestMistakesInTheDocumentAreShown(t *testing.T) {
	t.Parallel()
	mistake := precheck.AsInvalid(&gqlerror.Error{Message: "Cannot query field nope.", Locations: []gqlerror.Location{{Line: 1, Column: 2}}})
	if _, text, logged := present(t, mistake); !strings.Contains(text, "Cannot query field nope.") || !strings.Contains(text, `"line":1`) ||
		!strings.Contains(text, "BAD_USER_INPUT") || logged != "" {
		t.Errorf("shown %s, logged %s", text, logged)
	}
	variable := precheck.AsInvalid(&gqlerror.Error{Message: "must be defined", Path: ast.Path{ast.PathName("variable"), ast.PathName("input"), ast.PathName("to")}})
	if shown, _, _ := present(t, variable); shown.Message != "variable.input.to: must be defined" {
		t.Errorf("shown %q", shown.Message)
	}
}

// Whatever goes wrong inside: nothing of it is shown, all of it is logged, and the request id leads from one to the other.
func TestNothingOfTheInsideIsShown(t *testing.T) {
	t.Parallel()
	inside := &pq.Error{Message: `secret: duplicate key value violates unique constraint "members_secret"`, Detail: "secret", Table: "secret"}
	for name, err := range map[string]error{
		"database":        inside,
		"wrapped":         fmt.Errorf("secret: %w", inside),
		"plain":           errors.New("secret"),
		"graphql's":       gqlerror.Errorf("secret"),
		"wrapped in it":   gqlerror.Wrap(inside),
		"with extensions": &gqlerror.Error{Message: "secret", Extensions: map[string]any{"code": "secret"}, Rule: "secret", Path: ast.Path{ast.PathName("secret")}},
		"panic":           &transport.Panic{Value: "secret", Stack: []byte("goroutine 1\nthe stack")},
		"several":         errors.Join(errors.New("secret"), inside),
		"a list":          gqlerror.List{gqlerror.Errorf("secret")},
	} {
		shown, text, logged := present(t, err)
		id, _ := shown.Extensions["requestId"].(string)
		if strings.Contains(text, "secret") || strings.Contains(text, "goroutine") {
			t.Errorf("%s: shown %s", name, text)
		}
		if prefix, ok := typeid.Prefix(id); !ok || prefix != "req" || shown.Extensions["code"] != apierr.Internal || shown.Path.String() != "room" {
			t.Errorf("%s: shown %s", name, text)
		}
		if !strings.Contains(logged, id) || !strings.Contains(logged, "secret") || (name == "panic") != strings.Contains(logged, "the stack") {
			t.Errorf("%s: logged %s", name, logged)
		}
	}
}

// A client that has gone is no fault of ours.
func TestClientsThatHaveGoneAreNotLogged(t *testing.T) {
	t.Parallel()
	if shown, _, logged := present(t, fmt.Errorf("read: %w", context.Canceled)); logged != "" || shown.Extensions["code"] != apierr.Internal {
		t.Errorf("shown %v, logged %s", shown, logged)
	}
}
