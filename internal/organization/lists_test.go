package organization_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/page"
)

// lists are all lists of an organisation and of its members.
func (b *bundle) lists(o *ent.Organization, m *ent.Member, first *int) map[string]func(context.Context) ([]string, error) {
	s := b.service
	return map[string]func(context.Context) ([]string, error){
		"members": func(ctx context.Context) ([]string, error) {
			p, err := s.Members(ctx, o, page.Args{First: first})
			if err != nil {
				return nil, err
			}
			return names(p.Nodes(), func(m *ent.Member) string { return m.Email }), nil
		},
		"services":    func(ctx context.Context) ([]string, error) { return named(s.Services(ctx, o, first))(serviceName) },
		"sites":       func(ctx context.Context) ([]string, error) { return named(s.Sites(ctx, o, first))(siteName) },
		"skills":      func(ctx context.Context) ([]string, error) { return named(s.Skills(ctx, o, first))(skillName) },
		"services of": func(ctx context.Context) ([]string, error) { return named(s.ServicesOf(ctx, m, first))(serviceName) },
		"sites of":    func(ctx context.Context) ([]string, error) { return named(s.SitesOf(ctx, m, first))(siteName) },
		"skills of":   func(ctx context.Context) ([]string, error) { return named(s.SkillsOf(ctx, m, first))(skillName) },
		"portals": func(ctx context.Context) ([]string, error) {
			return named(s.Portals(ctx, o, first))(func(p *ent.Portal) string { return p.Name })
		},
		"phoneNumbers": func(ctx context.Context) ([]string, error) {
			return named(s.PhoneNumbers(ctx, o, first))(func(n *ent.PhoneNumber) string { return n.Number })
		},
	}
}

func serviceName(s *ent.Service) string { return s.Name }
func siteName(s *ent.Site) string       { return s.Name }
func skillName(s *ent.Skill) string     { return s.Name }

func named[T any](all []T, err error) func(func(T) string) ([]string, error) {
	return func(name func(T) string) ([]string, error) { return names(all, name), err }
}

func names[T any](all []T, name func(T) string) []string {
	got := []string{}
	for _, one := range all {
		got = append(got, name(one))
	}
	return got
}

func TestListsAreThoseOfTheOrganisation(t *testing.T) {
	b := setup(t)
	want := map[string][]string{
		"members":  {"ada@Acme.example", "bob@Acme.example"},
		"services": {"Billing", "Sales"}, "services of": {"Billing", "Sales"},
		"sites": {"Bern", "Zurich"}, "sites of": {"Bern", "Zurich"},
		"skills": {"French", "German"}, "skills of": {"French", "German"},
		"portals": {"Phone", "Web"}, "phoneNumbers": {"+41790000001"},
	}
	bob := b.member(t, "bob@Acme.example")
	ctx, o := b.as(t, "bob@Acme.example"), bob.Edges.Organization
	one, none, many, tooMany, negative := 1, 0, 100, 101, -1
	for name, list := range b.lists(o, bob, nil) {
		if got, err := list(ctx); !slices.Equal(got, want[name]) || err != nil {
			t.Errorf("%s: %v, %v, want %v", name, got, err, want[name])
		}
		for _, c := range []struct {
			first *int
			want  []string
		}{{&one, want[name][:1]}, {&none, []string{}}, {&many, want[name]}} {
			if got, err := b.lists(o, bob, c.first)[name](ctx); !slices.Equal(got, c.want) || err != nil {
				t.Errorf("the first %d %s: %v, %v, want %v", *c.first, name, got, err, c.want)
			}
		}
		for _, first := range []*int{&tooMany, &negative} {
			_, err := b.lists(o, bob, first)[name](ctx)
			wantCode(t, fmt.Sprint(name, *first), err, apierr.BadUserInput)
		}
	}
}

func TestX2_NothingOfAnotherOrganisationIsSeen(t *testing.T) {
	b := setup(t)
	foreign := b.member(t, "ada@Other.example")
	o := foreign.Edges.Organization
	viewers := map[string]struct {
		ctx  context.Context
		want apierr.Code
	}{
		"a member of another organisation": {b.as(t, "ada@Acme.example"), apierr.NotFound},
		"a customer of it":                 {b.customer(t, o.ID), apierr.Forbidden},
		"nobody":                           {t.Context(), apierr.Unauthenticated},
	}
	for who, v := range viewers {
		for name, list := range b.lists(o, foreign, nil) {
			_, err := list(v.ctx)
			wantCode(t, who+" lists "+name, err, v.want)
		}
		if seen := b.service.Colleague(v.ctx, foreign); seen != nil {
			t.Errorf("%s sees %s", who, seen.Email)
		}
	}
	if seen := b.service.Colleague(b.as(t, "bob@Other.example"), foreign); seen != foreign {
		t.Errorf("a colleague sees %v", seen)
	}
}

