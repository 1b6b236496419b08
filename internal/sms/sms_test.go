package sms_test

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"parley/internal/apierr"
	"parley/internal/sms"
)

func TestM3_SizesOfTexts(t *testing.T) {
	t.Parallel()
	many := strings.Repeat
	for _, c := range []struct {
		name, text string
		encoding   sms.Encoding
		segments   int
	}{
		{"nothing", "", sms.GSM7, 0},
		{"one letter", "a", sms.GSM7, 1},
		{"an escape is no character of a text", "\x1b", sms.UCS2, 1},
		{"a backtick looks like GSM-7", "`", sms.UCS2, 1},
		{"of cedillas the capital alone", "Ç", sms.GSM7, 1},
		{"of cedillas the capital alone", "ç", sms.UCS2, 1},
		{"160 septets", many("a", 160), sms.GSM7, 1},
		{"161 septets", many("a", 161), sms.GSM7, 2},
		{"twice 153", many("a", 306), sms.GSM7, 2},
		{"twice 153 and one", many("a", 307), sms.GSM7, 3},
		{"80 that count two", many("€", 80), sms.GSM7, 1},
		{"81 that count two", many("€", 81), sms.GSM7, 2},
		{"158 and one that counts two", many("a", 158) + "€", sms.GSM7, 1},
		{"159 and one that counts two", many("a", 159) + "€", sms.GSM7, 2},
		{"an escape stays with its character", many("a", 152) + "€" + many("a", 151), sms.GSM7, 2},
		{"which takes a septet of the next segment", many("a", 152) + "€" + many("a", 152), sms.GSM7, 3},
		{"all that fits two segments where nothing is split", many("€", 152), sms.GSM7, 2},
		{"and one more", many("€", 153), sms.GSM7, 3},
		{"70 code units", many("ж", 70), sms.UCS2, 1},
		{"71 code units", many("ж", 71), sms.UCS2, 2},
		{"twice 67", many("ж", 134), sms.UCS2, 2},
		{"twice 67 and one", many("ж", 135), sms.UCS2, 3},
		{"what counts two in GSM-7 is one code unit", many("€", 69) + "ж", sms.UCS2, 1},
		{"35 pairs", many("😀", 35), sms.UCS2, 1},
		{"36 pairs", many("😀", 36), sms.UCS2, 2},
		{"66 pairs, 33 in a segment", many("😀", 66), sms.UCS2, 2},
		{"67 pairs", many("😀", 67), sms.UCS2, 3},
		{"a pair stays whole", many("ж", 66) + "😀" + many("ж", 65), sms.UCS2, 2},
		{"and takes a unit of the next segment", many("ж", 66) + "😀" + many("ж", 66), sms.UCS2, 3},
	} {
		got := sms.Measure(c.text)
		if got.Encoding != c.encoding || got.Segments != c.segments || got.Characters != utf8.RuneCountInString(c.text) {
			t.Errorf("%s: %+v, want %s in %d segments", c.name, got, c.encoding, c.segments)
		}
	}
}

// The default alphabet has 128 places: one is the escape, and the table behind that has ten characters.
func TestM3_TheAlphabetIsWhole(t *testing.T) {
	t.Parallel()
	alone, escaped := 0, 0
	for r := rune(0); r <= 0xffff; r++ {
		if utf16.IsSurrogate(r) {
			continue
		}
		switch text := string(r); {
		case sms.Measure(text).Encoding == sms.UCS2:
		case sms.Measure(strings.Repeat(text, 160)).Segments == 1:
			alone++
		default:
			escaped++
		}
	}
	if alone != 127 || escaped != 10 {
		t.Errorf("%d characters stand alone and %d behind an escape, want 127 and 10", alone, escaped)
	}
}

func TestM3_WhatForcesUCS2IsNamedOnceInOrder(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"Hello €": nil,
		"”Привет”, “мир” 😀😀": {"”", "П", "р", "и", "в", "е", "т", "“", "м", "😀"},
		"a\u0301": {"\u0301"},
	} {
		if got := sms.Measure(text).Unusual; !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestM3_TextsAreCountedInCodePoints(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]apierr.Code{
		"":                         apierr.Required,
		" \n\u200b":                apierr.Required,
		"x":                        "",
		strings.Repeat("😀", 160):   "",
		strings.Repeat("€", 160):   "",
		strings.Repeat("😀", 161):   apierr.SmsTooLong,
		strings.Repeat("a", 1_000): apierr.SmsTooLong,
	} {
		refusal := sms.Check("body", text, 160)
		switch {
		case refusal == nil && want == "":
		case refusal == nil || refusal.Code != want || !slices.Equal(refusal.Field, []string{"body"}):
			t.Errorf("%.20q is answered by %+v, want %q", text, refusal, want)
		case want == apierr.SmsTooLong && (*refusal.Limit != 160 || *refusal.Count != utf8.RuneCountInString(text)):
			t.Errorf("%.20q is refused with limit %d and count %d", text, *refusal.Limit, *refusal.Count)
		}
	}
	if refusal := sms.Check("body", strings.Repeat("a", 1_000), 0); refusal != nil {
		t.Errorf("a limit that is lifted refuses: %v", refusal)
	}
}

func FuzzMeasure(f *testing.F) {
	f.Add("Hello €")
	f.Add(strings.Repeat("😀", 40))
	f.Add("\xff\x1b")
	f.Fuzz(func(t *testing.T, text string) {
		got := sms.Measure(text)
		if got.Characters != len([]rune(text)) || (got.Encoding == sms.UCS2) != (len(got.Unusual) > 0) {
			t.Errorf("%q is %+v", text, got)
		}
		units, alone, least := len(utf16.Encode([]rune(text))), 70, 66
		if got.Encoding == sms.GSM7 {
			units, alone, least = len([]rune(text))+strings.Count(strings.Map(escaped, text), "x"), 160, 152
		}
		fewest, most := (units+least)/(least+1), (units+least-1)/least // a whole character may leave one unit of a segment free
		if units <= alone {
			fewest, most = min(units, 1), min(units, 1)
		}
		if got.Segments < fewest || got.Segments > most {
			t.Errorf("%q of %d units is %+v, want %d to %d segments", text, units, got, fewest, most)
		}
	})
}

// escaped is an x for each character that stands behind an escape.
func escaped(r rune) rune {
	if strings.ContainsRune("\f^{}\\[~]|€", r) {
		return 'x'
	}
	return -1
}
