package identifier_test

import (
	"strings"
	"testing"

	"parley/internal/apierr"
	"parley/internal/identifier"
)

func TestR4_PhoneNumbers(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"+447400123456":             "+447400123456",
		" +44 (0)7400-123 456":      "+447400123456",
		"+44.7400.123456":           "+447400123456",
		"+1 201 555 0123":           "+12015550123", // fixed line or mobile passes
		"+33 6 12 34 56 78":         "+33612345678",
		"＋447400123456":             "+447400123456",
		"tel:+447400123456":         "+447400123456",
		"\u202a+447400123456\u202c": "+447400123456",
		"++447400123456":            "PHONE_INVALID",
		"+870773111632":             "NOT_A_MOBILE_NUMBER", // satellite
		"+449098790000":             "NOT_A_MOBILE_NUMBER", // premium rate
		"+448001111111":             "NOT_A_MOBILE_NUMBER", // freephone
		"+447012345678":             "NOT_A_MOBILE_NUMBER", // personal number
		"":                          "REQUIRED",
		"  \t ":                     "REQUIRED",
		"07400 123456":              "PHONE_PREFIX_MISSING",
		"00447400123456":            "PHONE_PREFIX_MISSING",
		"447400123456":              "PHONE_PREFIX_MISSING",
		"+44 7400":                  "PHONE_INVALID",
		"+447400123456789":          "PHONE_INVALID",
		"+999123456789":             "PHONE_INVALID",
		"+447400123456 ext. 5":      "PHONE_INVALID",
		"+44 nonsense":              "PHONE_INVALID",
		"+44 20 7946 0018":          "NOT_A_MOBILE_NUMBER",
		"+49 30 123456":             "NOT_A_MOBILE_NUMBER",
	} {
		got, refusal := identifier.ParsePhone(typed)
		if refusal != nil {
			got = string(refusal.Code)
		}
		if got != want {
			t.Errorf("ParsePhone(%q) = %s, want %s", typed, got, want)
		}
	}
}

func TestR4_EmailAddresses(t *testing.T) {
	t.Parallel()
	for _, typed := range []string{"ada@example.com", "Ada.Lovelace+work@Mail.Example.co.uk", " ada@example.com "} {
		address, key, refusal := identifier.ParseEmail(typed)
		if refusal != nil || address != strings.TrimSpace(typed) || key != strings.ToLower(address) {
			t.Errorf("ParseEmail(%q) = %q, %q, %v", typed, address, key, refusal)
		}
	}
	for _, typed := range []string{
		"ada", "ada@", "@example.com", "ada@example", "ada@@example.com", "ada example@example.com", "ada@exa mple.com",
		"Ada <ada@example.com>", "ada@example.com\r\nBcc: all@example.com", "ada@-example.com", "ada@[127.0.0.1]", "аda@example.com",
		"a@example..com", "a@1.2.3.4", "a@x.123", strings.Repeat("a", 65) + "@example.com", "\"a b\"@example.com",
	} {
		if _, _, refusal := identifier.ParseEmail(typed); refusal == nil || refusal.Code != apierr.EmailInvalid {
			t.Errorf("ParseEmail(%q) = %v, want EMAIL_INVALID", typed, refusal)
		}
	}
}

func TestR3_Names(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"Ada": "Ada", "  Ada   Augusta ": "Ada Augusta", "O'Brien-Smith": "O'Brien-Smith", "J.R.": "J.R.", "St. John": "St. John",
		"李": "李", "": "REQUIRED", " \t\u00a0": "REQUIRED", "\u3164": "REQUIRED",
		"St.John": "St.John", "\u2800": "REQUIRED", "evil\uff0ecom": "NAME_INVALID", "evil\u3002com": "NAME_INVALID",
		"e\u2024com": "NAME_INVALID", "1.2.3.4": "NAME_INVALID", "tel:+123": "NAME_INVALID", "a@b": "NAME_INVALID",
		"evil.com": "NAME_INVALID", "http://evil": "NAME_INVALID", "a\u202eb": "NAME_INVALID", "a\x00b": "NAME_INVALID",
		"<b>": "NAME_INVALID", strings.Repeat("a", 65): "TOO_LONG",
	} {
		got, refusal := identifier.ParseName("firstName", typed, 64)
		if refusal != nil {
			got = string(refusal.Code)
		}
		if got != want {
			t.Errorf("ParseName(%q) = %s, want %s", typed, got, want)
		}
	}
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+44 7400 123456")
	f.Fuzz(func(t *testing.T, typed string) {
		number, refusal := identifier.ParsePhone(typed)
		if refusal != nil {
			return
		}
		if again, refusal := identifier.ParsePhone(number); refusal != nil || again != number {
			t.Errorf("ParsePhone(%q) = %q, which parses to %q, %v", typed, number, again, refusal)
		}
	})
}

func TestR18_ABeginningOfANumberIsFoundHoweverItIsTyped(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"+447400": "+447400", " +44 (0)7400-12 ": "+44740012", "0044 7400": "+447400", "447400": "+447400", "＋４４": "+44", "tel:+44.7": "+447",
		"+": "+", "(": "+", "+0044": "+0044", "ada": "ada", "+44x": "+44x",
	} {
		if got := identifier.PhoneBeginning(typed); got != want {
			t.Errorf("%q begins %q, want %q", typed, got, want)
		}
	}
}

func TestO5_Lines(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"12":                    "12 extension",
		" 471100 ":              "471100 extension",
		"1":                     "PHONE_PREFIX_MISSING",
		"4711001":               "PHONE_PREFIX_MISSING",
		"020 7946 0018":         "PHONE_PREFIX_MISSING",
		"":                      "REQUIRED",
		"+44":                   "PHONE_INVALID",
		"+44 20 7946 0018 x 12": "PHONE_INVALID",
		"++442079460018":        "PHONE_INVALID",
		"tel:+44 20 7946 0018":  "+442079460018",
		"+447400123456":         "+447400123456 mobile",
		"+12015550123":          "+12015550123", // fixed line or mobile
		"+448001111111":         "+448001111111",
		"+449098790000":         "+449098790000 special",
		"+870773111632":         "+870773111632 mobile special",
	} {
		l, refusal := identifier.ParseLine(typed)
		got := l.Number
		if refusal != nil {
			got = string(refusal.Code)
		}
		if l.Extension {
			got += " extension"
		}
		if l.Mobile {
			got += " mobile"
		}
		if l.Special {
			got += " special"
		}
		if got != want {
			t.Errorf("ParseLine(%q) = %s, want %s", typed, got, want)
		}
	}
}
