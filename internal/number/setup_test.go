package number_test

import (
	"context"
	"log/slog"
	"testing"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/organization"
	"parley/internal/throttle"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// bundle is a database with two organisations, each with an administrator, an agent, and a number of its own.
type bundle struct {
	t             *testing.T
	db            *dbtest.DB
	organizations *organization.Service
}

func setup(t *testing.T) *bundle {
	t.Helper()
	t.Parallel()
	b := &bundle{t: t, db: dbtest.New(t)}
	b.organizations = organization.New(organization.Parts{
		Ent: b.db.Ent, Limits: limits.Default(), Passwords: auth.NewPasswords(auth.Cost{Memory: 8, Passes: 1}), Counter: throttle.NewCounter(b.db.SQL), Audit: b.audit(),
	})
	for name, number := range map[string]string{"Acme": "+41790000001", "Other": "+41790000002"} {
		seat := func(first string, role member.Role) organization.MemberPlan {
			return organization.MemberPlan{
				Email: first + "@" + name + ".example", FirstName: first, LastName: "Doe", Password: "correct horse", Role: role,
				ClassOfService: member.ClassOfServiceInternal,
			}
		}
		if err := b.organizations.Found(t.Context(), organization.Plan{
			Name:     name,
			Numbers:  []organization.Number{{Number: number, Country: "CH"}},
			Services: []organization.ServicePlan{{Name: "Sales", SMS: true}},
			Members:  []organization.MemberPlan{seat("ada", member.RoleAdministrator), seat("bob", member.RoleAgent)},
		}); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

// audit is the record of who did what.
func (b *bundle) audit() *audit.Log {
	events, err := eventlog.Open(b.t.Context(), b.db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
	if err != nil {
		b.t.Fatal(err)
	}
	return audit.New(events, b.db.Ent, 0)
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

func wantCode(t *testing.T, what string, err error, want apierr.Code) {
	t.Helper()
	if !apierr.Is(err, want) {
		t.Errorf("%s: have %v, want %s", what, err, want)
	}
}
