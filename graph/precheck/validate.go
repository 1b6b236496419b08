package precheck

import (
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"
)

// validationRules returns the rules of the specification, by default in the variants that do not name fields and
// types which the client has not named.
func validationRules(suggestions bool) *rules.Rules {
	all := rules.NewDefaultRules()
	if suggestions {
		return all
	}
	for _, silent := range []validator.Rule{
		rules.FieldsOnCorrectTypeRuleWithoutSuggestions,
		rules.KnownArgumentNamesRuleWithoutSuggestions,
		rules.KnownTypeNamesRuleWithoutSuggestions,
		rules.ScalarLeafsRuleWithoutSuggestions,
		rules.ValuesOfCorrectTypeRuleWithoutSuggestions,
	} {
		all.ReplaceRule(strings.TrimSuffix(silent.Name, "WithoutSuggestions"), silent.RuleFunc)
	}
	return all
}

func (c *Checker) validate(doc *ast.QueryDocument) []error {
	found := validator.ValidateWithRules(c.schema, doc, c.rules)
	if most := c.limits.ValidationErrors; most > 0 && len(found) > most {
		found = found[:most]
	}
	errs := make([]error, 0, len(found))
	for _, e := range found {
		e.Message = withoutValue(e)
		errs = append(errs, AsInvalid(e))
	}
	return errs
}

// withoutValue is the message without the literal that is of the wrong type: it may be a password.
func withoutValue(e *gqlerror.Error) string {
	if e.Rule != rules.ValuesOfCorrectTypeRule.Name {
		return e.Message
	}
	message, _, _ := strings.Cut(e.Message, ", found ")
	message, _, _ = strings.Cut(message, ": ")
	return strings.TrimSuffix(message, ".") + "."
}
