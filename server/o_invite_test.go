package main

import (
	"fmt"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	invitationSelection = "id email status role channels classOfServiceLabel services { name } sites { name } skills { name } invitedBy { id } createdAt expiresAt acceptedAt"
	resultsSelection    = "memberInvitations { " + invitationSelection + " } results { email invitation { id status } error { code field message } }"
	acceptSelection     = "accessToken expiresAt member { id name firstName lastName email role channels classOfServiceLabel services { name } sites { name } skills { name } }"
)

// TryInviteMembers asks people to become agents, unless told otherwise, which may be refused.
func (p *user) TryInviteMembers(change vars, emails ...string) *reply {
	return p.mutate("inviteMembers", vars{"role": "AGENT", "emails": emails}.with(change), resultsSelection)
}

// InviteMember asks a person to become a member, and returns the id of the invitation.
func (p *user) InviteMember(change vars, email string) string {
	p.h.t.Helper()
	return p.TryInviteMembers(change, email).ok().text("memberInvitations.0.id")
}

// outcomes are what has come of each address: PENDING, or why it got no invitation.
func (a *reply) outcomes() string {
	a.t.Helper()
	var all []string
	results, _ := a.ok().find("results").([]any)
	for n := range results {
		at := fmt.Sprintf("results.%d.", n)
		word := a.text(at+"error.code") + a.text(at+"invitation.status")
		all = append(all, a.text(at+"email")+" "+word)
	}
	return strings.Join(all, ", ")
}

var joinPattern = regexp.MustCompile(`https?://\S+/join/[\w-]+`)

// joining is a person who has the link of an invitation.
type joining struct {
	h           *house
	link, token string
}

// ExpectJoin waits for a message with the link of an invitation.
func (d *device) ExpectJoin() *joining {
	d.h.t.Helper()
	link := joinPattern.FindString(d.Expect("Register here").Text)
	d.h.keepSecret("a link", tokenOf(link))
	return &joining{d.h, link, tokenOf(link)}
}

const goodPassword = "a long enough password"

// TryAccept registers Ada Lovelace, unless told otherwise, which may be refused.
func (j *joining) TryAccept(change vars) *reply {
	j.h.keepSecret("a password", goodPassword)
	input := vars{"token": j.token, "firstName": "Ada", "lastName": "Lovelace", "password": goodPassword}
	return j.h.mutate("", "acceptMemberInvitation", input.with(change), acceptSelection)
}

// Accept registers Ada Lovelace.
func (j *joining) Accept() *user {
	j.h.t.Helper()
	a := j.TryAccept(nil).ok()
	p := j.h.user(a.text("member.name"), a.text("accessToken"))
	p.id = a.text("member.id")
	return p
}

// invitations are the addresses of the organisation's invitations with a status, pending ones for "".
func (p *user) invitations(status string) []string {
	p.h.t.Helper()
	argument := ""
	if status != "" {
		argument = ", status: " + status
	}
	a := p.ask("{ organization { memberInvitations(first: 100"+argument+") { totalCount nodes { email } } } }", nil).ok()
	emails := a.texts("organization.memberInvitations.nodes", "email")
	if n := a.find("organization.memberInvitations.totalCount"); n != float64(len(emails)) {
		p.h.t.Errorf("%v invitations are counted, %d listed", n, len(emails))
	}
	return emails
}

// members are the addresses of the organisation's members.
func (p *user) members() []string {
	p.h.t.Helper()
	return p.ask("{ organization { members(first: 100) { nodes { email } } } }", nil).ok().texts("organization.members.nodes", "email")
}

// attributes are some of what the demo has to give.
func (p *user) attributes() vars {
	p.h.t.Helper()
	a := p.ask("{ organization { services { id name } sites { id } skills { id name } } }", nil).ok()
	return vars{
		"role": "TEAM_LEADER", "channels": []string{"VOICE", "SMS"}, "classOfService": "LOCAL_INCLUDING_MOBILE",
		"serviceIds": []string{a.text("organization.services.0.id")}, "siteIds": []string{a.text("organization.sites.0.id")},
		"skillIds": []string{a.text("organization.skills.1.id")},
	}
}

