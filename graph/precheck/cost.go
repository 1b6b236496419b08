package precheck

import (
	"encoding/json"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"parley/internal/apierr"
)

// defaultPage is how many items a list has when the client does not say.
const defaultPage = 20

// Cost refuses an operation of a valid document that costs too much: a field costs 1, and what is selected in a
// page costs as often as the page has items.
func (c *Checker) Cost(doc *ast.QueryDocument, op *ast.OperationDefinition, variables map[string]any) error {
	if c.limits.Cost == 0 {
		return nil
	}
	m := meter{checker: c, doc: doc, variables: variables, fragments: make(map[string]price)}
	total := m.set(op.SelectionSet)
	cost := min(most, total.once+total.each)
	if cost <= c.limits.Cost {
		return nil
	}
	return apierr.New(apierr.QueryTooComplex,
		"The query costs %d; at most %d are allowed (limit %q). A field costs 1, and what is in a page costs as "+
			"often as its first or last says (%d when neither is given): ask for smaller pages or fewer levels of them.",
		cost, c.limits.Cost, "cost", defaultPage).Over(c.limits.Cost, cost)
}

// price is the price of a selection set: of what is there once, and of what a connection has once for each item.
type price struct{ once, each int }

func (p price) plus(q price) price {
	return price{once: min(most, p.once+q.once), each: min(most, p.each+q.each)}
}

// meter adds up prices, each fragment once.
type meter struct {
	checker   *Checker
	doc       *ast.QueryDocument
	variables map[string]any
	fragments map[string]price
}

func (m *meter) set(set ast.SelectionSet) price {
	var total price
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			total = total.plus(m.field(s))
		case *ast.InlineFragment:
			total = total.plus(m.set(s.SelectionSet))
		case *ast.FragmentSpread:
			total = total.plus(m.fragment(s.Name))
		}
	}
	return total
}

func (m *meter) fragment(name string) price {
	known, ok := m.fragments[name]
	definition := m.doc.Fragments.ForName(name)
	if ok || definition == nil {
		return known
	}
	m.fragments[name] = price{} // validation has refused cycles; this ends them even so
	m.fragments[name] = m.set(definition.SelectionSet)
	return m.fragments[name]
}

func (m *meter) field(f *ast.Field) price {
	if introspects(f) || f.Name == "__typename" || f.Definition == nil {
		return price{}
	}
	cost := min(most, 1+m.inside(f))
	if f.Name == "edges" || f.Name == "nodes" {
		return price{each: cost}
	}
	return price{once: cost}
}

// inside is the price of what is selected in the field, times the items that it has.
func (m *meter) inside(f *ast.Field) int {
	in := m.set(f.SelectionSet)
	items := m.items(f)
	if m.isConnection(f) {
		return in.once + items*in.each
	}
	return items * (in.once + in.each)
}

func (m *meter) isConnection(f *ast.Field) bool {
	t := m.checker.schema.Types[f.Definition.Type.Name()]
	return t != nil && t.Fields.ForName("pageInfo") != nil
}

// items is how many items the field has: as many as first or last ask for, or as a list in its arguments has.
func (m *meter) items(f *ast.Field) int {
	arguments := f.Definition.Arguments
	if arguments.ForName("first") != nil || arguments.ForName("last") != nil {
		return m.page(f)
	}
	items := 1
	if f.Definition.Type.Elem == nil {
		return items
	}
	for _, a := range f.Arguments {
		items = max(items, m.length(a.Value))
	}
	return items
}

func (m *meter) page(f *ast.Field) int {
	asked := 0
	for _, name := range []string{"first", "last"} {
		if a := f.Arguments.ForName(name); a != nil {
			asked = max(asked, m.integer(a.Value))
		}
	}
	if asked == 0 {
		asked = defaultPage
	}
	if largest := m.checker.limits.PageSize; largest > 0 {
		return min(asked, largest) // more is refused by the field itself
	}
	return min(asked, most)
}

func (m *meter) integer(v *ast.Value) int {
	if v.Kind == ast.IntValue {
		return toInt(json.Number(v.Raw))
	}
	if v.Kind == ast.Variable {
		return toInt(m.variables[v.Raw])
	}
	return 0
}

func (m *meter) length(v *ast.Value) int {
	if v.Kind == ast.Variable {
		list, _ := m.variables[v.Raw].([]any)
		return len(list)
	}
	if v.Kind == ast.ListValue {
		return len(v.Children)
	}
	return 0
}

// toInt reads what a variable of type Int may hold after coercion, and 0 where it holds nothing.
func toInt(v any) int {
	switch n := v.(type) {
	case int:
		return n
	case int64:
		return int(n)
	case float64:
		return int(min(n, most))
	case string:
		return toInt(json.Number(n))
	case json.Number:
		i, _ := strconv.ParseInt(n.String(), 10, 64) // what is too large comes out as the largest
		return int(i)
	}
	return 0
}
