package organization_test

import (
	"errors"
	"testing"

	"golang.org/x/sync/errgroup"

	"parley/ent"
	entorganization "parley/ent/organization"
	"parley/ent/phonenumber"
	"parley/ent/service"
	"parley/internal/apierr"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/organization"
)

func TestFoundMakesAllThatThePlanNames(t *testing.T) {
	b := setup(t)
	o := b.db.Ent.Organization.Query().Where(entorganization.Name("Acme")).OnlyX(t.Context())
	m := b.member(t, "ada@Acme.example")
	if m.EmailKey != "ada@acme.example" || m.OrganizationID != o.ID || len(m.Channels) != 1 || m.PasswordHash == "" || m.PasswordHash == password {
		t.Errorf("the member is %v", m)
	}
	for what, n := range map[string][2]int{
		"services": {m.QueryServices().CountX(t.Context()), 2},
		"sites":    {m.QuerySites().CountX(t.Context()), 2},
		"skills":   {m.QuerySkills().CountX(t.Context()), 2},
		"members":  {b.db.Ent.Member.Query().CountX(t.Context()), 4},
		"portals":  {b.db.Ent.Portal.Query().CountX(t.Context()), 4},
		"numbers":  {b.db.Ent.PhoneNumber.Query().CountX(t.Context()), 2},
	} {
		if n[0] != n[1] {
			t.Errorf("%d %s, want %d", n[0], what, n[1])
		}
	}
	number := b.db.Ent.PhoneNumber.Query().Where(phonenumber.OrganizationID(o.ID)).OnlyX(t.Context())
	sales := b.db.Ent.Service.Query().Where(service.OrganizationID(o.ID), service.Name("Sales")).OnlyX(t.Context())
	billing := b.db.Ent.Service.Query().Where(service.OrganizationID(o.ID), service.Name("Billing")).OnlyX(t.Context())
	if sales.PhoneNumberID == nil || *sales.PhoneNumberID != number.ID || !sales.TakesNewChats || billing.PhoneNumberID != nil || billing.TakesNewChats {
		t.Errorf("the services are %v and %v", sales, billing)
	}
}

func TestFoundAgainChangesNothing(t *testing.T) {
	b := setup(t)
	before := b.member(t, "ada@Acme.example")
	changed := plan("Acme")
	changed.Members[0].Email = "eve@Acme.example"
	if err := b.service.Found(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if n := b.db.Ent.Organization.Query().CountX(t.Context()); n != 2 {
		t.Errorf("%d organisations, want 2", n)
	}
	if after := b.member(t, "ada@Acme.example"); after.PasswordHash != before.PasswordHash || b.db.Ent.Member.Query().CountX(t.Context()) != 4 {
		t.Error("the members have changed")
	}
}

func TestFoundByManyAtOnceMakesOne(t *testing.T) {
	t.Parallel()
	b := &bundle{t: t, db: dbtest.New(t)}
	var group errgroup.Group
	for range 4 {
		group.Go(func() error {
			s, _ := b.process()
			return s.Found(t.Context(), plan("Acme"))
		})
	}
	if err := group.Wait(); err != nil {
		t.Fatal(err)
	}
	if o, m := b.db.Ent.Organization.Query().CountX(t.Context()), b.db.Ent.Member.Query().CountX(t.Context()); o != 1 || m != 2 {
		t.Errorf("%d organisations with %d members, want 1 with 2", o, m)
	}
}

func TestFoundIsWholeOrNotAtAll(t *testing.T) {
	b := setup(t)
	for name, spoil := range map[string]func(*organization.Plan){
		"a number that is held": func(p *organization.Plan) { p.Numbers[0].Number = "+41790000001" },
		"a service twice":       func(p *organization.Plan) { p.Services[1] = p.Services[0] },
		"a site twice":          func(p *organization.Plan) { p.Sites[1] = p.Sites[0] },
		"a skill twice":         func(p *organization.Plan) { p.Skills[1] = p.Skills[0] },
		"a portal twice":        func(p *organization.Plan) { p.Portals[1] = p.Portals[0] },
		"another's member":      func(p *organization.Plan) { p.Members[1].Email = "ADA@other.example" },
		"no name":               func(p *organization.Plan) { p.Name = "" },
	} {
		p := plan("Third")
		p.Numbers[0].Number = "+41790000003"
		spoil(&p)
		if err := b.service.Found(t.Context(), p); err == nil {
			t.Errorf("%s: founded", name)
		}
		if n := b.db.Ent.Organization.Query().CountX(t.Context()); n != 2 {
			t.Errorf("%s: %d organisations, want 2", name, n)
		}
	}
}

func TestR5_NumberTx(t *testing.T) {
	b := setup(t)
	o := b.member(t, "ada@Acme.example").OrganizationID
	b.db.Ent.PhoneNumber.Create().SetOrganizationID(o).SetNumber("+41790000009").SetCountry("CH").ExecX(t.Context())
	for _, want := range []string{"+41790000001", "+41790000009"} {
		number, err := b.number(t, o)
		if number != want || err != nil {
			t.Errorf("the number is %s, %v, want %s", number, err, want)
		}
		if _, err := b.db.SQL.ExecContext(t.Context(), "UPDATE phone_numbers SET status = 'RELEASED', released_at = now() WHERE number = $1", want); err != nil {
			t.Fatal(err)
		}
	}
	_, err := b.number(t, o)
	wantCode(t, "without a number", err, apierr.SmsNotActivated)
	if e := apierr.As(err); len(e[0].Field) != 1 || e[0].Field[0] != "channel" {
		t.Errorf("the refusal is of %v", e[0].Field)
	}
}

func (b *bundle) number(t *testing.T, organizationID string) (number string, err error) {
	t.Helper()
	errs := database.WithTx(t.Context(), b.db.Ent, func(tx *ent.Tx) error {
		number, err = organization.NumberTx(t.Context(), tx, organizationID)
		return nil
	})
	return number, errors.Join(err, errs)
}
