package number_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/event"
	"parley/ent/phonenumber"
	"parley/ent/service"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/carrier"
	"parley/internal/database"
	"parley/internal/limits"
	"parley/internal/notify/simulator"
	"parley/internal/number"
	"parley/internal/organization"
	"parley/internal/page"
	"parley/internal/throttle"
)

// exchange is the simulated carrier with a bad line: it may lose what is asked, or what is answered.
type exchange struct {
	carrier.Numbers
	mu    sync.Mutex
	asked int
	line  func(ask func() error) error // nil for a good one
}

func (e *exchange) over(ask func() error) error {
	e.mu.Lock()
	e.asked++
	line := e.line
	e.mu.Unlock()
	if line == nil {
		return ask()
	}
	return line(ask)
}

func (e *exchange) Purchase(ctx context.Context, number, reference string) error {
	return e.over(func() error { return e.Numbers.Purchase(ctx, number, reference) })
}

func (e *exchange) Release(ctx context.Context, number, reference string) error {
	return e.over(func() error { return e.Numbers.Release(ctx, number, reference) })
}

func (e *exchange) be(line func(ask func() error) error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.line = line
}

var errLine = errors.New("the line is dead")

// The ways in which a line is bad.
func loseQuestions(func() error) error { return errLine }
func loseAnswers(ask func() error) error {
	_ = ask()
	return errLine
}
func busyLine(func() error) error { return carrier.ErrNotDone }

func (b *bundle) numbers() (*number.Service, *exchange) {
	e := &exchange{Numbers: simulator.NewNumbers(b.db.Ent)}
	return number.New(number.Parts{
		Ent: b.db.Ent, Limits: limits.Default(), Carrier: e, Counter: throttle.NewCounter(b.db.SQL), Audit: b.audit(),
	}), e
}

const forSale = "+12015550123"

func purchase(text string, key ...string) number.PurchasePhoneNumberInput {
	in := number.PurchasePhoneNumberInput{Number: text}
	if len(key) > 0 {
		in.IdempotencyKey = &key[0]
	}
	return in
}

func release(id string) number.ReleasePhoneNumberInput {
	yes := true
	return number.ReleasePhoneNumberInput{ID: id, Confirm: &yes}
}

// paid are the numbers that the carrier has sold, and held those that organisations hold.
func (b *bundle) paid(t *testing.T) []string {
	t.Helper()
	return b.db.Ent.SimulatedNumber.Query().IDsX(t.Context())
}

func (b *bundle) held(t *testing.T, number string) bool {
	t.Helper()
	return b.db.Ent.PhoneNumber.Query().Where(phonenumber.Number(number), phonenumber.StatusEQ(phonenumber.StatusHeld)).ExistX(t.Context())
}

