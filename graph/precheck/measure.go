package precheck

import "github.com/vektah/gqlparser/v2/ast"

// most is where sums stop growing: far over every limit, and far from overflowing.
const most = 1 << 30

// size is what a selection set comes to when every spread is followed.
type size struct {
	depth  int // levels of fields
	fields int // fields of the first level, each alias by itself
}

// measure measures selection sets, each fragment once: without remembering them, thirty fragments that spread the
// next one twice are a billion steps. A fragment that spreads itself counts as nothing there; validation refuses it.
type measure struct {
	fragments     map[string]*ast.FragmentDefinition
	sizes         map[string]size
	introspection []*ast.Field
}

func newMeasure(doc *ast.QueryDocument) *measure {
	m := &measure{fragments: make(map[string]*ast.FragmentDefinition), sizes: make(map[string]size)}
	for _, f := range doc.Fragments {
		m.fragments[f.Name] = f
	}
	return m
}

func (m *measure) set(set ast.SelectionSet) size {
	var all size
	for _, selection := range set {
		s := m.selection(selection)
		all.depth = max(all.depth, s.depth)
		all.fields = min(most, all.fields+s.fields)
	}
	return all
}

func (m *measure) selection(selection ast.Selection) size {
	switch s := selection.(type) {
	case *ast.Field:
		return size{depth: m.field(s), fields: 1}
	case *ast.InlineFragment:
		return m.set(s.SelectionSet)
	case *ast.FragmentSpread:
		return m.fragment(s.Name)
	}
	return size{}
}

func (m *measure) field(f *ast.Field) int {
	if introspects(f) {
		m.introspection = append(m.introspection, f)
		return 1
	}
	return 1 + m.set(f.SelectionSet).depth
}

func (m *measure) fragment(name string) size {
	known, ok := m.sizes[name]
	if ok || m.fragments[name] == nil {
		return known
	}
	m.sizes[name] = size{} // what a cycle finds
	m.sizes[name] = m.set(m.fragments[name].SelectionSet)
	return m.sizes[name]
}

// count counts the fields of the first level that match.
func (m *measure) count(set ast.SelectionSet, match func(*ast.Field) bool) int {
	known := make(map[string]int)
	var count func(ast.SelectionSet) int
	count = func(set ast.SelectionSet) (n int) {
		for _, selection := range set {
			switch s := selection.(type) {
			case *ast.Field:
				if match(s) {
					n++
				}
			case *ast.InlineFragment:
				n += count(s.SelectionSet)
			case *ast.FragmentSpread:
				if _, ok := known[s.Name]; !ok && m.fragments[s.Name] != nil {
					known[s.Name] = 0
					known[s.Name] = count(m.fragments[s.Name].SelectionSet)
				}
				n += known[s.Name]
			}
			n = min(most, n)
		}
		return n
	}
	return count(set)
}
