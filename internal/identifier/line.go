package identifier

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"parley/internal/apierr"
)

// Line is what a telephone number leads to, as far as libphonenumber's data say.
type Line struct {
	Number    string // E.164, or the digits of an extension
	Extension bool   // within the house
	Mobile    bool   // known to be one: a number that may be either is not
	Special   bool   // neither a landline nor a mobile, nor free: it may cost more than others of its country

	number *phonenumbers.PhoneNumber
}

// How many digits an extension has.
const (
	shortestExtension = 2
	longestExtension  = 6
)

// ParseLine returns what a number that was dialled leads to (rule O5): an extension of two to six digits, or a valid number
// with its international prefix.
func ParseLine(typed string) (Line, *apierr.Error) {
	typed = bare(typed)
	switch {
	case typed == "":
		return Line{}, apierr.Blank("number")
	case isExtension(typed):
		return Line{Number: typed, Extension: true}, nil
	case !strings.HasPrefix(typed, "+") && !strings.HasPrefix(typed, "＋"):
		return Line{}, apierr.New(apierr.PhonePrefixMissing,
			"Give the number with its international prefix in the form +44 20 7946 0018, or an extension of %d to %d digits.", shortestExtension, longestExtension).On("number")
	}
	number, err := phonenumbers.Parse(typed, "ZZ")
	if err != nil || number.GetExtension() != "" || !phonenumbers.IsValidNumber(number) || strings.Count(typed, "+") > 1 {
		return Line{}, apierr.New(apierr.PhoneInvalid, "This is not a valid phone number; check its digits.").On("number")
	}
	kind := phonenumbers.GetNumberType(number)
	return Line{
		Number: phonenumbers.Format(number, phonenumbers.E164), number: number,
		Mobile:  kind == phonenumbers.MOBILE || kind == phonenumbers.PAGER,
		Special: !slices.Contains(ordinary, kind) || ofNoCountry(number),
	}, nil
}

// ordinary are the kinds of numbers that cost what a call to a landline or a mobile of their country costs, or less.
var ordinary = []phonenumbers.PhoneNumberType{
	phonenumbers.FIXED_LINE, phonenumbers.FIXED_LINE_OR_MOBILE, phonenumbers.MOBILE, phonenumbers.PAGER,
	phonenumbers.TOLL_FREE, phonenumbers.VOIP, phonenumbers.UAN,
}

// ofNoCountry tells whether a number is one of satellites and the like.
func ofNoCountry(number *phonenumbers.PhoneNumber) bool {
	return phonenumbers.GetRegionCodeForNumber(number) == phonenumbers.REGION_CODE_FOR_NON_GEO_ENTITY
}

// In tells whether the number is one of a country, ISO 3166-1 alpha-2. One without charge may be of several.
func (l Line) In(country string) bool {
	return l.number != nil && phonenumbers.IsValidNumberForRegion(l.number, country)
}

// HasNumbers tells whether there are numbers of a country, ISO 3166-1 alpha-2.
func HasNumbers(country string) bool { return phonenumbers.GetSupportedRegions()[country] }

func isExtension(typed string) bool {
	return len(typed) >= shortestExtension && len(typed) <= longestExtension && strings.Trim(typed, "0123456789") == ""
}
