// Package carrier is what a telephone company is asked for, other than to carry messages: numbers to be bought.
//
// It holds the ports, and what those who implement them share. Who implements one guarantees that what was done before by the same reference may be asked for
// again: nothing is bought or given back twice. So whoever did not hear the answer asks once more.
package carrier

import (
	"context"
	"errors"

	"github.com/nyaruka/phonenumbers"
)

// Numbers is where numbers are bought.
type Numbers interface {
	// Search returns at most so many numbers of a country that can be bought, of the area where a code is given.
	Search(ctx context.Context, country, areaCode string, most int) ([]*Number, error)

	// Purchase buys a number, which is known by the reference from then on. The error is ErrNotAvailable where it cannot be
	// bought, ErrNotDone where this request has certainly done nothing, and any other where that is unknown.
	Purchase(ctx context.Context, number, reference string) error

	// Release gives a number back that was bought by the reference. One that was not is no error.
	Release(ctx context.Context, number, reference string) error
}

// Number is a number that can be bought.
type Number struct {
	Number   string  // E.164
	Country  string  // ISO 3166-1 alpha-2
	AreaCode *string // nil where the number is of no area
}

// What a carrier says of a purchase.
var (
	ErrNotAvailable = errors.New("the number cannot be bought")
	ErrNotDone      = errors.New("the carrier did nothing")
)

// AreaCode is the area of a number in E.164, by its code; nil where it is of none.
func AreaCode(e164 string) *string {
	number, err := phonenumbers.Parse(e164, "ZZ")
	if err != nil {
		return nil
	}
	length := phonenumbers.GetLengthOfGeographicalAreaCode(number)
	if length == 0 {
		return nil
	}
	code := phonenumbers.GetNationalSignificantNumber(number)[:length]
	return &code
}
