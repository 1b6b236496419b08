package graph

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"parley/internal/auth"
)

// Admission lets an operation change who asks: the answer of signIn or enterRoom shows what the person may see.
type Admission struct{}

var _ graphql.OperationInterceptor = Admission{}

// ExtensionName implements graphql.HandlerExtension.
func (Admission) ExtensionName() string { return "Admission" }

// Validate implements graphql.HandlerExtension.
func (Admission) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptOperation implements graphql.OperationInterceptor.
func (Admission) InterceptOperation(ctx context.Context, next graphql.OperationHandler) graphql.ResponseHandler {
	return next(auth.WithAdmission(ctx))
}
