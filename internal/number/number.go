// Package number is how organisations come to phone numbers, and part with them (rule O8).
//
// It guarantees that a number is one organisation's at a time, and that what is paid for is what is held. The row comes first,
// then the carrier is asked, outside of a transaction, by the row's id; what it says is settled in the row. Where nobody has
// heard what it says, it is asked again, by whoever comes first: a repeated request, or Run in any process.
//
// It does not know what a number is used for: that is the organisation's.
package number

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/phonenumber"
	"parley/ent/service"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/carrier"
	"parley/internal/database"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/limits"
	"parley/internal/organization"
	"parley/internal/page"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// Service answers for buying and releasing numbers.
type Service struct {
	ent     *ent.Client
	limits  limits.Limits
	carrier carrier.Numbers
	counter *throttle.Counter
	audit   *audit.Log
	log     *slog.Logger
}

// Parts are what a Service is made of.
type Parts struct {
	Ent     *ent.Client
	Limits  limits.Limits
	Carrier carrier.Numbers
	Counter *throttle.Counter
	Audit   *audit.Log
	Log     *slog.Logger
}

// New returns the service. Run must be called for what the carrier did not answer to be settled.
func New(p Parts) *Service {
	return &Service{ent: p.Ent, limits: p.Limits, carrier: p.Carrier, counter: p.Counter, audit: p.Audit, log: cmp.Or(p.Log, slog.New(slog.DiscardHandler))}
}

// Prefix is the type of ids of numbers.
const Prefix = "num"

// Available are numbers of a country that can be bought, of the area where a code is given; for administrators.
func (s *Service) Available(ctx context.Context, o *ent.Organization, country string, areaCode *string, first *int) ([]*carrier.Number, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	if v.OrganizationID() != o.ID {
		return nil, apierr.MissingThing("organisation")
	}
	size, err := page.Size(first, s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	country, area, err := place(country, areaCode)
	if err != nil || size == 0 {
		return nil, err
	}
	if err := s.counter.Take(ctx, throttle.Rule{Name: "number-searches-per-minute", Of: o.ID, Limit: s.limits.NumberSearches, Window: time.Minute}); err != nil {
		return nil, err
	}
	return s.search(ctx, country, area, size)
}

// place checks a country and an area code.
func place(country string, areaCode *string) (string, string, error) {
	country = strings.ToUpper(strings.TrimSpace(country))
	if !identifier.HasNumbers(country) {
		return "", "", apierr.New(apierr.BadUserInput, "There are no numbers of this country; give its two letters, such as GB.")
	}
	if areaCode == nil {
		return country, "", nil
	}
	area := strings.TrimSpace(*areaCode)
	if len(area) > 8 || strings.Trim(area, "0123456789") != "" {
		return "", "", apierr.New(apierr.BadUserInput, "An area code is some digits, such as 20 for London.")
	}
	return country, area, nil
}

// search asks the carrier, and leaves out what somebody has here, so that nobody is offered what they cannot buy.
func (s *Service) search(ctx context.Context, country, areaCode string, most int) ([]*carrier.Number, error) {
	asking, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	found, err := s.carrier.Search(asking, country, areaCode, most)
	if err != nil {
		s.log.WarnContext(ctx, "a carrier did not say which numbers it sells", "error", err)
		return nil, silent("Try again in a while.")
	}
	all := make([]string, len(found))
	for i, n := range found {
		all[i] = n.Number
	}
	var taken []string
	err = s.ent.PhoneNumber.Query().Where(phonenumber.NumberIn(all...), phonenumber.ReleasedAtIsNil()).
		Select(phonenumber.FieldNumber).Scan(ctx, &taken)
	if err != nil {
		return nil, fmt.Errorf("find numbers that are taken: %w", err)
	}
	return without(found, taken), nil
}

func without(found []*carrier.Number, taken []string) []*carrier.Number {
	isTaken := make(map[string]bool, len(taken))
	for _, n := range taken {
		isTaken[n] = true
	}
	free := []*carrier.Number{}
	for _, n := range found {
		if !isTaken[n.Number] {
			free = append(free, n)
		}
	}
	return free
}

// PurchasePhoneNumberInput is the input of purchasePhoneNumber.
type PurchasePhoneNumberInput struct {
	Number         string
	IdempotencyKey *string
}

// PurchasePhoneNumberPayload is the answer of purchasePhoneNumber.
type PurchasePhoneNumberPayload struct {
	apierr.Payload
	PhoneNumber *ent.PhoneNumber
}

// Purchase buys a number; for administrators. One that was refused leaves its count of the day and nothing else, and
// may be tried again with the same key.
func (s *Service) Purchase(ctx context.Context, in PurchasePhoneNumberInput) (*PurchasePhoneNumberPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	line, refusal := identifier.ParseLine(in.Number)
	if refusal != nil {
		return nil, refusal
	}
	if line.Extension {
		return nil, apierr.New(apierr.PhoneInvalid, "This is an extension; give a whole number with its international prefix.").On("number")
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "purchasePhoneNumber", line.Number)
	if err != nil {
		return nil, err
	}
	n, ours, err := s.reserve(ctx, v, line.Number, key)
	if err != nil {
		return nil, fmt.Errorf("reserve a number: %w", err)
	}
	switch {
	case ours:
		n, err = s.buy(ctx, n, true)
	case n.Status == phonenumber.StatusPurchasing:
		n, err = s.await(ctx, n)
	}
	if err != nil {
		return nil, err
	}
	return &PurchasePhoneNumberPayload{PhoneNumber: n}, nil
}

// reserve keeps a number that is about to be bought, so that nobody else buys it, and tells that it did; or returns what the
// key stands for. A purchase that came to nothing is begun anew under the id that its key stands for.
func (s *Service) reserve(ctx context.Context, v auth.Viewer, number string, key idempotency.Key) (n *ent.PhoneNumber, ours bool, err error) {
	err = organization.Administer(ctx, s.ent, v, func(tx *ent.Tx) error {
		id, err := key.ClaimTx(ctx, tx, typeid.New(Prefix))
		if err != nil {
			return err
		}
		n, err = tx.PhoneNumber.Get(ctx, id)
		if ours = ent.IsNotFound(err); !ours {
			return err
		}
		n, err = s.reserveTx(ctx, tx, v, id, number)
		return err
	})
	switch {
	case database.Violates(err, "phone_numbers_pkey"): // another request has begun it anew at this moment
		return s.reserve(ctx, v, number, key)
	case database.Violates(err, "phone_number_held_once"):
		return nil, false, notAvailable()
	}
	return n, ours, err
}

func (s *Service) reserveTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id, number string) (*ent.PhoneNumber, error) {
	n, err := tx.PhoneNumber.Create().SetID(id).SetOrganizationID(v.OrganizationID()).
		SetBoughtByID(v.ID()).SetNumber(number).SetCountry(cmp.Or(identifier.Country(number), "ZZ")).
		SetStatus(phonenumber.StatusPurchasing).SetSettleAt(time.Now().Add(unheard)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep number: %w", err)
	}
	err = s.counter.TakeTx(ctx, tx, throttle.Rule{
		Name: "number-purchases-per-day", Of: v.OrganizationID(), Limit: s.limits.NumberPurchases, Window: 24 * time.Hour,
	})
	return n, err
}

