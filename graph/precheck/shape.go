package precheck

import (
	"github.com/vektah/gqlparser/v2/ast"

	"parley/internal/apierr"
)

// checkShape checks what can be told without the schema.
func (c *Checker) checkShape(doc *ast.QueryDocument) error {
	n := tally{}
	n.document(doc)
	if err := c.checkTally(&n); err != nil {
		return err
	}
	m := newMeasure(doc)
	for _, op := range doc.Operations {
		if err := c.checkOperation(m, op); err != nil {
			return err
		}
	}
	for _, f := range doc.Fragments { // the spread ones are known already; the others are validated, too
		if ofIntrospection(f) {
			continue
		}
		if err := over("levels of fields", "depth", c.limits.Depth, m.fragment(f.Name).depth); err != nil {
			return err
		}
	}
	return m.checkIntrospection()
}

func (c *Checker) checkTally(n *tally) error {
	if n.deferred {
		return apierr.New(apierr.BadUserInput,
			"@defer and @stream are not supported: ask for the whole, or in several operations.")
	}
	if err := c.checkLength(n.longestList); err != nil {
		return err
	}
	return firstOf(
		over("fragment spreads", "fragment-spreads", c.limits.FragmentSpreads, n.spreads),
		over("aliases", "aliases", c.limits.Aliases, n.aliases),
		over("directives", "directives", c.limits.Directives, n.directives),
	)
}

func (c *Checker) checkOperation(m *measure, op *ast.OperationDefinition) error {
	size := m.set(op.SelectionSet)
	if op.Operation == ast.Subscription && (size.fields != 1 || conditional(op.SelectionSet)) {
		return apierr.New(apierr.BadUserInput, "A subscription has exactly one root field, without @skip or @include; subscribe to each on its own.")
	}
	return firstOf(
		over("levels of fields", "depth", c.limits.Depth, size.depth),
		over("root fields", "root-fields", c.limits.RootFields, size.fields),
		c.checkGuess(m, op, size.fields),
	)
}

// conditional tells whether a root field may be left out (GraphQL specification, section 5.2.4.1).
func conditional(set ast.SelectionSet) bool {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if len(s.Directives) > 0 {
				return true
			}
		case *ast.InlineFragment:
			if len(s.Directives) > 0 || conditional(s.SelectionSet) {
				return true
			}
		case *ast.FragmentSpread:
			if len(s.Directives) > 0 {
				return true
			}
		}
	}
	return false
}

// checkGuess holds an operation that takes a password, a code or a token to few root fields: one request is one
// guess, and nothing else runs as the person whom it may let in.
func (c *Checker) checkGuess(m *measure, op *ast.OperationDefinition, rootFields int) error {
	if m.count(op.SelectionSet, func(f *ast.Field) bool { return c.guesses[f.Name] }) == 0 {
		return nil
	}
	return over("root fields, one of which takes a password, a code or a token", "guess-fields", c.limits.GuessFields, rootFields)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// tally counts what is written in a document, following no spread.
type tally struct {
	aliases, directives, spreads, longestList int
	deferred                                  bool
}

func (n *tally) document(doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		n.applied(op.Directives)
		for _, v := range op.VariableDefinitions {
			n.applied(v.Directives)
			n.value(v.DefaultValue)
		}
		n.set(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		n.applied(f.Directives)
		n.set(f.SelectionSet)
	}
}

func (n *tally) set(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			n.field(s)
		case *ast.InlineFragment:
			n.applied(s.Directives)
			n.set(s.SelectionSet)
		case *ast.FragmentSpread:
			n.spreads++
			n.applied(s.Directives)
		}
	}
}

func (n *tally) field(f *ast.Field) {
	if f.Alias != f.Name {
		n.aliases++
	}
	n.applied(f.Directives)
	n.arguments(f.Arguments)
	n.set(f.SelectionSet)
}

func (n *tally) applied(all ast.DirectiveList) {
	n.directives += len(all)
	for _, d := range all {
		n.deferred = n.deferred || d.Name == "defer" || d.Name == "stream"
		n.arguments(d.Arguments)
	}
}

func (n *tally) arguments(all ast.ArgumentList) {
	for _, a := range all {
		n.value(a.Value)
	}
}

func (n *tally) value(v *ast.Value) {
	if v == nil {
		return
	}
	if v.Kind == ast.ListValue {
		n.longestList = max(n.longestList, len(v.Children))
	}
	for _, child := range v.Children {
		n.value(child.Value)
	}
}