// given is what those attributes are, as invitations and members show them.
const given = "TEAM_LEADER Local (including mobile) [SMS VOICE] [Sales] [London] [French]"

// attributesAt are the attributes of an invitation or a member at a path.
func (a *reply) attributesAt(path string) string {
	channels, _ := a.find(path + ".channels").([]any)
	return fmt.Sprint(a.text(path+".role"), " ", a.text(path+".classOfServiceLabel"), " ", channels, " ",
		a.texts(path+".services", "name"), " ", a.texts(path+".sites", "name"), " ", a.texts(path+".skills", "name"))
}

func (h *house) expireInvitations() {
	h.t.Helper()
	h.exec(`UPDATE member_invitations SET expires_at = now() - interval '1 second'`)
}

func TestO1_AllAreInvitedWithTheSameAttributes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	ada, bob := h.Mailbox("Ada@Invited.example"), h.Mailbox("bob@invited.example")
	a := admin.TryInviteMembers(admin.attributes(), ada.address, bob.address)
	if got := a.outcomes(); got != "Ada@Invited.example PENDING, bob@invited.example PENDING" {
		t.Errorf("have %s", got)
	}
	for n, mailbox := range []*device{ada, bob} {
		at := fmt.Sprintf("memberInvitations.%d", n)
		if got := a.attributesAt(at); got != given || a.text(at+".invitedBy.id") != admin.id || a.text(at+".email") != mailbox.address {
			t.Errorf("%s is invited with %s: %s", mailbox.address, got, a.body)
		}
		if id := a.text(at + ".id"); id == "" || id != a.text(fmt.Sprintf("results.%d.invitation.id", n)) {
			t.Errorf("the result is not the invitation: %s", a.body)
		}
		letter := mailbox.Expect("Register here", "Demo", "Alex Admin")
		if letter.Subject != "Demo invites you to its team" {
			t.Errorf("the subject is %q", letter.Subject)
		}
	}
}

func TestO1_AttributesAreTheLeastUnlessTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	for _, input := range []vars{nil, {"channels": nil, "serviceIds": nil, "siteIds": nil, "skillIds": nil}} {
		a := admin.TryInviteMembers(input, mailbox.address).ok()
		if got := a.attributesAt("memberInvitations.0"); got != "AGENT Internal calls [] [] [] []" {
			t.Errorf("have %s", got)
		}
		mailbox.ExpectJoin()
		admin.mutate("revokeMemberInvitation", vars{"id": a.text("memberInvitations.0.id")}, "").ok()
	}
	input := admin.attributes()
	service := input["serviceIds"].([]string)[0]
	a := admin.TryInviteMembers(vars{"channels": []string{"SMS", "SMS"}, "serviceIds": []string{service, service}}, mailbox.address).ok()
	if got := a.attributesAt("memberInvitations.0"); got != "AGENT Internal calls [SMS] [Sales] [] []" {
		t.Errorf("what is given twice: %s", got)
	}
	mailbox.ExpectJoin()
}

func TestO1_OnlyAdministratorsInvite(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	id := admin.InviteMember(nil, mailbox.address)
	mailbox.ExpectJoin()
	_, customer := h.SignIn("agent@demo.example").invited()
	for _, p := range []*user{h.SignIn("agent@demo.example"), h.SignIn("lead@demo.example"), customer} {
		p.TryInviteMembers(nil, "bob@invited.example").failed("FORBIDDEN")
		p.mutate("resendMemberInvitation", vars{"id": id}, "").failed("FORBIDDEN")
		p.mutate("revokeMemberInvitation", vars{"id": id}, "").failed("FORBIDDEN")
		p.ask("query ($id: ID!) { node(id: $id) { id } }", vars{"id": id}).failed("FORBIDDEN")
	}
	h.SignIn("agent@demo.example").ask("{ organization { memberInvitations { totalCount } } }", nil).failed("FORBIDDEN")
	h.mutate("", "inviteMembers", vars{"role": "AGENT", "emails": []string{"bob@invited.example"}}, "").failed("UNAUTHENTICATED")
	if got := admin.invitations(""); !slices.Equal(got, []string{mailbox.address}) {
		t.Errorf("invited are %v", got)
	}
}

