package sms

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Word is what a customer tells the carrier, or whoever is in its place, and not a person.
type Word string

// The words that count (rule M9).
const (
	NoWord Word = ""
	Stop   Word = "STOP"  // opts the customer out
	Start  Word = "START" // and back in
	Help   Word = "HELP"  // asks who this is
)

// Keyword returns what a message says where it is one of the words alone, in any case and width, with blanks, dots, exclamation
// marks, quotes or characters that do not show around it.
func Keyword(text string) Word {
	alone := strings.TrimFunc(norm.NFKC.String(text), func(r rune) bool {
		return unicode.IsSpace(r) || unicode.In(r, unicode.Cf, unicode.Pi, unicode.Pf) || strings.ContainsRune(`.!"'`, r)
	})
	switch strings.Join(strings.Fields(strings.ToUpper(alone)), " ") {
	case "STOP", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "STOPALL", "STOP ALL":
		return Stop
	case "START", "UNSTOP", "YES":
		return Start
	case "HELP":
		return Help
	}
	return NoWord
}
