package precheck_test

import (
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"parley/graph/precheck"
	"parley/internal/apierr"
	"parley/internal/limits"
)

//go:embed testdata/schema.graphqls
var sdl string

//go:embed testdata/introspection.graphql
var introspection string

func setup(t testing.TB, change ...func(*precheck.Options)) *precheck.Checker {
	t.Helper()
	o := precheck.Options{Limits: limits.Default(), GuessFields: []string{"signIn", "enterRoom"}}
	for _, f := range change {
		f(&o)
	}
	return precheck.New(load(t), o)
}

func load(t testing.TB) *ast.Schema {
	t.Helper()
	schema, err := gqlparser.LoadSchema(&ast.Source{Input: sdl})
	if err != nil {
		t.Fatal(err)
	}
	return schema
}

// refusal is the code and message of the one error, and empty where there is none.
func refusal(t testing.TB, errs []error) (apierr.Code, string) {
	t.Helper()
	if len(errs) == 0 {
		return "", ""
	}
	if len(errs) > 1 {
		t.Fatalf("%d errors: %v", len(errs), errs)
	}
	if refused := apierr.As(errs[0]); len(refused) == 1 {
		return refused[0].Code, refused[0].Message
	}
	var invalid *precheck.Invalid
	if !errors.As(errs[0], &invalid) {
		t.Fatalf("%v is neither a refusal nor invalid", errs[0])
	}
	return apierr.Code(invalid.Code), errs[0].Error()
}

func times(n int, s string) string { return strings.Repeat(s, n) }

func each(n int, format string) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// bomb is a chain of fragments, each of which spreads the next one twice.
func bomb(n int) string {
	var b strings.Builder
	b.WriteString("{room{...f0}}")
	for i := range n - 1 {
		fmt.Fprintf(&b, "fragment f%d on Room{...f%d ...f%d}", i, i+1, i+1)
	}
	fmt.Fprintf(&b, "fragment f%d on Room{id}", n-1)
	return b.String()
}

func TestDocument(t *testing.T) {
	t.Parallel()
	const tooComplex, bad, invalid = apierr.QueryTooComplex, apierr.BadUserInput, precheck.ValidationFailed
	for name, test := range map[string]struct {
		query string
		code  apierr.Code
		says  string
	}{
		"good":                       {query: "{a}"},
		"query bytes":                {"{a" + times(16384, " ") + "}", tooComplex, `(limit "query-bytes")`},
		"tokens before sign-in":      {"{" + times(500, "a ") + "}", tooComplex, `500 tokens, the most that are allowed before sign-in (limit "tokens-anonymous")`},
		"comments are no tokens":     {query: times(500, "#a\n") + "{a}"},
		"depth":                      {"{room{" + times(9, "room{") + "id" + times(9, "}") + "}}", tooComplex, `11 levels of fields; at most 10 are allowed (limit "depth")`},
		"deep enough":                {query: "{room{" + times(8, "room{") + "id" + times(8, "}") + "}}"},
		"depth by fragments":         {"{room{...f}} fragment f on Room{" + times(9, "room{") + "id" + times(9, "}") + "}", tooComplex, `(limit "depth")`},
		"depth of unused fragment":   {"{a} fragment f on Room{" + times(10, "room{") + "id" + times(10, "}") + "}", tooComplex, `(limit "depth")`},
		"aliases":                    {"{room{" + each(16, "a%d:id ") + "}}", tooComplex, `16 aliases; at most 15 are allowed (limit "aliases")`},
		"directives":                 {"{a" + times(11, "@skip(if:false)") + "}", tooComplex, `11 directives; at most 10 are allowed (limit "directives")`},
		"root fields":                {"{" + each(6, "a%d:a ") + "}", tooComplex, `6 root fields; at most 5 are allowed (limit "root-fields")`},
		"root fields by fragments":   {"{...f ...f ...f} fragment f on Query{a b:a}", tooComplex, `6 root fields`},
		"one guess":                  {query: `mutation{signIn(password:"a")}`},
		"two guesses":                {`mutation{signIn(password:"a") b:signIn(password:"b")}`, tooComplex, `(limit "guess-fields")`},
		"two guesses of two kinds":   {`mutation{signIn(password:"a") enterRoom(token:"b")}`, tooComplex, `(limit "guess-fields")`},
		"guesses in fragments":       {`mutation{...f ...on Mutation{b:signIn(password:"b")}} fragment f on Mutation{signIn(password:"a")}`, tooComplex, `(limit "guess-fields")`},
		"a guess and something else": {`mutation{signIn(password:"a") send(body:"b")}`, tooComplex, `(limit "guess-fields")`},
		"two subscriptions":          {`subscription{a b}`, apierr.BadUserInput, "exactly one root field"},
		"a skipped subscription":     {`subscription{a @skip(if:true)}`, apierr.BadUserInput, "exactly one root field"},
		"no guesses":                 {query: `mutation{send(body:"a") b:send(body:"b")}`},
		"fragment spreads":           {"{" + times(31, "...f ") + "} fragment f on Query{a}", tooComplex, `31 fragment spreads; at most 30 are allowed (limit "fragment-spreads")`},
		"fragment bomb":              {bomb(20), tooComplex, "39 fragment spreads"},
		"fragment cycle":             {"{room{...f}} fragment f on Room{room{...g}} fragment g on Room{...f}", invalid, "Cannot spread fragment"},
		"a fragment in itself":       {"{...f} fragment f on Query{...f}", invalid, "Cannot spread fragment"},
		"unknown fragment":           {"{...f}", invalid, "Unknown fragment"},
		"long list":                  {"{nodes(ids:[" + times(51, "1 ") + "]){id}}", bad, `51 items; at most 50 are allowed (limit "input-array")`},
		"long list as default":       {"query($l:[ID!]!=[" + times(51, "1 ") + "]){nodes(ids:$l){id}}", bad, `(limit "input-array")`},
		"defer":                      {"{...@defer{a}}", bad, "@defer"},
		"empty":                      {"", invalid, "no operation"},
		"fragments only":             {"fragment f on Query{a}", invalid, "no operation"},
		"not GraphQL":                {"{a", precheck.ParseFailed, "Expected Name"},
		"unknown field":              {"{rooom{id}}", invalid, `Cannot query field "rooom" on type "Query".`},
		"introspection":              {query: introspection},
		"introspection by alias":     {"{__schema{types{a:name}}}", tooComplex, "Aliases inside of __schema"},
		"deep introspection":         {"{__type(name:\"a\"){" + times(20, "ofType{") + "name" + times(20, "}") + "}}", tooComplex, "21 levels inside of __schema or __type"},
		"introspection in circles":   {"{__schema{types{fields{type{fields{type{fields{name}}}}}}}}", invalid, "Maximum introspection depth"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, errs := setup(t).Document(test.query, false)
			code, says := refusal(t, errs)
			if code != test.code || !strings.Contains(says, test.says) {
				t.Errorf("got %s %q, want %s %q", code, says, test.code, test.says)
			}
		})
	}
}

