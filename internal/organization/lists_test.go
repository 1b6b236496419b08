package organization_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/memberinvitation"
	"parley/ent/phonenumber"
	"parley/ent/portal"
	"parley/internal/apierr"
	"parley/internal/page"
)

// lists are all lists of an organisation and of its members.
func (b *bundle) lists(o *ent.Organization, m *ent.Member, a page.Args) map[string]func(context.Context) ([]string, error) {
	s := b.service
	return map[string]func(context.Context) ([]string, error){
		"members": func(ctx context.Context) ([]string, error) {
			p, err := s.Members(ctx, o, a)
			if err != nil {
				return nil, err
			}
			return names(p.Nodes(), func(m *ent.Member) string { return m.Email }), nil
		},
		"services":    func(ctx context.Context) ([]string, error) { return named(s.Services(ctx, o, a))(serviceName) },
		"sites":       func(ctx context.Context) ([]string, error) { return named(s.Sites(ctx, o, a))(siteName) },
		"skills":      func(ctx context.Context) ([]string, error) { return named(s.Skills(ctx, o, a))(skillName) },
		"services of": func(ctx context.Context) ([]string, error) { return named(s.ServicesOf(ctx, m, a))(serviceName) },
		"sites of":    func(ctx context.Context) ([]string, error) { return named(s.SitesOf(ctx, m, a))(siteName) },
		"skills of":   func(ctx context.Context) ([]string, error) { return named(s.SkillsOf(ctx, m, a))(skillName) },
		"portals": func(ctx context.Context) ([]string, error) {
			return named(s.Portals(ctx, o, a))(func(p *ent.Portal) string { return p.Name })
		},
		"phoneNumbers": func(ctx context.Context) ([]string, error) {
			return named(s.PhoneNumbers(ctx, o, a))(func(n *ent.PhoneNumber) string { return n.Number })
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
	for name, list := range b.lists(o, bob, page.Args{}) {
		if got, err := list(ctx); !slices.Equal(got, want[name]) || err != nil {
			t.Errorf("%s: %v, %v, want %v", name, got, err, want[name])
		}
		for _, c := range []struct {
			first *int
			want  []string
		}{{&one, want[name][:1]}, {&none, []string{}}, {&many, want[name]}} {
			if got, err := b.lists(o, bob, page.Args{First: c.first})[name](ctx); !slices.Equal(got, c.want) || err != nil {
				t.Errorf("the first %d %s: %v, %v, want %v", *c.first, name, got, err, c.want)
			}
		}
		for _, first := range []*int{&tooMany, &negative} {
			_, err := b.lists(o, bob, page.Args{First: first})[name](ctx)
			wantCode(t, fmt.Sprint(name, *first), err, apierr.BadUserInput)
		}
	}
}

// There are 250 of everything, with names that differ in case and in letters that are not English: whatever the order of the
// database, read in pages each is there once, as in one long list.
func TestO7_ListsGoOnToTheirEnd(t *testing.T) {
	b := setup(t)
	ada := b.member(t, "ada@Acme.example")
	ctx, o := b.as(t, "ada@Acme.example"), ada.Edges.Organization
	service := ada.QueryServices().FirstX(ctx)
	invited := b.fill(t, ada, service, 250)
	s := b.service
	for name, all := range map[string]func(size int) []string{
		"services":            all(t, ctx, o, s.Services),
		"sites":               all(t, ctx, o, s.Sites),
		"skills":              all(t, ctx, o, s.Skills),
		"portals":             all(t, ctx, o, s.Portals),
		"numbers":             all(t, ctx, o, s.PhoneNumbers),
		"services of":         all(t, ctx, ada, s.ServicesOf),
		"sites of":            all(t, ctx, ada, s.SitesOf),
		"skills of":           all(t, ctx, ada, s.SkillsOf),
		"skills for":          all(t, ctx, service, s.SkillsFor),
		"messages of service": all(t, ctx, service, s.MessagesOfService),
		"messages of member":  all(t, ctx, ada, s.MessagesOfMember),
		"invited services":    all(t, ctx, invited, s.InvitedServices),
		"invited sites":       all(t, ctx, invited, s.InvitedSites),
		"invited skills":      all(t, ctx, invited, s.InvitedSkills),
	} {
		long := all(100)
		if short := all(7); !slices.Equal(short, long) {
			t.Errorf("%s: %d in short pages are not, or not in the order of, the %d in long ones", name, len(short), len(long))
		}
		slices.Sort(long)
		if n := len(slices.Compact(long)); n < 250 || n != len(long) {
			t.Errorf("%s: %d, of which %d differ, want at least 250", name, len(long), n)
		}
	}
}

// all reads a list in pages of a size, to its end, and gives the ids.
func all[Of, T any](t *testing.T, ctx context.Context, of Of, list func(context.Context, Of, page.Args) ([]T, error)) func(size int) []string {
	return func(size int) (ids []string) {
		t.Helper()
		for a := (page.Args{First: &size}); ; a.After = &ids[len(ids)-1] {
			rows, err := list(ctx, of, a)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				ids = append(ids, idOf(row))
			}
			if len(rows) < size {
				return ids
			}
		}
	}
}

func idOf(row any) string { return reflect.ValueOf(row).Elem().FieldByName("ID").String() }

// fill makes so many of everything, gives the member all of them, and invites somebody who is to be given them, too.
func (b *bundle) fill(t *testing.T, m *ent.Member, of *ent.Service, count int) *ent.MemberInvitation {
	t.Helper()
	ctx, org := t.Context(), m.OrganizationID
	i := b.db.Ent.MemberInvitation.Create().SetOrganizationID(org).SetInvitedByID(m.ID).SetEmail("eve@Acme.example").SetEmailKey("eve@acme.example").
		SetRole(memberinvitation.RoleAgent).SetClassOfService(memberinvitation.ClassOfServiceInternal).SetChannels([]string{}).
		SetLinkID("mlk_1").SetExpiresAt(time.Now().Add(time.Hour)).SaveX(ctx)
	var services, sites, skills []string
	for n := range count {
		name := []string{"bern %d", "Bern %d", "Ägeri %d", "zürich %d", "Zurich %d", "Østerås %d", "東京 %d", "-%d", "a b%d", "Ab%d"}[n%10]
		name = fmt.Sprintf(name, n)
		services = append(services, b.db.Ent.Service.Create().SetOrganizationID(org).SetName(name).SaveX(ctx).ID)
		sites = append(sites, b.db.Ent.Site.Create().SetOrganizationID(org).SetName(name).SetCountry("CH").SaveX(ctx).ID)
		skills = append(skills, b.db.Ent.Skill.Create().SetOrganizationID(org).SetName(name).SaveX(ctx).ID)
		b.db.Ent.Portal.Create().SetOrganizationID(org).SetName(name).SetMode(portal.ModeWeb).ExecX(ctx)
		b.db.Ent.PhoneNumber.Create().SetOrganizationID(org).SetNumber(fmt.Sprint("+4478", 10_000_000+n*7919%count)).SetCountry("GB").SetStatus(phonenumber.StatusHeld).ExecX(ctx)
		title := string([]rune(name)[:1]) // titles need not differ
		b.db.Ent.PredefinedMessage.Create().SetOrganizationID(org).SetServiceID(of.ID).SetTitle(title).SetBody("Hi").ExecX(ctx)
		b.db.Ent.PredefinedMessage.Create().SetOrganizationID(org).SetMemberID(m.ID).SetTitle(title).SetBody("Hi").ExecX(ctx)
	}
	m.Update().AddServiceIDs(services...).AddSiteIDs(sites...).AddSkillIDs(skills...).ExecX(ctx)
	i.Update().AddServiceIDs(services...).AddSiteIDs(sites...).AddSkillIDs(skills...).ExecX(ctx)
	of.Update().AddSkillIDs(skills...).ExecX(ctx)
	return i
}

func TestX2_ListsGoOnOnlyFromWhatIsInThem(t *testing.T) {
	b := setup(t)
	ada, foreign := b.member(t, "ada@Acme.example"), b.member(t, "ada@Other.example")
	ctx, o := b.as(t, "ada@Acme.example"), ada.Edges.Organization
	site, mine := ada.QuerySites().FirstX(ctx), b.db.Ent.Site.Create().SetOrganizationID(o.ID).SetName("Basel").SetCountry("CH").SaveX(ctx)
	if rows, err := b.service.Sites(ctx, o, page.Args{After: &mine.ID}); len(rows) != 2 || err != nil {
		t.Errorf("after the first site: %v, %v", rows, err)
	}
	told := make(map[string]bool)
	for what, id := range map[string]string{
		"one of another organisation": foreign.QuerySites().FirstIDX(ctx), "one that does not exist": "site_01h455vb4pex5vsknk084sn02q",
		"a skill": ada.QuerySkills().FirstIDX(ctx), "the organisation": o.ID, "nothing": "", "nonsense": "'; --",
	} {
		_, err := b.service.Sites(ctx, o, page.Args{After: &id})
		wantCode(t, "sites after "+what, err, apierr.NotFound)
		told[fmt.Sprint(err)] = true
	}
	if len(told) != 1 {
		t.Errorf("they can be told apart: %v", told)
	}
	_, err := b.service.SitesOf(ctx, ada, page.Args{After: &mine.ID})
	wantCode(t, "a member's sites after one that is not theirs", err, apierr.NotFound)
	_, err = b.service.Sites(b.as(t, "ada@Other.example"), o, page.Args{After: &site.ID})
	wantCode(t, "another organisation's sites after one of them", err, apierr.NotFound)
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
		for name, list := range b.lists(o, foreign, page.Args{}) {
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