func TestO2_EachAddressGetsItsOwnResult(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	ada := h.Mailbox("ada@invited.example")
	admin.InviteMember(nil, ada.address)
	ada.ExpectJoin()
	a := admin.TryInviteMembers(nil, "nobody", " BOB@invited.example ", "Agent@Demo.example", "ADA@invited.example", "bob@invited.example", " ", "nobody", "agent@demo.example")
	want := "nobody EMAIL_INVALID, BOB@invited.example PENDING, Agent@Demo.example ALREADY_MEMBER, ADA@invited.example ALREADY_INVITED,  EMAIL_INVALID"
	if got := a.outcomes(); got != want {
		t.Errorf("have %s\nwant %s", got, want)
	}
	if list, _ := a.find("memberInvitations").([]any); len(list) != 1 {
		t.Errorf("%d invitations were made, want 1", len(list))
	}
	for n, at := range []string{"0", "", "2", "3", "5"} {
		if field, _ := a.find(fmt.Sprintf("results.%d.error.field", n)).([]any); at != "" && !reflect.DeepEqual(field, []any{"emails", at}) {
			t.Errorf("result %d is on %v", n, field)
		}
	}
	h.Mailbox("BOB@invited.example").ExpectJoin()
	if got := admin.invitations(""); !slices.Equal(got, []string{"ada@invited.example", "BOB@invited.example"}) {
		t.Errorf("invited are %v", got)
	}
	if got := admin.TryInviteMembers(nil, "nobody").outcomes(); got != "nobody EMAIL_INVALID" {
		t.Errorf("of bad addresses alone: %s", got)
	}
}

func TestO2_WhatIsUnknownStopsTheWholeRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, other := h.SignIn("admin@demo.example"), h.SignIn("admin@other.example")
	skill := h.ent().Skill.Create().SetOrganizationID(other.organizationID()).SetName("German").SaveX(t.Context()).ID
	theirs := other.ask("{ organization { services { id } sites { id } } }", nil).ok()
	own := admin.attributes()
	for name, foreign := range map[string]string{
		"serviceIds": theirs.text("organization.services.0.id"), "siteIds": theirs.text("organization.sites.0.id"), "skillIds": skill,
	} {
		for _, id := range []string{foreign, "svc_01h455vb4pex5vsknk084sn02q", "nothing"} {
			ids := append(slices.Clone(own[name].([]string)), id)
			admin.TryInviteMembers(own.with(vars{name: ids}), "ada@invited.example").failed("NOT_FOUND")
		}
	}
	admin.TryInviteMembers(vars{"role": "BOSS"}, "ada@invited.example").failed("BAD_USER_INPUT")
	admin.TryInviteMembers(nil).failed("BAD_USER_INPUT")
	admin.mutate("inviteMembers", vars{"role": "AGENT", "emails": []string{}}, "").refused("REQUIRED", "emails")
	many := make([]string, 51)
	for n := range many {
		many[n] = fmt.Sprintf("p%d@invited.example", n)
	}
	admin.TryInviteMembers(nil, many...).failed("BAD_USER_INPUT")
	if got := admin.invitations(""); len(got) != 0 {
		t.Errorf("invited are %v", got)
	}
}

func TestO2_AsManyAsFitAreInvitedAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	many := make([]string, 50)
	for n := range many {
		many[n] = fmt.Sprintf("p%d@invited.example", n)
		h.expected[many[n]] = 1
	}
	admin.TryInviteMembers(admin.attributes(), many...).ok()
	if got := admin.invitations(""); !slices.Equal(got, many) {
		t.Errorf("invited are %v", got)
	}
}

