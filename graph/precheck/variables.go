package precheck

import "parley/internal/apierr"

// Variables refuses variables with a list that is too long.
func (c *Checker) Variables(variables map[string]any) error {
	return c.checkLength(longestList(variables))
}

func (c *Checker) checkLength(n int) error {
	most := c.limits.InputArray
	if most == 0 || n <= most {
		return nil
	}
	return apierr.New(apierr.BadUserInput,
		"A list in the input has %d items; at most %d are allowed (limit %q).", n, most, "input-array").Over(most, n)
}

func longestList(v any) int {
	longest := 0
	switch v := v.(type) {
	case []any:
		longest = len(v)
		for _, item := range v {
			longest = max(longest, longestList(item))
		}
	case map[string]any:
		for _, item := range v {
			longest = max(longest, longestList(item))
		}
	}
	return longest
}
