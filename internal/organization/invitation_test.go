package organization_test

import (
	"strings"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/memberinvitation"
	"parley/internal/apierr"
	"parley/internal/organization"
)

func TestO2_AnAddressIsUsedOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed []string
		want  string
	}{
		{nil, ""},
		{[]string{"b@x.example", "a@x.example"}, "b@x.example a@x.example"},
		{[]string{"A@x.example", "a@X.example", " a@x.example\n"}, "A@x.example"},
		{[]string{"a@x.example", "nobody", "NOBODY ", "a@x.example"}, "a@x.example nobody?"},
		{[]string{"", " "}, "?"},
		{[]string{"a@x.example, b@x.example"}, "a@x.example, b@x.example?"},
		{[]string{"Ada <a@x.example>"}, "Ada <a@x.example>?"},
	} {
		if got := organization.Distinct(c.typed...); got != c.want {
			t.Errorf("%q come to %q, want %q", c.typed, got, c.want)
		}
	}
}

func TestO4_Passwords(t *testing.T) {
	t.Parallel()
	for password, want := range map[string]apierr.Code{
		"":                           apierr.Required,
		strings.Repeat(" ", 12):      apierr.Required,
		"123456789":                  apierr.PasswordTooShort,
		strings.Repeat("é", 9):       apierr.PasswordTooShort,
		"1234567890":                 "",
		strings.Repeat("é", 10):      "",
		strings.Repeat("x", 1024):    "",
		strings.Repeat("x", 1025):    apierr.PasswordTooLong,
		strings.Repeat("é", 513):     apierr.PasswordTooLong,
		"ada@x.example":              apierr.PasswordTooEasy,
		" ADA@x.example ":            apierr.PasswordTooEasy,
		"ada@x.example and her cats": "",
	} {
		refusal := organization.CheckPassword(password, "ada@x.example")
		var got apierr.Code
		if refusal != nil {
			got = refusal.Code
		}
		if got != want {
			t.Errorf("%q is %q, want %q", password, got, want)
		}
	}
}

// What a list is filtered by and what an invitation says of itself are one, at every moment.
func TestO3_TheStatusAndTheFilterAreOne(t *testing.T) {
	b := setup(t)
	ada := b.member(t, "ada@Acme.example")
	now := time.Now().UTC().Truncate(time.Microsecond)
	end, later, sooner := now.Add(time.Hour), now.Add(2*time.Hour), now.Add(time.Minute)
	for n, c := range []struct {
		name              string
		accepted, revoked *time.Time
		at                time.Time
		want              string
	}{
		{"fresh", nil, nil, now, organization.Pending},
		{"a moment before its end", nil, nil, end.Add(-time.Microsecond), organization.Pending},
		{"at its end", nil, nil, end, organization.Expired},
		{"after its end", nil, nil, later, organization.Expired},
		{"accepted", &sooner, nil, sooner, organization.Accepted},
		{"accepted long ago", &sooner, nil, later, organization.Accepted},
		{"revoked", nil, &sooner, sooner, organization.Revoked},
		{"revoked long ago", nil, &sooner, later, organization.Revoked},
		{"followed by another one", nil, &end, later, organization.Expired},
	} {
		i := b.db.Ent.MemberInvitation.Create().SetOrganizationID(ada.OrganizationID).SetEmail("e@x.example").SetEmailKey("e@x.example" + c.name).
			SetRole(memberinvitation.RoleAgent).SetClassOfService(memberinvitation.ClassOfServiceInternal).SetInvitedBy(ada).
			SetLinkID(string(rune('a' + n))).SetExpiresAt(end).SetNillableAcceptedAt(c.accepted).SetNillableRevokedAt(c.revoked).SaveX(t.Context())
		i = b.db.Ent.MemberInvitation.GetX(t.Context(), i.ID)
		if got := organization.StatusAt(i, c.at); got != c.want {
			t.Errorf("%s is %s, want %s", c.name, got, c.want)
		}
		for _, status := range []string{organization.Pending, organization.Accepted, organization.Revoked, organization.Expired} {
			found := b.db.Ent.MemberInvitation.Query().Where(memberinvitation.ID(i.ID), organization.Having(status, c.at)).ExistX(t.Context())
			if found != (status == c.want) {
				t.Errorf("%s is among those that are %s: %v", c.name, status, found)
			}
		}
	}
}

// Whatever the service does, the database lets an address have one.
func TestO2_TheDatabaseHoldsOneInvitationOfAnAddress(t *testing.T) {
	b := setup(t)
	ada, other := b.member(t, "ada@Acme.example"), b.member(t, "ada@Other.example")
	invite := func(by *ent.Member, link string) *ent.MemberInvitationCreate {
		return b.db.Ent.MemberInvitation.Create().SetOrganizationID(by.OrganizationID).SetEmail("e@x.example").SetEmailKey("e@x.example").
			SetRole(memberinvitation.RoleAgent).SetClassOfService(memberinvitation.ClassOfServiceInternal).SetInvitedBy(by).
			SetLinkID(link).SetExpiresAt(time.Now())
	}
	first := invite(ada, "1").SaveX(t.Context())
	if err := invite(ada, "2").Exec(t.Context()); !ent.IsConstraintError(err) {
		t.Errorf("a second one: %v", err)
	}
	if err := first.Update().SetAcceptedAt(time.Now()).SetRevokedAt(time.Now()).Exec(t.Context()); !ent.IsConstraintError(err) {
		t.Errorf("accepted and revoked: %v", err)
	}
	invite(other, "3").ExecX(t.Context())
	first.Update().SetAcceptedAt(time.Now()).ExecX(t.Context())
	invite(ada, "4").ExecX(t.Context())
}

func TestO5_LabelsOfClasses(t *testing.T) {
	t.Parallel()
	for c, want := range map[member.ClassOfService]string{
		member.ClassOfServiceInternal:              "Internal calls",
		member.ClassOfServiceLocalExcludingMobile:  "Local (excluding mobile)",
		member.ClassOfServiceLocalIncludingMobile:  "Local (including mobile)",
		member.ClassOfServiceLocalAndInternational: "Local and international",
	} {
		if got := organization.ClassOfServiceLabel(c); got != want {
			t.Errorf("%s reads %q", c, got)
		}
	}
}
