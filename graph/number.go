package graph

import (
	"context"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/carrier"
	"parley/internal/number"
)

func (m mutation) PurchasePhoneNumber(ctx context.Context, input number.PurchasePhoneNumberInput) (*number.PurchasePhoneNumberPayload, error) {
	return apierr.Answer(m.Numbers.Purchase(ctx, input))
}

func (m mutation) ReleasePhoneNumber(ctx context.Context, input number.ReleasePhoneNumberInput) (*number.ReleasePhoneNumberPayload, error) {
	return apierr.Answer(m.Numbers.Release(ctx, input))
}

func (f organizationFields) AvailablePhoneNumbers(ctx context.Context, o *ent.Organization, country string, areaCode *string, first *int) ([]*carrier.Number, error) {
	return f.Numbers.Available(ctx, o, country, areaCode, first)
}
