package main

import (
	"strings"

	"parley/ent"
	"parley/ent/organization"
	"parley/ent/portal"
)

// support is a support session, with the member who has started it.
type support struct {
	host   *user
	room   place
	id     string
	before map[string]bool // specialists who had joined before a race
}

// code is an invitation of specialists.
type code struct {
	of                   *support
	id, short, url, text string
}

const (
	sessionSelection = "supportSession { id status startedAt endedAt room { id } portal { id mode } host { id name } specialistSeats { taken limit } }"
	codeSelection    = "specialistInvitation { id code url text access accessLabel expiresAt cancelledAt } confirmation"
	cancelSelection  = "specialistInvitation { id cancelledAt }"
	joinSelection    = "accessToken expiresAt specialist { id name access accessLabel joinedAt leftAt } supportSession { id room { id lastCursor } }"
	expertSelection  = "specialist { id access accessLabel leftAt }"
)

// portal is the id of a portal of the demo.
func (h *house) portal(name string) string {
	h.t.Helper()
	return must(h, func() (*ent.Portal, error) {
		return h.ent().Portal.Query().Where(portal.Name(name), portal.HasOrganizationWith(organization.Name("Demo"))).Only(h.t.Context())
	}).ID
}

// tryStart starts a support session, which may be refused.
func (p *user) tryStart(room place, portal string) *reply {
	return p.mutate("startSupportSession", vars{"roomId": room.ID, "portalId": p.h.portal(portal)}, sessionSelection)
}

// starts starts a support session through a portal that allows specialists all.
func (p *user) starts(room place) *support {
	p.h.t.Helper()
	return &support{host: p, room: room, id: p.tryStart(room, "Phone").ok().text("supportSession.id")}
}

// tryEnd ends the session, which may be refused.
func (p *user) tryEnd(s *support) *reply {
	return p.mutate("endSupportSession", vars{"supportSessionId": s.id}, sessionSelection)
}

// ends ends the session.
func (s *support) ends() *reply {
	s.host.h.t.Helper()
	return s.host.tryEnd(s).ok()
}

// tryInvite makes the code of the session, which may be refused.
func (p *user) tryInvite(s *support, access string, more vars) *reply {
	return p.mutate("createSpecialistInvitation", more.with(vars{"supportSessionId": s.id, "access": access}), codeSelection)
}

// invites makes the code of the session, or returns the one there is.
func (s *support) invites(access string) *code {
	s.host.h.t.Helper()
	return s.codeIn(s.host.tryInvite(s, access, nil).ok())
}

func (s *support) codeIn(a *reply) *code {
	const it = "specialistInvitation."
	c := &code{s, a.text(it + "id"), a.text(it + "code"), a.text(it + "url"), a.text(it + "text")}
	for _, spelled := range []string{c.short, strings.ToLower(c.short), strings.ReplaceAll(c.short, "-", "")} {
		s.host.h.keepSecret("a code", spelled)
	}
	return c
}

// tryCancel cancels a code, which may be refused.
func (p *user) tryCancel(c *code, removeJoined bool) *reply {
	return p.mutate("cancelSpecialistInvitation", vars{"specialistInvitationId": c.id, "removeJoined": removeJoined}, cancelSelection)
}

// cancels cancels a code; those who have joined stay.
func (c *code) cancels() *reply {
	c.of.host.h.t.Helper()
	return c.of.host.tryCancel(c, false).ok()
}

// tryJoin joins by a code, which may be refused.
func (h *house) tryJoin(code, name string) *reply {
	return h.mutate("", "joinSupportSession", vars{"code": code, "name": name}, joinSelection)
}

// joins joins by a code.
func (h *house) joins(code, name string) *user {
	h.t.Helper()
	return h.expert(h.tryJoin(code, name).ok())
}

// expert is who has joined.
func (h *house) expert(joined *reply) *user {
	p := h.user(joined.text("specialist.name"), joined.text("accessToken"))
	p.id = joined.text("specialist.id")
	p.room = place{ID: joined.text("supportSession.room.id"), Start: joined.text("supportSession.room.lastCursor")}
	return p
}

// tryLeave leaves the session, which may be refused.
func (p *user) tryLeave() *reply { return p.mutate("leaveSupportSession", nil, expertSelection) }

// tryRemove removes a specialist, which may be refused.
func (p *user) tryRemove(expert *user) *reply {
	return p.mutate("removeSpecialist", vars{"specialistId": expert.id}, expertSelection)
}

// trySetAccess changes what a specialist may do, which may be refused.
func (p *user) trySetAccess(expert *user, access string) *reply {
	return p.mutate("setSpecialistAccess", vars{"specialistId": expert.id, "access": access}, expertSelection)
}

// inSession are the names of those who are in the session of a room, in the order in which it gives them.
func (p *user) inSession(room place) []string {
	p.h.t.Helper()
	return p.ask(`query ($id: ID!) { room(id: $id) { supportSession { attendees(first: 100) { ... on Member { name } ... on Customer { name } ... on Specialist { name } } } } }`,
		vars{"id": room.ID}).ok().texts("room.supportSession.attendees", "name")
}

// seats are how many specialists are in the session.
func (s *support) seats() int {
	s.host.h.t.Helper()
	a := s.host.ask(`query ($id: ID!) { node(id: $id) { ... on SupportSession { specialistSeats { taken } } } }`, vars{"id": s.id}).ok()
	n, _ := a.find("node.specialistSeats.taken").(float64)
	return int(n)
}

// out fails the test unless a specialist has nothing in the room any more. Their token ends a moment later at other processes.
func (p *user) out() {
	p.h.t.Helper()
	a := p.ask(`query ($id: ID!) { room(id: $id) { name } }`, vars{"id": p.room.ID})
	if code := a.code(); code != "UNAUTHENTICATED" && code != "NOT_FOUND" {
		p.h.t.Errorf("%s is still in the room: %d %s", p.name, a.status, a.body)
	}
	if a := p.TrySay(p.room, "Am I still here?"); a.isOK() {
		p.h.t.Errorf("%s still writes: %s", p.name, a.body)
	}
}
