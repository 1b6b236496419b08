package transport

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"maps"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"parley/internal/feed"
)

// Audience is what a shared result may depend on, besides what it tells of.
type Audience struct {
	// Key is the same for all viewers of the audience, and for no others.
	Key string
	// In returns a context that carries the audience, and no viewer. What asks for one in it gets nobody.
	In func(ctx context.Context) context.Context
}

// sharing tells with whom a subscription may share the results of what is to come: the same key stands for the same
// topic, operation, variables and audience. Results are shared only where each field that is asked for may be.
func (h *Handler) sharing(ctx context.Context, op *graphql.OperationContext, f *feed.Feed[any]) (key string, audience context.Context, ok bool) {
	if f.Topic == "" || f.Ended {
		return "", nil, false
	}
	a, ok := h.Audience(ctx)
	if !ok {
		return "", nil, false
	}
	uses := variables{}
	for _, root := range op.Operation.SelectionSet {
		field, plain := root.(*ast.Field) // not in a fragment: who follows what is looked at here alone
		if !plain || !uses.directives(field.Directives) || !uses.selection(field.SelectionSet, h.Shareable) {
			return "", nil, false
		}
	}
	key, ok = shareKey(f.Topic, a.Key, op, uses)
	return key, a.In(context.Background()), ok
}

// shareKey leaves out the variables of the root field's arguments. What they say is in the topic, but for where each
// subscriber begins, which may differ within a group.
func shareKey(topic, audience string, op *graphql.OperationContext, uses variables) (key string, ok bool) {
	values := maps.Clone(op.Variables)
	maps.DeleteFunc(values, func(name string, _ any) bool { return uses[name] == 0 })
	raw, err := json.Marshal([]any{topic, audience, op.RawQuery, op.Operation.Name, values})
	sum := sha256.Sum256(raw)
	return string(sum[:]), err == nil
}

// variables are how often each is used in what the results depend on.
type variables map[string]int

// selection notes the variables in a selection, and tells whether all its fields are shareable.
func (v variables) selection(set ast.SelectionSet, shareable func(object, field string) bool) bool {
	for _, selected := range set {
		switch s := selected.(type) {
		case *ast.Field:
			if s.Name != "__typename" && !shareable(s.ObjectDefinition.Name, s.Name) {
				return false
			}
			for _, a := range s.Arguments {
				v.value(a.Value)
			}
			if !v.directives(s.Directives) || !v.selection(s.SelectionSet, shareable) {
				return false
			}
		case *ast.InlineFragment:
			if !v.directives(s.Directives) || !v.selection(s.SelectionSet, shareable) {
				return false
			}
		case *ast.FragmentSpread:
			if !v.directives(s.Directives) || !v.selection(s.Definition.SelectionSet, shareable) {
				return false
			}
		}
	}
	return true
}

// directives notes variables. Only those that are known to do nothing but leave something out are shareable.
func (v variables) directives(list ast.DirectiveList) bool {
	for _, d := range list {
		if d.Name != "skip" && d.Name != "include" {
			return false
		}
		for _, a := range d.Arguments {
			v.value(a.Value)
		}
	}
	return true
}

func (v variables) value(value *ast.Value) {
	if value.Kind == ast.Variable {
		v[value.Raw]++
	}
	for _, child := range value.Children {
		v.value(child.Value)
	}
}