func notAvailable() error {
	return apierr.New(apierr.NumberNotAvailable, "This number cannot be bought: it is somebody's, or not for sale. Choose another.").On("number")
}

// ReleasePhoneNumberInput is the input of releasePhoneNumber.
type ReleasePhoneNumberInput struct {
	ID      string
	Confirm *bool
}

// ReleasePhoneNumberPayload is the answer of releasePhoneNumber.
type ReleasePhoneNumberPayload struct {
	apierr.Payload
	PhoneNumber *ent.PhoneNumber
}

// Release gives a number back, after confirmation; for administrators. From then on nothing is sent from it, and services
// that used it have no SMS, whenever the carrier takes it. Releasing one that was released changes nothing.
func (s *Service) Release(ctx context.Context, in ReleasePhoneNumberInput) (*ReleasePhoneNumberPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	var n *ent.PhoneNumber
	err = organization.Administer(ctx, s.ent, v, func(tx *ent.Tx) error {
		n, err = tx.PhoneNumber.Query().Where(phonenumber.ID(in.ID), phonenumber.OrganizationID(v.OrganizationID())).ForUpdate().Only(ctx)
		if ent.IsNotFound(err) {
			return apierr.MissingThing("number")
		}
		if err != nil {
			return fmt.Errorf("lock number: %w", err)
		}
		if in.Confirm == nil || !*in.Confirm {
			return apierr.New(apierr.ConfirmationRequired,
				"The number may not come back once it is released, and services that use it lose SMS. Repeat this with confirm: true.").On("confirm")
		}
		n, err = s.releaseTx(ctx, tx, v, n)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("release number: %w", err)
	}
	if n.Status == phonenumber.StatusReleasing {
		n = s.giveBack(ctx, n)
	}
	return &ReleasePhoneNumberPayload{PhoneNumber: n}, nil
}

// releaseTx takes a number that is locked from all that use it.
func (s *Service) releaseTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, n *ent.PhoneNumber) (*ent.PhoneNumber, error) {
	switch n.Status {
	case phonenumber.StatusPurchasing:
		return nil, apierr.New(apierr.NumberNotAvailable, "This number is still being bought. Try again in a minute.").On("id")
	case phonenumber.StatusReleasing, phonenumber.StatusReleased:
		return n, nil
	}
	n, err := tx.PhoneNumber.UpdateOne(n).SetStatus(phonenumber.StatusReleasing).SetSettleAt(time.Now().Add(unheard)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("mark number as being released: %w", err)
	}
	if err := tx.Service.Update().Where(service.PhoneNumberID(n.ID)).ClearPhoneNumberID().Exec(ctx); err != nil {
		return nil, fmt.Errorf("take the number from services: %w", err)
	}
	return n, s.audit.RecordTx(ctx, tx, v, audit.PhoneNumberReleased, n.ID, n.Number)
}
