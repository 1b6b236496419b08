package identifier_test

import (
	"testing"

	"parley/internal/identifier"
)

func TestO7_Countries(t *testing.T) {
	t.Parallel()
	for typed, want := range map[string]string{
		"GB": "GB", " gb ": "GB", "AX": "AX", "ZW": "ZW", "": "REQUIRED", " ": "REQUIRED",
		"UK": "COUNTRY_INVALID", "XX": "COUNTRY_INVALID", "ZZ": "COUNTRY_INVALID", "GBR": "COUNTRY_INVALID", "G": "COUNTRY_INVALID",
		"B A": "COUNTRY_INVALID", "SU": "COUNTRY_INVALID", "826": "COUNTRY_INVALID",
	} {
		got, refusal := identifier.ParseCountry("country", typed)
		if refusal != nil {
			got = string(refusal.Code)
		}
		if got != want {
			t.Errorf("ParseCountry(%q) = %s, want %s", typed, got, want)
		}
	}
}
