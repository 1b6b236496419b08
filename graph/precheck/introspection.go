package precheck

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"parley/internal/apierr"
)

// introspectionDepth is over the 14 levels of the full introspection query of graphql-js and GraphiQL.
const introspectionDepth = 20

// introspects tells whether the field asks about the schema. Such fields are outside of depth and cost: they are
// answered from memory. They have bounds of their own: no more than introspectionDepth levels, no aliases, and
// the validator's MaxIntrospectionDepth, so that an answer holds each part of the schema a few times at most.
func introspects(f *ast.Field) bool {
	return f.Name == "__schema" || f.Name == "__type"
}

// ofIntrospection tells whether the fragment can be spread below __schema and __type only.
func ofIntrospection(f *ast.FragmentDefinition) bool {
	return strings.HasPrefix(f.TypeCondition, "__")
}

func (m *measure) checkIntrospection() error {
	w := introspected{fragments: m.fragments, depths: make(map[string]int)}
	depth := 0
	for _, f := range m.introspection {
		depth = max(depth, w.depth(f.SelectionSet))
	}
	for _, f := range m.fragments {
		if ofIntrospection(f) {
			depth = max(depth, w.fragment(f.Name))
		}
	}
	if w.aliased {
		return apierr.New(apierr.QueryTooComplex, "Aliases inside of __schema and __type are not allowed.")
	}
	if depth > introspectionDepth {
		return apierr.New(apierr.QueryTooComplex,
			"The query has %d levels inside of __schema or __type; at most %d are allowed.",
			depth, introspectionDepth).Over(introspectionDepth, depth)
	}
	return nil
}

// introspected walks what is selected below __schema and __type, each fragment once.
type introspected struct {
	fragments map[string]*ast.FragmentDefinition
	depths    map[string]int
	aliased   bool
}

func (w *introspected) depth(set ast.SelectionSet) int {
	deepest := 0
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			w.aliased = w.aliased || s.Alias != s.Name
			deepest = max(deepest, 1+w.depth(s.SelectionSet))
		case *ast.InlineFragment:
			deepest = max(deepest, w.depth(s.SelectionSet))
		case *ast.FragmentSpread:
			deepest = max(deepest, w.fragment(s.Name))
		}
	}
	return deepest
}

func (w *introspected) fragment(name string) int {
	known, ok := w.depths[name]
	if ok || w.fragments[name] == nil {
		return known
	}
	w.depths[name] = 0 // what a cycle finds
	w.depths[name] = w.depth(w.fragments[name].SelectionSet)
	return w.depths[name]
}