// later is a minute later: whoever waited for the carrier has given up.
func (b *bundle) later(t *testing.T, s *number.Service) {
	t.Helper()
	b.db.Ent.PhoneNumber.Update().Where(phonenumber.SettleAtNotNil()).SetSettleAt(time.Now().Add(-time.Second)).ExecX(t.Context())
	if err := s.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestO8_ANumberIsBoughtAndReleased(t *testing.T) {
	b := setup(t)
	s, _ := b.numbers()
	ada := b.as(t, "ada@Acme.example")
	p, err := s.Purchase(ada, purchase(" +1 201 555 0123 "))
	if err != nil || p.PhoneNumber.Status != phonenumber.StatusHeld || p.PhoneNumber.Number != forSale || p.PhoneNumber.Country != "US" {
		t.Fatalf("bought %+v, %v", p, err)
	}
	if paid := b.paid(t); !slices.Equal(paid, []string{forSale}) {
		t.Errorf("paid for %v", paid)
	}
	_, err = s.Release(ada, number.ReleasePhoneNumberInput{ID: p.PhoneNumber.ID})
	wantCode(t, "without confirmation", err, apierr.ConfirmationRequired)
	_, err = s.Release(b.as(t, "ada@Other.example"), release(p.PhoneNumber.ID))
	wantCode(t, "another organisation's", err, apierr.NotFound)
	for range 2 {
		gone, err := s.Release(ada, release(p.PhoneNumber.ID))
		if err != nil || gone.PhoneNumber.Status != phonenumber.StatusReleased || gone.PhoneNumber.ReleasedAt == nil {
			t.Fatalf("released %+v, %v", gone, err)
		}
	}
	if paid := b.paid(t); len(paid) != 0 || b.held(t, forSale) {
		t.Errorf("paid for %v, held %v", paid, b.held(t, forSale))
	}
	if _, err := s.Purchase(b.as(t, "ada@Other.example"), purchase(forSale)); err != nil {
		t.Errorf("what is released cannot be bought: %v", err)
	}
	for _, who := range []string{"bob@Acme.example"} {
		_, err = s.Purchase(b.as(t, who), purchase("+12015550124"))
		wantCode(t, who, err, apierr.Forbidden)
		_, err = s.Release(b.as(t, who), release(p.PhoneNumber.ID))
		wantCode(t, who, err, apierr.Forbidden)
	}
	for number, want := range map[string]apierr.Code{"": apierr.Required, "12": apierr.PhoneInvalid, "+1201": apierr.PhoneInvalid, "0201": apierr.PhoneInvalid} {
		_, err = s.Purchase(ada, purchase(number))
		wantCode(t, number, err, want)
	}
}

// Whatever is asked for is offered, if anybody may buy it.
func TestO8_WhatIsAvailable(t *testing.T) {
	b := setup(t)
	s, _ := b.numbers()
	ada := b.as(t, "ada@Acme.example")
	acme := b.member(t, "ada@Acme.example").Edges.Organization
	search := func(country string, area ...string) []*carrier.Number {
		t.Helper()
		var code *string
		if len(area) > 0 {
			code = &area[0]
		}
		five := 5
		found, err := s.Available(ada, acme, country, code, &five)
		if err != nil || len(found) < 4 { // and one may be taken here
			t.Fatalf("%s %v: %v, %v", country, area, found, err)
		}
		return found
	}
	for _, c := range [][]string{{"GB"}, {"gb", "20"}, {"US", "212"}, {"FR"}, {"FR", "1"}} {
		search(c[0], c[1:]...)
	}
	first := search("US", "201")
	if n := first[0]; n.Country != "US" || n.AreaCode == nil || *n.AreaCode != "201" {
		t.Errorf("offered %+v", n)
	}
	if again := search("US", "201"); again[0].Number != first[0].Number {
		t.Errorf("offered %s, and then %s", first[0].Number, again[0].Number)
	}
	if _, err := s.Purchase(ada, purchase(first[0].Number)); err != nil {
		t.Fatal(err)
	}
	b.db.Ent.PhoneNumber.Create().SetOrganization(acme).SetNumber(first[1].Number).SetCountry("US").ExecX(t.Context()) // elsewhere
	if found := search("US", "201"); found[0].Number != first[2].Number {
		t.Errorf("offered %s, which is taken", found[0].Number)
	}
	for _, c := range [][2]string{{"XX", ""}, {"", ""}, {"GB", "2o"}, {"GB", "123456789"}} {
		_, err := s.Available(ada, acme, c[0], &c[1], nil)
		wantCode(t, c[0]+c[1], err, apierr.BadUserInput)
	}
	_, err := s.Available(b.as(t, "bob@Acme.example"), acme, "GB", nil, nil)
	wantCode(t, "an agent", err, apierr.Forbidden)
	_, err = s.Available(b.as(t, "ada@Other.example"), acme, "GB", nil, nil)
	wantCode(t, "a stranger", err, apierr.NotFound)
}

// Of two who want a number one gets it, and whoever repeats themselves gets theirs.
func TestO8_ANumberIsOneOrganisationsAtATime(t *testing.T) {
	b := setup(t)
	s, e := b.numbers()
	acme, other := b.as(t, "ada@Acme.example"), b.as(t, "ada@Other.example")
	type outcome struct {
		id  string
		err error
	}
	outcomes := make(chan outcome, 12)
	for i := range 12 {
		who, key := acme, "one key"
		if i%2 == 1 {
			who = other
		}
		go func() {
			p, err := s.Purchase(who, purchase(forSale, key))
			if err != nil {
				outcomes <- outcome{"", err}
				return
			}
			outcomes <- outcome{p.PhoneNumber.ID, nil}
		}()
	}
	got := map[string]int{}
	for range 12 {
		o := <-outcomes
		if o.err != nil {
			wantCode(t, "who comes too late", o.err, apierr.NumberNotAvailable)
		}
		got[o.id]++
	}
	if len(got) != 2 || got[""] != 6 || e.asked != 1 {
		t.Errorf("have %v, and the carrier was asked %d times", got, e.asked)
	}
}

// Services lose SMS with their number, and the organisation with its last one.
func TestO8_WithoutItsNumberThereIsNoSMS(t *testing.T) {
	b := setup(t)
	s, e := b.numbers()
	ada := b.as(t, "ada@Acme.example")
	acme := b.member(t, "ada@Acme.example").OrganizationID
	sales := func(name string) *ent.Service {
		o := b.member(t, "ada@"+name+".example").OrganizationID
		return b.db.Ent.Service.Query().Where(service.OrganizationID(o), service.Name("Sales")).OnlyX(t.Context())
	}
	e.be(loseQuestions) // it is off whatever the carrier says
	p, err := s.Release(ada, release(*sales("Acme").PhoneNumberID))
	if err != nil || p.PhoneNumber.Status != phonenumber.StatusReleasing {
		t.Fatalf("released %+v, %v", p, err)
	}
	if sales("Acme").SupportsSms() || !sales("Other").SupportsSms() {
		t.Errorf("after the release of Acme's number: Acme %v, Other %v", sales("Acme").SupportsSms(), sales("Other").SupportsSms())
	}
	err = database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		_, err := organization.NumberTx(t.Context(), tx, acme)
		return err
	})
	wantCode(t, "SMS", err, apierr.SmsNotActivated)
	if listed, err := b.organizations.PhoneNumbers(ada, &ent.Organization{ID: acme}, page.Args{}); err != nil || len(listed) != 0 {
		t.Errorf("listed %v, %v", listed, err)
	}
	err = database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		_, err := organization.HeldTx(t.Context(), tx, acme, p.PhoneNumber.ID)
		return err
	})
	wantCode(t, "a service that wants it", err, apierr.NotFound)
	e.be(nil)
	b.later(t, s)
	if n := b.db.Ent.PhoneNumber.GetX(t.Context(), p.PhoneNumber.ID); n.Status != phonenumber.StatusReleased {
		t.Errorf("in the end it is %s", n.Status)
	}
}

