// Package sms knows what a text message is: how it is encoded, what it costs, what is filled into it, and which words opt a
// customer out.
//
// It guarantees that a text is measured as carriers bill it (3GPP TS 23.038 and 23.040), and that what is filled in is never
// filled in again. Nothing is looked up, kept or sent: it is all pure functions.
package sms

import (
	"unicode/utf8"

	"parley/internal/apierr"
	"parley/internal/identifier"
)

// Encoding is how the characters of a text become bits.
type Encoding string

// The encodings of text messages. One character outside of GSM-7 makes the whole text UCS-2.
const (
	GSM7 Encoding = "GSM_7"
	UCS2 Encoding = "UCS_2"
)

// Size is how large a text is.
type Size struct {
	Characters int // Unicode code points, which is what the limit counts (rule M3)
	Encoding   Encoding
	Segments   int      // how many messages the carrier sends and bills; none for an empty text
	Unusual    []string // the characters that force UCS-2, each once, as they come
}

// Measure returns how large a text is.
func Measure(text string) Size {
	s := Size{Characters: utf8.RuneCountInString(text), Encoding: GSM7, Unusual: unusual(text)}
	if len(s.Unusual) > 0 {
		s.Encoding = UCS2
	}
	s.Segments = segments(text, s.Encoding)
	return s
}

// Check checks a text that is to be sent, with everything filled in; longest is the limit sms-characters, and none where it is
// zero (rule M3).
func Check(field, text string, longest int) *apierr.Error {
	if identifier.Blank(text) {
		return apierr.Blank(field)
	}
	if n := utf8.RuneCountInString(text); longest > 0 && n > longest {
		return apierr.New(apierr.SmsTooLong, "A text message has at most %d characters (limit sms-characters), this one has %d.", longest, n).
			On(field).Over(longest, n)
	}
	return nil
}
