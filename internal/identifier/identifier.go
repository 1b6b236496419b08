// Package identifier knows what a usable phone number, email address and name is.
//
// It guarantees that two spellings of one number or address come out as the same key, or are refused. Nothing is
// looked up: it is all pure functions.
package identifier

import (
	"net/mail"
	"strings"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"parley/internal/apierr"
)

// ParsePhone returns a phone number as E.164 (rule R4). The number has to carry its international prefix, be a valid
// one by libphonenumber's data, and not a known landline; "fixed line or mobile" passes.
func ParsePhone(typed string) (string, *apierr.Error) {
	typed = strings.TrimSpace(typed)
	if typed == "" {
		return "", apierr.Blank("to")
	}
	if !strings.HasPrefix(typed, "+") && !strings.HasPrefix(typed, "＋") {
		return "", apierr.New(apierr.PhonePrefixMissing, "Give the number with its international prefix, such as +44 7400 123456.").On("to")
	}
	number, err := phonenumbers.Parse(typed, "ZZ")
	if err != nil || number.GetExtension() != "" || !phonenumbers.IsValidNumber(number) {
		return "", apierr.New(apierr.PhoneInvalid, "This is not a valid phone number; check its digits.").On("to")
	}
	if phonenumbers.GetNumberType(number) == phonenumbers.FIXED_LINE {
		return "", apierr.New(apierr.NotAMobileNumber, "This is a landline, which takes no text messages; give a mobile number.").On("to")
	}
	return phonenumbers.Format(number, phonenumbers.E164), nil
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
	return true
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= utf8.RuneSelf || s[i] == 0x7f {
			return false
		}
	}
	return true
}