// What the carrier is not heard to say is found out, and a number is never paid for and not held, or held and not paid for.
func TestO8_WhatTheCarrierDidNotAnswer(t *testing.T) {
	b := setup(t)
	s, e := b.numbers()
	ada := b.as(t, "ada@Acme.example")
	settled := func(what string, wantHeld bool) {
		t.Helper()
		b.later(t, s)
		if held, paid := b.held(t, forSale), slices.Contains(b.paid(t), forSale); held != wantHeld || paid != wantHeld {
			t.Errorf("%s: held %v, paid for %v, want %v", what, held, paid, wantHeld)
		}
	}

	e.be(busyLine)
	_, err := s.Purchase(ada, purchase(forSale, "a key"))
	wantCode(t, "certainly not done", err, apierr.CarrierUnavailable)
	if n := b.db.Ent.PhoneNumber.Query().Where(phonenumber.Number(forSale)).CountX(t.Context()); n != 0 {
		t.Error("what was not done leaves a trace")
	}
	e.be(nil)
	p, err := s.Purchase(ada, purchase(forSale, "a key"))
	if err != nil {
		t.Fatalf("tried again with the same key: %v", err)
	}
	settled("tried again", true)

	for name, line := range map[string]func(func() error) error{"the question is lost": loseQuestions, "the answer is lost": loseAnswers} {
		e.be(line)
		if p, err := s.Release(ada, release(p.PhoneNumber.ID)); err != nil || p.PhoneNumber.Status != phonenumber.StatusReleasing {
			t.Errorf("%s: released %+v, %v", name, p, err)
		}
		e.be(nil)
		settled("released: "+name, false)

		e.be(line)
		_, err = s.Purchase(ada, purchase(forSale, name))
		wantCode(t, name, err, apierr.CarrierUnavailable)
		_, err = s.Purchase(b.as(t, "ada@Other.example"), purchase(forSale))
		wantCode(t, name+": somebody else", err, apierr.NumberNotAvailable)
		e.be(nil)
		settled("bought: "+name, true)
		if p, err = s.Purchase(ada, purchase(forSale, name)); err != nil || p.PhoneNumber.Status != phonenumber.StatusHeld {
			t.Fatalf("%s: asked again it is %+v, %v", name, p, err)
		}
	}

	if err := b.db.Ent.SimulatedNumber.Create().SetID("+12015550199").SetReference("somebody").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	_, err = s.Purchase(ada, purchase("+12015550199"))
	wantCode(t, "sold elsewhere", err, apierr.NumberNotAvailable)
	if b.db.Ent.PhoneNumber.Query().Where(phonenumber.Number("+12015550199")).ExistX(t.Context()) {
		t.Error("what could not be bought leaves a trace")
	}
}

