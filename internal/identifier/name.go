package identifier

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"parley/internal/apierr"
)

// ParseName checks a person's first or last name, which goes into texts and pages: no control characters, no links,
// at most so many characters. Blanks around it are dropped, and blanks alone count as missing (rule R3).
func ParseName(field, typed string, longest int) (string, *apierr.Error) {
	name := strings.Join(strings.Fields(typed), " ")
	switch n := utf8.RuneCountInString(name); {
	case name == "":
		return "", apierr.Blank(field)
	case longest > 0 && n > longest:
		return "", apierr.New(apierr.TooLong, "A name has at most %d characters.", longest).On(field).Over(longest, n)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, forbidden) || looksLikeLink(name):
		return "", apierr.New(apierr.NameInvalid, "A name cannot hold links or control characters.").On(field)
	case !strings.ContainsFunc(name, unicode.IsGraphic) || strings.Trim(name, "\u2800\u3164\u115f\u1160\uffa0") == "":
		return "", apierr.Blank(field)
	}
	return name, nil
}

// forbidden keeps out what does not show, or shows other text than there is: control characters and the marks that
// turn the direction of writing. The joiners that some scripts need may stay.
func forbidden(r rune) bool {
	const zeroWidthNonJoiner, zeroWidthJoiner = '\u200c', '\u200d'
	if r == zeroWidthNonJoiner || r == zeroWidthJoiner {
		return false
	}
	return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Co, r) || strings.ContainsRune("<>", r)
}

func looksLikeLink(name string) bool {
	lower := strings.ToLower(name)
	return strings.Contains(lower, "://") || strings.Contains(lower, "www.") || strings.ContainsAny(lower, `/\`) || dotted(lower)
}

// dotted tells whether a word could be taken for a domain: "evil.com", but not "J.R." or "St. John".
func dotted(name string) bool {
	for word := range strings.FieldsSeq(name) {
		labels := strings.Split(strings.Trim(word, "."), ".")
		if len(labels) > 1 && len(labels[len(labels)-1]) > 1 {
			return true
		}
	}
	return false
}
