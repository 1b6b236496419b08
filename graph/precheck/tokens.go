package precheck

import (
	"math"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/lexer"

	"parley/internal/apierr"
)

// countTokens counts the tokens of a query without comments, and stops soon after the limit. What the lexer does
// not understand ends the count: the parser will refuse it at the same place.
func countTokens(query string, limit int) int {
	if limit == 0 {
		limit = math.MaxInt
	}
	lex := lexer.New(&ast.Source{Input: query})
	for n := 0; ; {
		token, err := lex.ReadToken()
		if err != nil || token.Kind == lexer.EOF || n > limit {
			return n
		}
		if token.Kind != lexer.Comment {
			n++
		}
	}
}

func (c *Checker) checkTokens(n int, signedIn bool) error {
	if signedIn || c.limits.TokensAnonymous == 0 {
		return atMost("tokens", "tokens", c.limits.Tokens, n)
	}
	if n <= c.limits.TokensAnonymous {
		return nil
	}
	return apierr.New(apierr.QueryTooComplex,
		"The query has more than %d tokens, the most that are allowed before sign-in (limit %q).",
		c.limits.TokensAnonymous, "tokens-anonymous").Over(c.limits.TokensAnonymous, n)
}
