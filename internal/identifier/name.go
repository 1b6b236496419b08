package identifier

import (
	"net"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
	"golang.org/x/text/unicode/norm"

	"parley/internal/apierr"
)

// ParseName checks a person's first or last name, which goes into texts and pages: no control characters, no links,
// at most so many characters. Blanks around it are dropped, and blanks alone count as missing (rule R3).
func ParseName(field, typed string, longest int) (string, *apierr.Error) {
	name := Spelled(typed)
	switch n := utf8.RuneCountInString(name); {
	case name == "":
		return "", apierr.Blank(field)
	case longest > 0 && n > longest:
		return "", apierr.New(apierr.TooLong, "A name has at most %d characters (limit name-characters).", longest).On(field).Over(longest, n)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, forbidden) || looksLikeLink(name):
		return "", apierr.New(apierr.NameInvalid, "A name cannot hold links, < or >, or characters that do not show.").On(field)
	case Blank(name):
		return "", apierr.Blank(field)
	}
	return name, nil
}

// Spelled is a name with one blank between its words, and one spelling of each letter with a mark, however it was typed.
func Spelled(name string) string { return norm.NFC.String(strings.Join(strings.Fields(name), " ")) }

// Words are the words of a name as they are looked for: in lower case, without the marks between them.
func Words(name string) []string {
	return strings.FieldsFunc(norm.NFC.String(strings.ToLower(name)), func(r rune) bool {
		return !unicode.In(r, unicode.L, unicode.N, unicode.M)
	})
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

// Blank tells whether a text shows nothing: it is empty, or all blanks and marks.
func Blank(text string) bool {
	const fillers = "\u115f\u1160\u2800\u3164\uffa0" // letters and symbols that look like blanks
	return !strings.ContainsFunc(text, func(r rune) bool {
		return unicode.IsGraphic(r) && !unicode.IsSpace(r) && !strings.ContainsRune(fillers, r)
	})
}

// dots are what browsers and telephones take for the dot of a domain (UTS #46, section 2.3), and one that looks like it.
var dots = strings.NewReplacer("\u3002", ".", "\uff0e", ".", "\uff61", ".", "\u2024", ".")

func looksLikeLink(name string) bool {
	return strings.ContainsAny(name, `/\:@`) || hasDomain(dots.Replace(strings.ToLower(name)))
}

// hasDomain tells whether a word would be taken for a domain or an address: "evil.com", but not "J.R." or "St.John".
func hasDomain(name string) bool {
	for word := range strings.FieldsSeq(name) {
		word = strings.Trim(word, ".")
		_, registered := publicsuffix.PublicSuffix(word)
		if strings.Contains(word, ".") && registered || net.ParseIP(word) != nil {
			return true
		}
	}
	return false
}