func TestO2_TwoAdministratorsAtTheSameMomentInviteOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admins := []*user{h.SignIn("admin@demo.example"), h.SignIn("admin@demo.example")}
	mailboxes := []*device{h.Mailbox("ada@invited.example"), h.Mailbox("bob@invited.example")}
	replies := together(8, func(i int) *reply {
		return admins[i%2].TryInviteMembers(nil, mailboxes[i%2].address, mailboxes[1-i%2].address)
	})
	made := 0
	for _, a := range replies {
		made += strings.Count(a.outcomes(), "PENDING")
		if n := strings.Count(a.outcomes(), "PENDING") + strings.Count(a.outcomes(), "ALREADY_INVITED"); n != 2 {
			t.Errorf("have %s", a.outcomes())
		}
	}
	if got := admins[0].invitations(""); made != 2 || len(got) != 2 {
		t.Errorf("%d were made, invited are %v", made, got)
	}
	for _, mailbox := range mailboxes {
		mailbox.ExpectJoin() // once: what nobody expects fails the test
	}
}

// An address signs in to one organisation: who has left another one may join, and is not theirs any more.
func TestO4_WhoHasLeftAnotherOrganisationJoins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, other := h.SignIn("admin@demo.example"), h.SignIn("admin@other.example")
	agent := h.Mailbox("agent@other.example")
	theirs := h.SignIn(agent.address)
	admin.InviteMember(nil, agent.address)
	page := agent.ExpectJoin()
	other.mutate("deactivateMember", vars{"id": theirs.id}, "").ok()
	other.InviteMember(nil, agent.address)
	back := agent.ExpectJoin()
	if joined := page.Accept(); joined.id == theirs.id || joined.organizationID() != admin.organizationID() {
		t.Errorf("%s is of %s", joined.id, joined.organizationID())
	}
	back.TryAccept(nil).refused("ALREADY_MEMBER", "token")
}

func TestO2_NothingIsLearnedOfAnotherOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, other := h.SignIn("admin@demo.example"), h.SignIn("admin@other.example")
	agent, ada := h.Mailbox("agent@other.example"), h.Mailbox("ada@invited.example")
	theirs := other.InviteMember(nil, ada.address)
	ada.ExpectJoin()
	if got := admin.TryInviteMembers(nil, agent.address, ada.address).outcomes(); got != "agent@other.example PENDING, ada@invited.example PENDING" {
		t.Errorf("have %s", got)
	}
	ada.ExpectJoin()
	page := agent.ExpectJoin()
	page.TryAccept(nil).refused("ALREADY_MEMBER", "token")
	if o := h.SignIn(agent.address).organizationID(); o != other.organizationID() {
		t.Errorf("the agent is of %s now", o)
	}
	for _, field := range []string{"resendMemberInvitation", "revokeMemberInvitation"} {
		admin.mutate(field, vars{"id": theirs}, "").failed("NOT_FOUND")
	}
	admin.ask("query ($id: ID!) { node(id: $id) { id } }", vars{"id": theirs}).failed("NOT_FOUND")
	if got := other.invitations(""); !slices.Equal(got, []string{ada.address}) {
		t.Errorf("the others have invited %v", got)
	}
}

func TestO2_InvitationsAreLimited(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("invites-per-recipient-hour=2,invites-per-organization-day=4"))
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	id := admin.InviteMember(nil, mailbox.address)
	resend := func() *reply { return admin.mutate("resendMemberInvitation", vars{"id": id}, "") }
	resend().ok()
	resend().throttled(time.Hour)
	mailbox.ExpectJoin()
	mailbox.ExpectJoin().Accept() // what was refused has changed nothing
	admin.TryInviteMembers(nil, "bob@invited.example", "cleo@invited.example", "dora@invited.example").throttled(24 * time.Hour)
	if got := admin.invitations(""); len(got) != 0 {
		t.Errorf("what was refused has invited %v", got)
	}
	room, customer := h.SignIn("agent@demo.example").CreateRoom(), h.Mailbox("customer@invited.example")
	h.SignIn("agent@demo.example").Invite(room, byEmail(customer), "C", "D") // counts with them
	customer.Expect()
	admin.TryInviteMembers(nil, "bob@invited.example", "cleo@invited.example").throttled(24 * time.Hour)
	admin.InviteMember(nil, h.Mailbox("bob@invited.example").address)
	h.Mailbox("bob@invited.example").ExpectJoin()
}

