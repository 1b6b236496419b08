package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/nyaruka/phonenumbers"

	"parley/internal/carrier"
)

// offered is a number that can be bought, as Twilio shows it.
type offered struct {
	PhoneNumber string `json:"phone_number"`
	ISOCountry  string `json:"iso_country"`
}

// Search returns numbers that take text messages: where an area is asked for those of the area, else mobile ones first,
// since in many countries no others do. A country has not all kinds.
func (a *Account) Search(ctx context.Context, country, areaCode string, most int) ([]*carrier.Number, error) {
	kinds := []string{"Mobile", "Local"}
	if areaCode != "" {
		kinds = []string{"Local"}
	}
	found := []*carrier.Number{}
	for _, kind := range kinds {
		if len(found) >= most {
			break
		}
		some, err := a.search(ctx, kind, country, areaCode, most-len(found))
		if err != nil {
			return nil, fmt.Errorf("search numbers at Twilio: %w", err)
		}
		found = append(found, some...)
	}
	return found, nil
}

func (a *Account) search(ctx context.Context, kind, country, areaCode string, most int) ([]*carrier.Number, error) {
	var answer struct {
		Numbers []offered `json:"available_phone_numbers"`
	}
	err := a.get(ctx, a.resource("AvailablePhoneNumbers/"+url.PathEscape(country)+"/"+kind+".json"), wanted(country, areaCode, most), &answer)
	var p problem
	if errors.As(err, &p) && p.status == http.StatusNotFound { // it has none of the kind
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var found []*carrier.Number
	for _, n := range answer.Numbers {
		if strings.HasPrefix(n.PhoneNumber, prefix(country, areaCode)) && len(found) < most {
			found = append(found, &carrier.Number{Number: n.PhoneNumber, Country: n.ISOCountry, AreaCode: carrier.AreaCode(n.PhoneNumber)})
		}
	}
	return found, nil
}

// wanted is what Twilio is asked for. It knows areas in the USA and Canada alone. Elsewhere the digits are looked for, and
// found in the middle of numbers, too: those are left out, so more are asked for.
func wanted(country, areaCode string, most int) url.Values {
	query := url.Values{"SmsEnabled": {"true"}, "PageSize": {strconv.Itoa(most)}}
	switch {
	case areaCode == "":
	case country == "US" || country == "CA":
		query.Set("AreaCode", areaCode)
	default:
		query.Set("Contains", strings.TrimPrefix(prefix(country, areaCode), "+"))
		query.Set("PageSize", strconv.Itoa(max(10*most, 100)))
	}
	return query
}

// prefix is what numbers of an area begin with.
func prefix(country, areaCode string) string {
	if areaCode == "" {
		return "+"
	}
	return fmt.Sprintf("+%d%s", phonenumbers.GetCountryCodeForRegion(country), areaCode)
}

// bought is a number that the account has, as Twilio shows it.
type bought struct {
	SID          string `json:"sid"`
	FriendlyName string `json:"friendly_name"`
}

// Purchase buys a number, which bears the reference as its name. It is looked for before, since it may have been bought by
// a call whose answer nobody heard, and again where Twilio says that it cannot be bought: such a call may come late.
func (a *Account) Purchase(ctx context.Context, number, reference string) error {
	switch found, err := a.find(ctx, number, reference); {
	case err != nil:
		return fmt.Errorf("look for a number before it is bought: %w", err) // it says nothing of a call before this one
	case found != "":
		return nil
	}
	err := a.call(ctx, http.MethodPost, a.resource("IncomingPhoneNumbers.json"), url.Values{
		"PhoneNumber": {number}, "FriendlyName": {reference}, "SmsUrl": {a.public + smsPath + repeats}, "SmsMethod": {http.MethodPost},
	}, nil)
	if err == nil {
		return nil
	}
	verdict := sale(err)
	if !errors.Is(verdict, carrier.ErrNotAvailable) {
		return verdict
	}
	switch found, err := a.find(ctx, number, reference); {
	case err != nil:
		return fmt.Errorf("look for a number that cannot be bought: %w", err)
	case found != "":
		return nil
	}
	return verdict
}

// notForSale are the codes of Twilio's for a number that cannot be bought: it is not there, or more is asked of who buys it
// than Parley can give, such as an address in the country.
var notForSale = []int{21404, 21421, 21422, 21450, 21451, 21452, 21615, 21631, 21632, 21649, 21650, 21651}

// sale tells what the error of a purchase means.
func sale(err error) error {
	var none unsent
	var p problem
	switch {
	case errors.As(err, &p) && slices.Contains(notForSale, p.code) && p.certain():
		return fmt.Errorf("%w: %w", carrier.ErrNotAvailable, err)
	case errors.As(err, &none), errors.As(err, &p) && p.certain():
		return fmt.Errorf("%w: %w", carrier.ErrNotDone, err)
	}
	return fmt.Errorf("buy a number at Twilio: %w", err)
}

// Release gives a number back that bears the reference.
func (a *Account) Release(ctx context.Context, number, reference string) error {
	found, err := a.find(ctx, number, reference)
	if err != nil {
		return fmt.Errorf("look for a number to be given back: %w", err)
	}
	if found == "" {
		return nil
	}
	err = a.call(ctx, http.MethodDelete, a.resource("IncomingPhoneNumbers/"+url.PathEscape(found)+".json"), nil, nil)
	var p problem
	if err != nil && (!errors.As(err, &p) || p.status != http.StatusNotFound) {
		return fmt.Errorf("give a number back: %w", err)
	}
	return nil
}

// find returns what Twilio calls a number that bears the reference, and nothing where the account has none.
func (a *Account) find(ctx context.Context, number, reference string) (string, error) {
	var answer struct {
		Numbers []bought `json:"incoming_phone_numbers"`
	}
	err := a.get(ctx, a.resource("IncomingPhoneNumbers.json"), url.Values{"PhoneNumber": {number}}, &answer)
	if err != nil {
		return "", err
	}
	for _, n := range answer.Numbers {
		if n.FriendlyName == reference {
			return n.SID, nil
		}
	}
	return "", nil
}
