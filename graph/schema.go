package graph

import (
	"maps"

	"github.com/99designs/gqlgen/graphql"

	"parley/graph/generated"
)

// NewSchema returns the schema with its resolvers. Unlike gqlgen's own it does not offer @defer, which no transport
// here serves.
func NewSchema(r *Resolver) graphql.ExecutableSchema {
	offered := *generated.NewExecutableSchema(generated.Config{}).Schema()
	offered.Directives = maps.Clone(offered.Directives)
	delete(offered.Directives, "defer")
	return generated.NewExecutableSchema(generated.Config{Schema: &offered, Resolvers: r})
}