func TestO3_ThePendingAreListed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	var pages []*joining
	var ids []string
	for _, name := range []string{"accepted", "revoked", "expired", "pending"} {
		mailbox := h.Mailbox(name + "@invited.example")
		ids = append(ids, admin.InviteMember(nil, mailbox.address))
		pages = append(pages, mailbox.ExpectJoin())
		if name == "expired" {
			h.expireInvitations()
			h.exec(`UPDATE member_invitations SET expires_at = now() + interval '1 hour' WHERE id <> $1`, ids[2])
		}
	}
	pages[0].Accept()
	admin.mutate("revokeMemberInvitation", vars{"id": ids[1]}, "memberInvitation { status }").ok()
	for status, want := range map[string]string{"": "pending", "PENDING": "pending", "ACCEPTED": "accepted", "REVOKED": "revoked", "EXPIRED": "expired"} {
		if got := admin.invitations(status); !slices.Equal(got, []string{want + "@invited.example"}) {
			t.Errorf("%s are %v", status, got)
		}
		if status == "" {
			continue
		}
		for _, id := range ids {
			a := admin.ask("query ($id: ID!) { node(id: $id) { ... on MemberInvitation { email status } } }", vars{"id": id}).ok()
			if is, named := a.text("node.status") == status, a.text("node.email") == want+"@invited.example"; is != named {
				t.Errorf("%s is %s", a.text("node.email"), a.text("node.status"))
			}
		}
	}
	if got := h.SignIn("admin@other.example").invitations(""); len(got) != 0 {
		t.Errorf("the other organisation sees %v", got)
	}
	for _, j := range pages[:3] {
		j.TryAccept(nil).refused("LINK_INVALID", "token")
	}
	pages[3].Accept()
}

func TestO3_PagesOfInvitations(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	emails := []string{"a@invited.example", "b@invited.example", "c@invited.example"}
	for _, email := range emails {
		h.expected[email] = 1
	}
	admin.TryInviteMembers(nil, emails...).ok()
	page := func(arguments string) *reply {
		return admin.ask("{ organization { memberInvitations("+arguments+") { totalCount pageInfo { hasNextPage endCursor } edges { cursor } nodes { email } } } }", nil).ok()
	}
	first := page("first: 2")
	rest := page(fmt.Sprintf("after: %q", first.text("organization.memberInvitations.pageInfo.endCursor")))
	last := page("last: 1")
	for want, a := range map[string]*reply{"[a@invited.example b@invited.example]": first, "[c@invited.example]": rest, "[c@invited.example] ": last} {
		if got := fmt.Sprint(a.texts("organization.memberInvitations.nodes", "email")); got != strings.TrimSpace(want) || a.find("organization.memberInvitations.totalCount") != 3.0 {
			t.Errorf("have %s, want %s", got, want)
		}
	}
}

func TestO3_TheLinkLivesSevenDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	a := admin.TryInviteMembers(nil, mailbox.address).ok()
	until, err := time.Parse(time.RFC3339, a.text("memberInvitations.0.expiresAt"))
	if left := time.Until(until); err != nil || left < 7*24*time.Hour-time.Minute || left > 7*24*time.Hour {
		t.Errorf("it lives for %s, %v", left, err)
	}
	page := mailbox.ExpectJoin()
	h.expireInvitations()
	page.TryAccept(nil).refused("LINK_INVALID", "token")

	if got := admin.TryInviteMembers(vars{"role": "TEAM_LEADER"}, mailbox.address).outcomes(); got != "ada@invited.example PENDING" {
		t.Errorf("an address whose invitation has expired: %s", got)
	}
	if expired, pending := admin.invitations("EXPIRED"), admin.invitations(""); len(expired) != 1 || len(pending) != 1 || len(admin.invitations("REVOKED")) != 0 {
		t.Errorf("expired are %v, pending are %v", expired, pending)
	}
	admin.mutate("resendMemberInvitation", vars{"id": a.text("memberInvitations.0.id")}, "").refused("NOT_INVITED", "id")
	page.TryAccept(nil).refused("LINK_INVALID", "token")
	mailbox.ExpectJoin().Accept()
}

func TestO3_ResendingEndsTheLinkBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	id := admin.InviteMember(admin.attributes(), mailbox.address)
	resend := func(more vars) *reply {
		return admin.mutate("resendMemberInvitation", vars{"id": id}.with(more), "memberInvitation { "+invitationSelection+" }")
	}
	first := mailbox.ExpectJoin()
	resend(vars{"idempotencyKey": "a key"}).ok()
	resend(vars{"idempotencyKey": "a key"}).ok() // sends nothing
	second := mailbox.ExpectJoin()
	first.TryAccept(nil).refused("LINK_INVALID", "token")

	h.expireInvitations()
	second.TryAccept(nil).refused("LINK_INVALID", "token")
	if a := admin.mutate("revokeMemberInvitation", vars{"id": id}, "memberInvitation { status }").ok(); a.text("memberInvitation.status") != "EXPIRED" {
		t.Errorf("one that has expired is revoked: %s", a.body)
	}
	a := resend(nil).ok()
	if a.text("memberInvitation.status") != "PENDING" || a.attributesAt("memberInvitation") != given || a.text("memberInvitation.id") != id {
		t.Errorf("sent once more: %s", a.body)
	}
	third := mailbox.ExpectJoin()
	second.TryAccept(nil).refused("LINK_INVALID", "token")
	third.Accept()
	resend(nil).refused("ALREADY_MEMBER", "id")
	admin.mutate("revokeMemberInvitation", vars{"id": id}, "").refused("ALREADY_MEMBER", "id")
}

func TestO3_RevokingEndsTheLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	id := admin.InviteMember(nil, mailbox.address)
	page := mailbox.ExpectJoin()
	for range 2 {
		if a := admin.mutate("revokeMemberInvitation", vars{"id": id}, "memberInvitation { status }").ok(); a.text("memberInvitation.status") != "REVOKED" {
			t.Errorf("have %s", a.body)
		}
	}
	page.TryAccept(nil).refused("LINK_INVALID", "token")
	admin.mutate("resendMemberInvitation", vars{"id": id}, "").refused("NOT_INVITED", "id")
	if got := admin.TryInviteMembers(nil, mailbox.address).outcomes(); got != "ada@invited.example PENDING" {
		t.Errorf("invited anew: %s", got)
	}
	page.TryAccept(nil).refused("LINK_INVALID", "token")
	mailbox.ExpectJoin().Accept()
}

func TestO3_WhatBecomesOfTheEmailIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	id := admin.InviteMember(nil, mailbox.address)
	status := func() string {
		a := admin.ask("query ($id: ID!) { node(id: $id) { ... on MemberInvitation { deliveryStatus failureReason } } }", vars{"id": id}).ok()
		return a.text("node.deliveryStatus") + " " + a.text("node.failureReason")
	}
	first := mailbox.Expect("Register here")
	await(t, "the email to have arrived", func() bool { return status() == "DELIVERED " })
	if a := admin.mutate("resendMemberInvitation", vars{"id": id}, "memberInvitation { deliveryStatus }").ok(); a.text("memberInvitation.deliveryStatus") == "DELIVERED" {
		t.Error("the second email has arrived before it was sent")
	}
	mailbox.Expect("Register here")
	await(t, "the second email to have arrived", func() bool { return status() == "DELIVERED " })
	h.exec(`UPDATE deliveries SET status = 'SENT' WHERE id = (SELECT min(id) FROM deliveries)`)
	h.report(first.received, "FAILED", "no such mailbox")
	if s := status(); s != "DELIVERED " {
		t.Errorf("what became of the first email made it %s", s)
	}
}

