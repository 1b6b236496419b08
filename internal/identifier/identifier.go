// Package identifier knows what a usable phone number, email address and name is.
//
// It guarantees that two spellings of one number or address come out as the same key, or are refused. Nothing is
// looked up: it is all pure functions.
package identifier

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"parley/internal/apierr"
)

// ParsePhone returns a phone number as E.164 (rule R4). The number has to carry its international prefix, be a valid
// one by libphonenumber's data, and not be known as a landline or another kind of number that takes no text messages;
// "fixed line or mobile" passes.
func ParsePhone(typed string) (string, *apierr.Error) {
	typed = bare(typed)
	if typed == "" {
		return "", apierr.Blank("to")
	}
	if !strings.HasPrefix(typed, "+") && !strings.HasPrefix(typed, "＋") {
		return "", apierr.New(apierr.PhonePrefixMissing, "Give the number with its international prefix in the form +44 7400 123456, beginning with the plus sign.").On("to")
	}
	number, err := phonenumbers.Parse(typed, "ZZ")
	if err != nil || number.GetExtension() != "" || !phonenumbers.IsValidNumber(number) || strings.Count(typed, "+") > 1 {
		return "", apierr.New(apierr.PhoneInvalid, "This is not a valid phone number; check its digits.").On("to")
	}
	if !takesTexts(number) {
		return "", apierr.New(apierr.NotAMobileNumber, "This number takes no text messages, as far as is known of it; give a mobile number.").On("to")
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
}

// PhoneBeginning is the beginning of numbers in E.164 that was typed: with or without the plus sign, or with 00 for it,
// and with whatever people put between digits. What has letters is returned as it is: no number begins so.
func PhoneBeginning(typed string) string {
	typed = bare(typed)
	if strings.ContainsFunc(typed, unicode.IsLetter) {
		return typed
	}
	digits := phonenumbers.NormalizeDigitsOnly(strings.Replace(typed, "(0)", "", 1))
	if !strings.ContainsAny(typed, "+＋") {
		digits = strings.TrimPrefix(digits, "00")
	}
	return "+" + digits
}

// bare drops what clipboards and address books put around a number: marks that do not show, and the scheme tel:.
func bare(typed string) string {
	shown := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, typed)
	shown = strings.TrimSpace(shown)
	if len(shown) >= 4 && strings.EqualFold(shown[:4], "tel:") {
		shown = shown[4:]
	}
	return shown
}

// takesTexts tells whether a message to the number may arrive, at an ordinary price.
func takesTexts(number *phonenumbers.PhoneNumber) bool {
	switch phonenumbers.GetNumberType(number) {
	case phonenumbers.MOBILE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.VOIP, phonenumbers.UNKNOWN:
		return !ofNoCountry(number)
	}
	return false
}

// Country is the country of a number in E.164, ISO 3166-1 alpha-2, or "" where it is of none.
func Country(e164 string) string {
	number, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil {
		return ""
	}
	return phonenumbers.GetRegionCodeForNumber(number)
}

// Lengths of an address by RFC 5321, section 4.5.3.1.
const (
	maxAddress   = 254
	maxLocalPart = 64
)

// ParseEmail checks an email address. It is kept as typed, without blanks around it; key is how it is compared.
func ParseEmail(typed string) (address, key string, refusal *apierr.Error) {
	address = strings.TrimSpace(typed)
	if address == "" {
		return "", "", apierr.Blank("to")
	}
	if !plausible(address) {
		return "", "", apierr.New(apierr.EmailInvalid, "This is not an email address; it should look like name@example.com.").On("to")
	}
	return address, EmailKey(address), nil
}

// EmailKey is how an address is compared: without regard to case.
func EmailKey(address string) string { return strings.ToLower(strings.TrimSpace(address)) }

// plausible accepts an addr-spec of RFC 5322 without quoted parts or literals, under a domain with a dot, in ASCII:
// letters of other scripts that look alike could otherwise pass for another's address.
func plausible(address string) bool {
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Address != address || parsed.Name != "" || len(address) > maxAddress || !ascii(address) {
		return false
	}
	local, domain, _ := strings.Cut(address, "@")
	return len(local) <= maxLocalPart && !strings.ContainsAny(local, `"\ `) && plausibleDomain(domain)
}

func plausibleDomain(domain string) bool {
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return false
	}
	for _, label := range labels {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' || strings.Trim(strings.ToLower(label), "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
			return false
		}
	}
	return strings.Trim(labels[len(labels)-1], "0123456789") != "" // or it is an address of the network
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= utf8.RuneSelf || s[i] == 0x7f {
			return false
		}
	}
	return true
}
