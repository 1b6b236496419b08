// Package precheck decides which GraphQL documents are executed at all.
//
// It guarantees, in this order, that
//   - a document's bytes and tokens are counted before it is parsed, because parsing and validating cost more
//     than linear time;
//   - depth, aliases, directives, root fields, fragment spreads and the length of lists are counted before it is
//     validated, each fragment once, however often it is spread and even if fragments form a cycle;
//   - a document that was found good is remembered, a bounded number of them, for one schema only;
//   - the cost of an operation is known, with its variables, before its first resolver runs;
//   - a refusal names the limit by which it is set and its value, and shows no value that the client has sent.
//
// Introspection is exempt from depth and cost and has bounds of its own, so that the full introspection query of
// common tools passes. The package does not execute anything and knows nothing of transports.
package precheck

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"parley/internal/limits"
)

// Options are what a Checker is made of.
type Options struct {
	Limits limits.Limits
	// GuessFields are the root fields that take a password, a code or a token: an operation may have
	// Limits.GuessFields of them, so that one request is one guess.
	GuessFields []string
	// Suggestions lets validation errors name fields and types that the client may have meant.
	Suggestions bool
}

// Checker checks documents against one schema. It is safe for concurrent use.
type Checker struct {
	schema  *ast.Schema
	limits  limits.Limits
	guesses map[string]bool
	rules   *rules.Rules
	cache   *cache
}

// New returns a checker for the schema.
func New(schema *ast.Schema, o Options) *Checker {
	guesses := make(map[string]bool, len(o.GuessFields))
	for _, name := range o.GuessFields {
		guesses[name] = true
	}
	return &Checker{
		schema:  schema,
		limits:  o.Limits,
		guesses: guesses,
		rules:   validationRules(o.Suggestions),
		cache:   newCache(cacheEntries, cacheBytes),
	}
}

// Document returns the parsed and valid document of the query, or why it is refused. The document is shared: it
// must not be changed.
func (c *Checker) Document(query string, signedIn bool) (*ast.QueryDocument, []error) {
	if err := over("bytes", "query-bytes", c.limits.QueryBytes, len(query)); err != nil {
		return nil, []error{err}
	}
	if known, ok := c.cache.get(query); ok {
		if err := c.checkTokens(known.tokens, signedIn); err != nil {
			return nil, []error{err}
		}
		return known.document, nil
	}
	tokens := countTokens(query, c.limits.Tokens)
	if err := c.checkTokens(tokens, signedIn); err != nil {
		return nil, []error{err}
	}
	doc, errs := c.parse(query)
	if len(errs) > 0 {
		return nil, errs
	}
	c.cache.add(query, entry{document: doc, tokens: tokens})
	return doc, nil
}

// Operation returns the operation of the document that the name means; the name may be empty where there is
// one operation only.
func (c *Checker) Operation(doc *ast.QueryDocument, name string) (*ast.OperationDefinition, error) {
	op := doc.Operations.ForName(name)
	switch {
	case op != nil:
		return op, nil
	case name == "":
		return nil, invalid(nil, "The document has several operations: say which one with operationName.")
	}
	return nil, invalid(nil, "The document has no operation of that operationName.")
}

func (c *Checker) parse(query string) (*ast.QueryDocument, []error) {
	doc, err := parser.ParseQuery(&ast.Source{Input: query})
	if err != nil {
		return nil, []error{unparsable(err)}
	}
	if len(doc.Operations) == 0 {
		return nil, []error{invalid(nil, "The document has no operation.")}
	}
	if err := c.checkShape(doc); err != nil {
		return nil, []error{err}
	}
	return doc, c.validate(doc)
}
