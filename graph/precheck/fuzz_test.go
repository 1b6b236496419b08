package precheck_test

import (
	"strings"
	"testing"
	"time"

	"parley/graph/precheck"
	"parley/internal/limits"
)

// FuzzPrecheck proves that no document takes long, that what is refused is refused with a sentence, and that what
// is let through is let through again.
func FuzzPrecheck(f *testing.F) {
	for _, seed := range []string{
		"{a}", introspection, bomb(10), "{...f} fragment f on Query{...f}", "{rooms(first:$n){nodes{id}}}",
		"query($n:Int=1){rooms(first:$n last:2){edges{node{id}}}}", `mutation{signIn(password:"x") b:enterRoom(token:"""y""")}`,
		"{nodes(ids:[1 [2] {a:3}]){id}}", "{...@include(if:true){a}}", "query x{a} query y{a}", "subscription{a}", "#\n{a:a @skip(if:$x)}",
		"{room{" + times(100, "id ") + "}}", "fragment f on __Type{ofType{...f}} {__schema{types{...f}}}", "\ufeff{a}", "{a(b:\"\\u{1F600}\")}",
	} {
		f.Add(seed)
	}
	schema := load(f)
	f.Fuzz(func(t *testing.T, query string) {
		c := precheck.New(schema, precheck.Options{Limits: limits.Default(), GuessFields: []string{"signIn"}})
		begun := time.Now()
		doc, errs := c.Document(query, true)
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("took %s", took)
		}
		for _, err := range errs {
			if strings.TrimSpace(err.Error()) == "" {
				t.Error("an error says nothing")
			}
		}
		if len(errs) > 0 {
			return
		}
		for _, op := range doc.Operations {
			_ = c.Cost(doc, op, map[string]any{"n": 3})
		}
		if again, _ := c.Document(query, true); again != doc {
			t.Error("the document is not known again")
		}
	})
}