func TestMoreTokensAfterSignIn(t *testing.T) {
	t.Parallel()
	query := "{room{" + times(600, "id ") + "}}"
	c := setup(t)
	if _, errs := c.Document(query, true); len(errs) > 0 {
		t.Error("refused after sign-in:", errs)
	}
	if code, _ := refusal(t, second(c.Document(query, false))); code != apierr.QueryTooComplex {
		t.Error("allowed before sign-in, because it was known:", code)
	}
	_, errs := c.Document("{"+times(1200, "a ")+"}", true)
	if code, says := refusal(t, errs); code != apierr.QueryTooComplex || !strings.Contains(says, `limit "tokens"`) {
		t.Error("got", code, says)
	}
}

func second[A, B any](_ A, b B) B { return b }

func TestValidationErrors(t *testing.T) {
	t.Parallel()
	_, errs := setup(t).Document("{room{b c d e f g}}", false)
	if len(errs) != 5 {
		t.Errorf("%d errors are shown, want 5", len(errs))
	}
	var e *gqlerror.Error
	if !errors.As(errs[0], &e) || len(e.Locations) != 1 {
		t.Error("an error has no location:", errs[0])
	}
}

func TestSuggestionsOnlyIfWanted(t *testing.T) {
	t.Parallel()
	queries := []string{"{rom{id}}", "{room(idd:1){id}}", "{room(name:RAD){id}}", "{...on Rom{id}}", "{room}"}
	for _, wanted := range []bool{false, true} {
		c := setup(t, func(o *precheck.Options) { o.Suggestions = wanted })
		shown := slices.ContainsFunc(queries, func(query string) bool {
			_, errs := c.Document(query, false)
			if len(errs) == 0 {
				t.Fatal(query, "is valid")
			}
			return strings.Contains(errors.Join(errs...).Error(), "mean")
		})
		if shown != wanted {
			t.Errorf("suggestions are shown: %t, wanted: %t", shown, wanted)
		}
	}
}

func TestErrorsDoNotShowValues(t *testing.T) {
	t.Parallel()
	c := setup(t)
	for _, query := range []string{
		`mutation{signIn(password:["hunter2"])}`,
		`mutation{signIn(password:{a:"hunter2"})}`,
		`mutation{signIn "hunter2"}`,
		`mutation{send(body: ) "hunter2"`,
		`fragment f "hunter2"`,
		`{rooms(first:"hunter2"){totalCount}}`,
		`{room(name:"hunter2"){id}}`,
		`mutation{signIn(password:"""hunter2""" """hunter2""")}`,
	} {
		_, errs := c.Document(query, false)
		if text := fmt.Sprint(errs); len(errs) == 0 || strings.Contains(text, "hunter2") {
			t.Errorf("%s: %s", query, text)
		}
	}
}

func TestOperation(t *testing.T) {
	t.Parallel()
	c := setup(t)
	one, _ := c.Document("{a}", false)
	two, _ := c.Document("query x{a} query y{a}", false)
	for _, test := range []struct {
		doc  *ast.QueryDocument
		name string
		ok   bool
	}{{one, "", true}, {one, "x", false}, {two, "x", true}, {two, "", false}} {
		if _, err := c.Operation(test.doc, test.name); (err == nil) != test.ok {
			t.Errorf("%q: %v", test.name, err)
		}
	}
}

func TestVariables(t *testing.T) {
	t.Parallel()
	c := setup(t)
	within := map[string]any{"a": make([]any, 50), "b": map[string]any{"c": []any{1}}}
	if err := c.Variables(within); err != nil {
		t.Error(err)
	}
	over := map[string]any{"a": map[string]any{"b": []any{map[string]any{"c": make([]any, 51)}}}}
	if code, says := refusal(t, []error{c.Variables(over)}); code != apierr.BadUserInput {
		t.Error("got", code, says)
	}
}