func TestOwn(t *testing.T) {
	b := setup(t)
	o, err := b.service.Own(b.as(t, "bob@Acme.example"))
	if err != nil || o.Name != "Acme" {
		t.Errorf("Own is %v, %v", o, err)
	}
	_, err = b.service.Own(b.customer(t, o.ID))
	wantCode(t, "a customer", err, apierr.Forbidden)
	_, err = b.service.Own(t.Context())
	wantCode(t, "nobody", err, apierr.Unauthenticated)
}

func TestX2_Node(t *testing.T) {
	b := setup(t)
	ctx := t.Context()
	foreign := b.member(t, "ada@Other.example")
	things := map[string]string{
		"org": foreign.OrganizationID, "mem": foreign.ID,
		"svc": foreign.QueryServices().FirstIDX(ctx), "site": foreign.QuerySites().FirstIDX(ctx), "skl": foreign.QuerySkills().FirstIDX(ctx),
	}
	for _, q := range []struct{ prefix, query string }{
		{"prt", "SELECT id FROM portals WHERE organization_id = $1 LIMIT 1"}, {"num", "SELECT id FROM phone_numbers WHERE organization_id = $1"},
	} {
		var id string
		if err := b.db.SQL.QueryRowContext(ctx, q.query, foreign.OrganizationID).Scan(&id); err != nil {
			t.Fatal(err)
		}
		things[q.prefix] = id
	}
	customer := b.customer(t, foreign.OrganizationID)
	for prefix, id := range things {
		if node, err := b.service.Node(b.as(t, "bob@Other.example"), prefix, id); err != nil || node == nil {
			t.Errorf("%s: %v, %v for a member", id, node, err)
		}
		_, foreignErr := b.service.Node(b.as(t, "ada@Acme.example"), prefix, id)
		wantCode(t, id+" for a foreigner", foreignErr, apierr.NotFound)
		_, err := b.service.Node(b.as(t, "ada@Acme.example"), prefix, prefix+"_01h455vb4pex5vsknk084sn02q")
		wantCode(t, "one that does not exist", err, apierr.NotFound)
		if apierr.As(foreignErr)[0].Message != apierr.As(err)[0].Message {
			t.Errorf("foreign (%v) can be told from missing (%v)", foreignErr, err)
		}
		_, err = b.service.Node(customer, prefix, id)
		wantCode(t, id+" for a customer", err, apierr.Forbidden)
		_, err = b.service.Node(ctx, prefix, id)
		wantCode(t, id+" for nobody", err, apierr.Unauthenticated)
	}
	_, err := b.service.Node(b.as(t, "ada@Acme.example"), "room", "room_01h455vb4pex5vsknk084sn02q")
	wantCode(t, "what is not of an organisation", err, apierr.NotFound)
}

func TestMembersArePaged(t *testing.T) {
	b := setup(t)
	bob := b.member(t, "bob@Acme.example")
	ctx, o, one := b.as(t, "ada@Acme.example"), bob.Edges.Organization, 1
	first, err := b.service.Members(ctx, o, page.Args{First: &one})
	if err != nil || !first.PageInfo.HasNextPage || first.Edges[0].Node.FirstName != "ada" {
		t.Fatalf("the first page is %+v, %v", first, err)
	}
	next, err := b.service.Members(ctx, o, page.Args{First: &one, After: first.PageInfo.EndCursor})
	if err != nil || next.PageInfo.HasNextPage || next.Edges[0].Node.FirstName != "bob" {
		t.Fatalf("the next page is %+v, %v", next, err)
	}
	last, err := b.service.Members(ctx, o, page.Args{Last: &one})
	if err != nil || !last.PageInfo.HasPreviousPage || last.Edges[0].Node.FirstName != "bob" {
		t.Fatalf("the last page is %+v, %v", last, err)
	}
	nonsense := "nonsense"
	_, err = b.service.Members(ctx, o, page.Args{After: &nonsense})
	wantCode(t, "a cursor that is none", err, apierr.BadUserInput)
	if n, err := first.TotalCount(ctx); n != 2 || err != nil {
		t.Errorf("%d members in all, %v", n, err)
	}
	if err := b.db.Ent.Member.UpdateOne(bob).SetDeactivatedAt(time.Now()).Exec(ctx); err != nil {
		t.Fatal(err)
	}
	if n, err := first.TotalCount(ctx); n != 1 || err != nil {
		t.Errorf("%d members in all, %v, want the active one", n, err)
	}
}
