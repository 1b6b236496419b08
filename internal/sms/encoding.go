package sms

import "strings"

// The characters of GSM-7 (3GPP TS 23.038, 6.2.1). Those of the extension table come behind an escape, which is a septet more.
const (
	basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ" +
		" !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	extension = "\f^{}\\[~]|€"
)

// How many units are in a text that is one segment, and in each segment of a longer one, which begins with a header that says
// where it belongs: septets of GSM-7, UTF-16 code units of UCS-2.
const (
	aloneGSM7, oneOfManyGSM7 = 160, 153
	aloneUCS2, oneOfManyUCS2 = 70, 67
)

// unusual are the characters of a text that GSM-7 does not have.
func unusual(text string) []string {
	var all []string
	seen := map[rune]bool{}
	for _, r := range text {
		if !seen[r] && septets(r) == 0 {
			seen[r] = true
			all = append(all, string(r))
		}
	}
	return all
}

// segments is how many segments a text takes. A character is whole in one of them, so an earlier one may have room left.
func segments(text string, e Encoding) int {
	units, alone, oneOfMany := septets, aloneGSM7, oneOfManyGSM7
	if e == UCS2 {
		units, alone, oneOfMany = codeUnits, aloneUCS2, oneOfManyUCS2
	}
	total, count, left := 0, 0, 0
	for _, r := range text {
		n := units(r)
		total += n
		if n > left {
			count, left = count+1, oneOfMany
		}
		left -= n
	}
	if total <= alone {
		return min(count, 1)
	}
	return count
}

// septets is what a character takes in GSM-7, which is nothing where GSM-7 does not have it.
func septets(r rune) int {
	switch {
	case strings.ContainsRune(basic, r):
		return 1
	case strings.ContainsRune(extension, r):
		return 2
	}
	return 0
}

// codeUnits is what a character takes in UTF-16: two, a pair of surrogates, where it is beyond the first plane.
func codeUnits(r rune) int {
	if r > 0xffff {
		return 2
	}
	return 1
}
