package organization_test

import (
	"context"
	"log/slog"
	"testing"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/portal"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/organization"
	"parley/internal/throttle"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

const password = "correct horse"

// bundle is a database with two organisations.
type bundle struct {
	t       *testing.T
	db      *dbtest.DB
	service *organization.Service
	tokens  *auth.Tokens
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	b := &bundle{t: t, db: dbtest.New(t)}
	b.service, b.tokens = b.process()
	for _, name := range []string{"Acme", "Other"} {
		if err := b.service.Found(t.Context(), plan(name)); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// process returns the service as another process has it.
func (b *bundle) process() (*organization.Service, *auth.Tokens) {
	l, links := limits.Default(), auth.NewLinks([]byte("a secret"), "https://parley.example")
	tokens := auth.NewTokens(b.db.Ent, l, bus.Alone{})
	return organization.New(organization.Parts{
		Ent: b.db.Ent, Limits: l, Tokens: tokens, Passwords: auth.NewPasswords(auth.Cost{Memory: 8, Passes: 1}), Counter: throttle.NewCounter(b.db.SQL),
		Links: links, Outbox: notify.New(notify.Config{Ent: b.db.Ent}), Audit: b.audit(),
	}), tokens
}

// audit is the record of who did what.
func (b *bundle) audit() *audit.Log {
	events, err := eventlog.Open(b.t.Context(), b.db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.t.Fatal(err)
	}
	return audit.New(events, b.db.Ent, 0)
}

// plan has members ada@<name>.example, an administrator, and bob@<name>.example, an agent.
func plan(name string) organization.Plan {
	seat := func(first string, role member.Role) organization.MemberPlan {
		return organization.MemberPlan{
			Email: first + "@" + name + ".example", FirstName: first, LastName: "Doe", Password: password, Role: role,
			ClassOfService: member.ClassOfServiceInternal, Channels: []string{"SMS"},
		}
	}
	number := map[string]string{"Acme": "+41790000001", "Other": "+41790000002"}[name]
	return organization.Plan{
		Name:     name,
		Numbers:  []organization.Number{{Number: number, Country: "CH"}},
		Services: []organization.ServicePlan{{Name: "Sales", SMS: true, TakesNewChats: true}, {Name: "Billing"}},
		Sites:    []organization.SitePlan{{Name: "Zurich", Country: "CH"}, {Name: "Bern", Country: "CH"}},
		Skills:   []string{"German", "French"},
		Portals:  []organization.PortalPlan{{Name: "Web", Mode: portal.ModeWeb, AllowsSpecialists: true, AllowsControl: true}, {Name: "Phone", Mode: portal.ModePhone}},
		Members:  []organization.MemberPlan{seat("ada", member.RoleAdministrator), seat("bob", member.RoleAgent)},
	}
}

func (b *bundle) member(t *testing.T, email string) *ent.Member {
	t.Helper()
	m, err := b.db.Ent.Member.Query().Where(member.Email(email)).WithOrganization().Only(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// as is a context of a member's request.
func (b *bundle) as(t *testing.T, email string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Viewer{Member: b.member(t, email)})
}

func (b *bundle) customer(t *testing.T, organizationID string) context.Context {
	t.Helper()
	c := b.db.Ent.Customer.Create().SetOrganizationID(organizationID).SetFirstName("Carl").SetLastName("Gauss").SetPhone("+41791234567").SaveX(t.Context())
	return auth.With(t.Context(), auth.Viewer{Customer: c, RoomID: "room_1"})
}

func wantCode(t *testing.T, what string, err error, want apierr.Code) {
	t.Helper()
	if !apierr.Is(err, want) {
		t.Errorf("%s: have %v, want %s", what, err, want)
	}
}
