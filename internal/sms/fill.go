package sms

import (
	"bytes"
	"strings"
)

// What stands for a customer's names in a predefined message (rule M4).
const (
	firstName = "%F"
	lastName  = "%L"
)

const blanks = " \t"

// Fill puts a customer's names into a text where %F and %L stand for them; what is in a name is never filled in. Where there
// is no such name, the blanks that are left without a word between them go as well: nobody is greeted by a hole.
func Fill(text, first, last string) string {
	names := map[string]string{firstName: strings.TrimSpace(first), lastName: strings.TrimSpace(last)}
	var filled []byte
	for {
		before, placeholder, behind := cut(text)
		filled, text = append(filled, before...), behind
		if placeholder == "" {
			return string(filled)
		}
		if name := names[placeholder]; name != "" {
			filled = append(filled, name...)
		} else {
			filled, text = closeUp(filled, text)
		}
	}
}

// cut cuts a text around its first placeholder; without one all of it comes before.
func cut(text string) (before, placeholder, behind string) {
	for i := range text {
		for _, placeholder := range []string{firstName, lastName} {
			if behind, found := strings.CutPrefix(text[i:], placeholder); found {
				return text[:i], placeholder, behind
			}
		}
	}
	return text, "", ""
}

// closeUp takes away what surrounds a name that there is not. At the beginning of a line it is the blanks and the comma behind
// it; else the blanks before it, where others, a mark or the end of the line come behind.
func closeUp(before []byte, behind string) ([]byte, string) {
	switch {
	case len(before) == 0 || bytes.HasSuffix(before, []byte("\n")):
		return before, strings.TrimLeft(behind, blanks+",")
	case behind == "" || strings.TrimLeft(behind, blanks+"\r\n,.;:!?)") != behind:
		return bytes.TrimRight(before, blanks), behind
	}
	return before, behind
}
