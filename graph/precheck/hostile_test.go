package precheck_test

import (
	"testing"
	"time"

	"parley/graph/precheck"
	"parley/internal/apierr"
)

// atOnce is far over what these documents take, a few milliseconds, and far under what the worst of them take where
// nothing counts before validating, 17 s and more: it holds on a busy machine with the race detector too.
const atOnce = 5 * time.Second

func TestHostileDocumentsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	for name, query := range map[string]string{
		"3,000 aliases":     "{" + each(3000, "a%d:a ") + "}",
		"400 KB of a":       "{" + times(200_000, "a ") + "}",
		"fragment bomb":     bomb(29),
		"deep lists":        "{nodes(ids:" + times(8000, "[") + times(8000, "]") + "){id}}",
		"deep fields":       times(8000, "{a"),
		"wide cycle":        "{...f}" + each(30, "fragment f%d on Query{...f}") + "fragment f on Query{...f}",
		"many operations":   each(120, "query q%d{a}"),
		"many directives":   "{a" + times(400, "@a") + "}",
		"many variables":    "query(" + each(120, "$v%d:Int ") + "){a}",
		"unterminated":      `{a(b:"` + times(16000, "x"),
		"long names":        "{" + each(4, "a%d"+times(4000, "x")+" ") + "}",
		"equal fields":      "{room{" + times(490, "id ") + "}}",
		"equal deep fields": "{" + times(4, "room{room{room{room{"+times(100, "id ")+"}}}}") + "}",
	} {
		t.Run(name, func(t *testing.T) {
			c := setup(t)
			begun := time.Now()
			_, errs := c.Document(query, false)
			if took := time.Since(begun); took > atOnce {
				t.Error("took", took)
			} else {
				t.Log("took", took, errs)
			}
		})
	}
}

func TestBombsAreHarmlessEvenWithoutLimits(t *testing.T) {
	t.Parallel()
	c := setup(t, func(o *precheck.Options) {
		o.Limits.FragmentSpreads, o.Limits.RootFields, o.Limits.Aliases = 0, 0, 0
	})
	doc, errs := c.Document(bomb(60), true)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	if code, _ := refusal(t, []error{c.Cost(doc, doc.Operations[0], nil)}); code != apierr.QueryTooComplex {
		t.Error("the cost of a bomb is", code)
	}
}