func TestO4_WhoAcceptsIsAMemberWithWhatWasChosen(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("Ada@Invited.example")
	admin.InviteMember(admin.attributes(), mailbox.address)
	page := mailbox.ExpectJoin()
	before := admin.members()
	if slices.Contains(before, mailbox.address) || h.trySignIn(mailbox.address, goodPassword).code() != "CREDENTIALS_INVALID" {
		t.Error("who has not accepted is a member")
	}
	for range 3 { // opening the link uses nothing up
		if response, body := h.fetch(http.MethodGet, page.link); len(body) == 0 || response.Header.Get("Referrer-Policy") != "no-referrer" ||
			response.Header.Get("X-Robots-Tag") != "noindex" || !strings.HasPrefix(response.Header.Get("Content-Security-Policy"), "default-src 'self'") {
			t.Errorf("the page: %d %v", response.StatusCode, response.Header)
		}
	}
	a := page.TryAccept(vars{"firstName": " Ada  Augusta ", "lastName": "Lovelace"}).ok()
	if got := a.attributesAt("member"); got != given || a.text("member.name") != "Ada Augusta Lovelace" || a.text("member.email") != mailbox.address {
		t.Errorf("the member is %s with %s", a.body, got)
	}
	ada := h.user("Ada", a.text("accessToken"))
	if v := ada.ask("{ viewer { ... on Member { id } } organization { name } }", nil).ok(); v.text("viewer.id") != a.text("member.id") || v.text("organization.name") != "Demo" {
		t.Errorf("the token is of %s", v.body)
	}
	if got := h.trySignIn("ada@invited.EXAMPLE", goodPassword).ok().text("member.id"); got != a.text("member.id") {
		t.Errorf("%s signs in", got)
	}
	if got := admin.members(); !slices.Equal(got, append(before, mailbox.address)) {
		t.Errorf("members are %v", got)
	}
	if pending, accepted := admin.invitations(""), admin.invitations("ACCEPTED"); len(pending) != 0 || len(accepted) != 1 {
		t.Errorf("pending are %v, accepted %v", pending, accepted)
	}
	page.TryAccept(nil).refused("LINK_INVALID", "token")
	if got := admin.TryInviteMembers(nil, mailbox.address).outcomes(); got != "Ada@Invited.example ALREADY_MEMBER" {
		t.Errorf("invited again: %s", got)
	}
}

func TestO4_WhatPeopleSayOfThemselvesIsChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	admin.InviteMember(nil, mailbox.address)
	page := mailbox.ExpectJoin()
	page.TryAccept(vars{"firstName": " "}).refused("REQUIRED", "firstName")
	page.TryAccept(vars{"lastName": strings.Repeat("x", 65)}).refused("TOO_LONG", "lastName")
	page.TryAccept(vars{"lastName": "evil.com"}).refused("NAME_INVALID", "lastName")
	if e := page.TryAccept(vars{"password": "ninechars"}).refused("PASSWORD_TOO_SHORT", "password"); e.Limit != 10 || e.Count != 9 {
		t.Errorf("refused with limit %d and count %d", e.Limit, e.Count)
	}
	page.TryAccept(vars{"password": " ADA@invited.example"}).refused("PASSWORD_TOO_EASY", "password")
	if a := page.TryAccept(vars{"firstName": "", "lastName": "", "password": ""}); len(a.userErrors()) != 3 {
		t.Errorf("not everything is said at once: %s", a.body)
	}
	if n := len(admin.members()); n != 4 || len(admin.invitations("")) != 1 {
		t.Errorf("%d members after refusals", n)
	}
	page.TryAccept(vars{"password": strings.Repeat("é", 10)}).ok()
}

func TestO4_WrongLinksAreCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("link-failures=3"))
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	admin.InviteMember(nil, mailbox.address)
	page := mailbox.ExpectJoin()
	forged := &joining{h, "", page.token[:len(page.token)-1] + "_"}
	forged.TryAccept(nil).refused("LINK_INVALID", "token")
	(&joining{h, "", ""}).TryAccept(nil).refused("LINK_INVALID", "token")
	h.mutate("", "enterRoom", vars{"token": page.token}, "").refused("LINK_INVALID", "token") // counts with them
	page.TryAccept(nil).throttled(15 * time.Minute)
}

func TestO4_TwoAcceptancesAtTheSameMomentMakeOneMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("ada@invited.example")
	admin.InviteMember(nil, mailbox.address)
	page, before := mailbox.ExpectJoin(), len(admin.members())
	codes := map[string]int{}
	for _, a := range together(6, func(int) *reply { return page.TryAccept(nil) }) {
		codes[a.code()]++
	}
	if want := map[string]int{"": 1, "LINK_INVALID": 5}; !reflect.DeepEqual(codes, want) || len(admin.members()) != before+1 {
		t.Errorf("have %v, and %d members after %d", codes, len(admin.members()), before)
	}
}

