package simulator

import (
	"context"
	"fmt"
	"slices"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
	"github.com/nyaruka/phonenumbers"

	"parley/ent"
	"parley/ent/simulatednumber"
	"parley/internal/carrier"
)

// Numbers sells numbers. It implements carrier.Numbers: what it offers is the same each time, less what it has sold, which is
// kept in the database.
type Numbers struct{ ent *ent.Client }

// NewNumbers returns where numbers are sold.
func NewNumbers(client *ent.Client) *Numbers { return &Numbers{ent: client} }

// mostCandidates bounds how many numbers are looked at for a search.
const mostCandidates = 2000

// Search offers mobile numbers of a country, or those of an area.
func (n *Numbers) Search(ctx context.Context, country, areaCode string, most int) ([]*carrier.Number, error) {
	sold, err := n.ent.SimulatedNumber.Query().IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("find the numbers that the simulator has sold: %w", err)
	}
	offered := []*carrier.Number{}
	for i := 0; i < mostCandidates && len(offered) < most; i++ {
		number, ok := candidate(country, areaCode, i)
		if !ok || slices.Contains(sold, number.Number) {
			continue
		}
		offered = append(offered, &number)
	}
	return offered, nil
}

// candidate is the number at a place among those of a country and an area; not each place has one.
func candidate(country, areaCode string, place int) (carrier.Number, bool) {
	kind := phonenumbers.MOBILE
	if areaCode != "" {
		kind = phonenumbers.FIXED_LINE
	}
	example := phonenumbers.GetExampleNumberForType(country, kind)
	if example == nil {
		return carrier.Number{}, false
	}
	digits := phonenumbers.GetNationalSignificantNumber(example)
	number, err := phonenumbers.Parse(fmt.Sprintf("+%d%s", example.GetCountryCode(), numbered(digits, areaCode, place)), "ZZ")
	if err != nil || !phonenumbers.IsValidNumberForRegion(number, country) {
		return carrier.Number{}, false
	}
	e164 := phonenumbers.Format(number, phonenumbers.E164)
	return carrier.Number{Number: e164, Country: country, AreaCode: carrier.AreaCode(e164)}, true
}

// numbered is a number as long as the digits: the code, then what the digits have there, and four that differ. None ends in
// 0000, which would be unreachable.
func numbered(digits, code string, place int) string {
	if len(digits) < len(code)+4 {
		return ""
	}
	return fmt.Sprintf("%s%s%04d", code, digits[len(code):len(digits)-4], 100+place)
}

// Purchase sells a number.
func (n *Numbers) Purchase(ctx context.Context, number, reference string) error {
	err := n.ent.SimulatedNumber.Create().SetID(number).SetReference(reference).Exec(ctx)
	if err == nil {
		return nil
	}
	if pq.As(err, pqerror.UniqueViolation) == nil {
		return fmt.Errorf("sell a simulated number: %w", err)
	}
	bought, err := n.ent.SimulatedNumber.Query().Where(simulatednumber.ID(number), simulatednumber.Reference(reference)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find out who has a simulated number: %w", err)
	}
	if !bought {
		return carrier.ErrNotAvailable
	}
	return nil
}

// Release takes a number back.
func (n *Numbers) Release(ctx context.Context, number, reference string) error {
	_, err := n.ent.SimulatedNumber.Delete().
		Where(simulatednumber.ID(number), simulatednumber.Reference(reference)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("take a simulated number back: %w", err)
	}
	return nil
}