// Who repeats a purchase that is under way waits for what comes of it, and does not ask the carrier a second time.
func TestO8_APurchaseThatIsUnderWay(t *testing.T) {
	b := setup(t)
	s, e := b.numbers()
	ada := b.as(t, "ada@Acme.example")
	e.be(func(ask func() error) error {
		impatient, cancel := context.WithTimeout(ada, 100*time.Millisecond)
		defer cancel()
		_, err := s.Purchase(impatient, purchase(forSale, "a key"))
		wantCode(t, "meanwhile", err, apierr.CarrierUnavailable)
		return ask()
	})
	p, err := s.Purchase(ada, purchase(forSale, "a key"))
	if err != nil || p.PhoneNumber.Status != phonenumber.StatusHeld || e.asked != 1 {
		t.Errorf("bought %+v, %v, and the carrier was asked %d times", p, err, e.asked)
	}
}

// A process that was asleep while others settled what it asked for changes nothing of it.
func TestO8_AnAnswerThatComesTooLate(t *testing.T) {
	b := setup(t)
	s, e := b.numbers()
	ada := b.as(t, "ada@Acme.example")
	for name, meanwhile := range map[string]func(id string){
		"bought by another": func(string) { b.later(t, s) },
		"and released": func(id string) {
			b.later(t, s)
			if _, err := s.Release(ada, release(id)); err != nil {
				t.Error(err)
			}
		},
		"forgotten": func(id string) { b.db.Ent.PhoneNumber.DeleteOneID(id).ExecX(t.Context()) },
	} {
		e.be(func(ask func() error) error {
			e.be(nil)
			n := b.db.Ent.PhoneNumber.Query().Where(phonenumber.StatusEQ(phonenumber.StatusPurchasing)).OnlyX(t.Context())
			meanwhile(n.ID)
			return ask()
		})
		p, err := s.Purchase(ada, purchase(forSale))
		held, paid := b.held(t, forSale), slices.Contains(b.paid(t), forSale)
		if held != paid {
			t.Errorf("%s: held %v, paid for %v", name, held, paid)
		}
		if err != nil {
			wantCode(t, name, err, apierr.NumberNotAvailable)
			continue
		}
		if held {
			if _, err := s.Release(ada, release(p.PhoneNumber.ID)); err != nil {
				t.Fatal(err)
			}
		}
	}
}

// The carrier has sold it, nobody heard so, and the next request does not come through: it is asked until it answers.
func TestO8_WhatWasPaidForIsHeldThoughTheLineIsBusyLater(t *testing.T) {
	b := setup(t)
	s, e := b.numbers()
	e.be(loseAnswers)
	if _, err := s.Purchase(b.as(t, "ada@Acme.example"), purchase(forSale)); !apierr.Is(err, apierr.CarrierUnavailable) {
		t.Fatal(err)
	}
	e.be(busyLine)
	b.later(t, s)
	if b.held(t, forSale) || len(b.purchases(t)) != 0 {
		t.Error("nobody knows yet whether it is bought")
	}
	e.be(nil)
	b.later(t, s)
	if paid := b.paid(t); !b.held(t, forSale) || len(paid) != 1 {
		t.Errorf("paid for are %v, held %v", paid, b.held(t, forSale))
	}
	if told := b.purchases(t); len(told) != 1 {
		t.Errorf("the audit has %v", told)
	}
}

// What was not bought is in no audit.
func TestO8_OnlyWhatIsBoughtIsRecorded(t *testing.T) {
	b := setup(t)
	s, e := b.numbers()
	e.be(busyLine)
	if _, err := s.Purchase(b.as(t, "ada@Acme.example"), purchase(forSale)); !apierr.Is(err, apierr.CarrierUnavailable) {
		t.Fatal(err)
	}
	if told := b.purchases(t); len(told) != 0 {
		t.Errorf("the audit has %v", told)
	}
}

// purchases are the numbers that were bought, as the audit tells.
func (b *bundle) purchases(t *testing.T) []string {
	t.Helper()
	return b.db.Ent.Event.Query().Where(event.Kind(string(audit.PhoneNumberPurchased))).Select(event.FieldData).StringsX(t.Context())
}