func TestO4_InvitedByTwoOrganisationsAtTheSameMomentJoinsOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	mailbox := h.Mailbox("ada@invited.example")
	var pages []*joining
	for _, email := range []string{"admin@demo.example", "admin@other.example"} {
		h.SignIn(email).InviteMember(nil, mailbox.address)
		pages = append(pages, mailbox.ExpectJoin())
	}
	codes := map[string]int{}
	for _, a := range together(2, func(i int) *reply { return pages[i].TryAccept(nil) }) {
		codes[a.code()]++
	}
	if want := map[string]int{"": 1, "ALREADY_MEMBER": 1}; !reflect.DeepEqual(codes, want) {
		t.Errorf("have %v", codes)
	}
}

func TestO4_ARevocationAndAnAcceptanceAtTheSameMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	for n := range 4 {
		mailbox := h.Mailbox(fmt.Sprintf("p%d@invited.example", n))
		id := admin.InviteMember(nil, mailbox.address)
		page := mailbox.ExpectJoin()
		replies := together(2, func(i int) *reply {
			if i == 0 {
				return admin.mutate("revokeMemberInvitation", vars{"id": id}, "")
			}
			return page.TryAccept(nil)
		})
		if got := replies[0].code() + "," + replies[1].code(); got != ",LINK_INVALID" && got != "ALREADY_MEMBER," {
			t.Errorf("revoked and accepted: %s", got)
		}
	}
}

// What was theirs is not: not what they wrote to themselves, nor how they were, nor their password.
func TestO4_WhoHasLeftComesBackAsSomebodyElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, mailbox := h.SignIn("admin@demo.example"), h.Mailbox("Agent@demo.example")
	agent := h.SignIn("agent@demo.example")
	agent.TryState("READY", "").ok()
	text := agent.mutate("createPredefinedMessage", vars{"title": "Mine", "body": "Mine"}, "predefinedMessage { id }").ok().text("predefinedMessage.id")
	admin.mutate("deactivateMember", vars{"id": agent.id}, "").ok()
	admin.InviteMember(admin.attributes(), mailbox.address)
	back := mailbox.ExpectJoin().Accept()
	if back.id == agent.id {
		t.Error("they are who they were")
	}
	back.isIn("NOT_READY", "")
	back.ask("query ($id: ID!) { node(id: $id) { id } }", vars{"id": text}).failed("NOT_FOUND")
	if h.trySignIn("agent@demo.example", demoPassword).code() != "CREDENTIALS_INVALID" {
		t.Error("the password from before still works")
	}
	h.trySignIn("agent@demo.example", goodPassword).ok()
}

// One who was sent too many gets no other; the rest do.
func TestO2_AnAddressThatIsInvitedTooOftenStopsNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("invites-per-recipient-hour=1"))
	admin := h.SignIn("admin@demo.example")
	ada, bob := h.Mailbox("ada@invited.example"), h.Mailbox("bob@invited.example")
	id := admin.InviteMember(nil, ada.address)
	ada.ExpectJoin()
	admin.mutate("revokeMemberInvitation", vars{"id": id}, "").ok()
	if got := admin.TryInviteMembers(nil, ada.address, bob.address).outcomes(); got != "ada@invited.example INVITED_TOO_OFTEN, bob@invited.example PENDING" {
		t.Errorf("have %s", got)
	}
	bob.ExpectJoin()
}

func TestX1_AnInvitationOfMembersIsRepeatedAsItWas(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	ada, bob := h.Mailbox("ada@invited.example"), h.Mailbox("bob@invited.example")
	admin.InviteMember(nil, ada.address)
	page := ada.ExpectJoin()
	invite := func() *reply {
		return admin.TryInviteMembers(vars{"idempotencyKey": "a key"}, "nobody", ada.address, bob.address, "agent@demo.example")
	}
	first := invite().outcomes()
	bob.ExpectJoin()
	page.Accept() // what would get another result now gets the first one
	if again := invite().outcomes(); again != first {
		t.Errorf("first %s\nagain %s", first, again)
	}
}

// organizationID is the id of a member's organisation.
func (p *user) organizationID() string {
	p.h.t.Helper()
	return p.ask("{ organization { id } }", nil).ok().text("organization.id")
}
