package stock

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/database"
)

// Token is the access token of the one member there is. People who ask are known from memory: to look them up with each
// request would be slower.
const Token = "stock"

// New returns the server on the database, which it migrates, with an organisation and a member in it.
func New(ctx context.Context, url string) (http.Handler, error) {
	if err := database.Migrate(ctx, url); err != nil {
		return nil, err
	}
	db, err := database.Open(ctx, url, database.Options{})
	if err != nil {
		return nil, err
	}
	client := database.Client(db)
	agent, err := found(ctx, client)
	if err != nil {
		return nil, err
	}
	server := handler.New(NewExecutableSchema(Config{Resolvers: &Resolver{ent: client, rooms: newRooms()}}))
	server.AddTransport(transport.Websocket{KeepAlivePingInterval: 10 * time.Second, InitFunc: initialise(agent)})
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](1000))
	mux := http.NewServeMux()
	mux.Handle("/graphql", authenticate(agent, server))
	return mux, nil
}

// found returns the member, who may be there from an earlier start.
func found(ctx context.Context, client *ent.Client) (*ent.Member, error) {
	agent, err := client.Member.Query().First(ctx)
	if err == nil || !ent.IsNotFound(err) {
		return agent, err
	}
	organization, err := client.Organization.Create().SetName("Stock").Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("found an organisation: %w", err)
	}
	const email = "agent@stock.example"
	return client.Member.Create().SetOrganization(organization).SetEmail(email).SetEmailKey(email).
		SetFirstName("Ari").SetLastName("Agent").SetPasswordHash("-").
		SetRole(member.RoleAgent).SetClassOfService(member.ClassOfServiceInternal).Save(ctx)
}

type viewerKey struct{}

// viewer is the member who asks.
func viewer(ctx context.Context) (*ent.Member, error) {
	m, ok := ctx.Value(viewerKey{}).(*ent.Member)
	if !ok {
		return nil, errUnauthenticated
	}
	return m, nil
}

var errUnauthenticated = errors.New("sign in first")

func bearer(authorization string) bool {
	token, ok := strings.CutPrefix(authorization, "Bearer ")
	return ok && token == Token
}

func authenticate(agent *ent.Member, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if bearer(r.Header.Get("Authorization")) {
			r = r.WithContext(context.WithValue(r.Context(), viewerKey{}, agent))
		}
		next.ServeHTTP(w, r)
	})
}

func initialise(agent *ent.Member) transport.WebsocketInitFunc {
	return func(ctx context.Context, payload transport.InitPayload) (context.Context, *transport.InitPayload, error) {
		if !bearer(payload.Authorization()) {
			return ctx, nil, errUnauthenticated
		}
		return context.WithValue(ctx, viewerKey{}, agent), nil, nil
	}
}
