package main

import (
	"fmt"
	"strings"
	"testing"

	"parley/ent/call"
	"parley/ent/member"
)

const (
	callSelection  = "call { id number service { name } flow recorded status startedAt endedAt }"
	stateSelection = "member { state stateReason stateChangedAt }"
	ownState       = `{ viewer { ... on Member { state stateReason stateChangedAt } } }`
)

// service is the id of a service of the member's organisation.
func (p *user) service(name string) string {
	p.h.t.Helper()
	a := p.ask(`{ organization { services { id name } } }`, nil).ok()
	for i, n := range a.texts("organization.services", "name") {
		if n == name {
			return a.texts("organization.services", "id")[i]
		}
	}
	p.h.t.Fatalf("there is no service %s", name)
	return ""
}

// TryCall starts a call, which may be refused.
func (p *user) TryCall(input vars) *reply { return p.mutate("startCall", input, callSelection) }

// Calls starts a call for a service, and returns its id.
func (p *user) Calls(number, service string) string {
	p.h.t.Helper()
	return p.TryCall(vars{"number": number, "flow": "CONTACT_CENTER", "serviceId": p.service(service)}).ok().text("call.id")
}

func (p *user) endCall(id string) *reply {
	return p.mutate("endCall", vars{"callId": id}, callSelection)
}
func (p *user) finishWork(id string) *reply {
	return p.mutate("finishAfterCallWork", vars{"callId": id}, callSelection)
}

func (p *user) TryState(state, reason string) *reply {
	return p.mutate("setAgentState", vars{"state": state, "reason": reason}, stateSelection)
}

// isIn checks the member's own state, as they see it.
func (p *user) isIn(state, reason string) {
	p.h.t.Helper()
	a := p.ask(ownState, nil).ok()
	if a.text("viewer.state") != state || a.text("viewer.stateReason") != reason {
		p.h.t.Errorf("%s is %s (%s), want %s (%s)", p.name, a.text("viewer.state"), a.text("viewer.stateReason"), state, reason)
	}
}

func (p *user) mayCall(number, flow string) *reply {
	return p.ask(`query ($number: String!, $flow: CallFlow!) { callPermission(number: $number, flow: $flow) { allowed reason recorded } }`,
		vars{"number": number, "flow": flow})
}

// What is no number is called by nobody, whatever the flow.
func TestO5_WhatIsNoNumberIsNotCalled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	for number, code := range map[string]string{"nonsense": "PHONE_PREFIX_MISSING", "+44 20": "PHONE_INVALID", " ": "REQUIRED"} {
		for _, flow := range []string{"PRIVATE", "OFFICE", "CONTACT_CENTER"} {
			e := agent.TryCall(vars{"number": number, "flow": flow, "serviceId": agent.service("Sales")}).refused(code, "number")
			if a := agent.mayCall(number, flow).ok(); a.yes("callPermission.allowed") || a.text("callPermission.reason") != e.Message {
				t.Errorf("%q: %s", number, a.body)
			}
		}
	}
}

// Who serves customers no more is in no call, and not ready, whatever they were.
func TestM11_WhoServesNoMoreIsNotReady(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	inbox := admin.inbox("", overSocket)
	inbox.expect("InboxCaughtUp")
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agent.Calls("+442079460018", "Sales")
	second.Calls("+442079460019", "Sales")
	for range 2 {
		inbox.expect("AgentStateChanged")
	}
	admin.mutate("deactivateMember", vars{"id": agent.id}, "").ok()
	admin.mutate("updateMember", vars{"id": second.id, "role": "QUALITY_ASSESSOR"}, "").ok()
	for range 2 {
		if e := inbox.expect("AgentStateChanged"); e.Member.State != "NOT_READY" {
			t.Errorf("%s is %s", e.Member.ID, e.Member.State)
		}
	}
	second.isIn("NOT_READY", "")
	if a := second.ask("{ viewer { ... on Member { call { id } } } }", nil).ok(); a.find("viewer.call") != nil {
		t.Errorf("have %s", a.body)
	}
	admin.mutate("updateMember", vars{"id": second.id, "role": "AGENT"}, "").ok()
	second.Calls("+442079460019", "Sales")
}

// Whoever lost the answer finds the call again, and nobody else does.
func TestM11_OnesOwnCallIsFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, admin := h.SignIn("agent@demo.example"), h.SignIn("admin@demo.example")
	const query = `query ($id: ID!) { node(id: $id) { ... on Member { call { id status } } } }`
	id := agent.Calls("+442079460018", "Sales")
	if a := agent.ask(query, vars{"id": agent.id}).ok(); a.text("node.call.id") != id {
		t.Errorf("have %s", a.body)
	}
	if a := admin.ask(query, vars{"id": agent.id}).ok(); a.find("node.call") != nil {
		t.Errorf("have %s", a.body)
	}
	agent.endCall(id).ok()
	if a := agent.ask(query, vars{"id": agent.id}).ok(); a.text("node.call.status") != "AFTER_CALL_WORK" {
		t.Errorf("have %s", a.body)
	}
	agent.finishWork(id).ok()
	if a := agent.ask(query, vars{"id": agent.id}).ok(); a.find("node.call") != nil {
		t.Errorf("have %s", a.body)
	}
}

// Two that happen together: whoever is deactivated first is in no call.
func TestX3_ACallAndADeactivationAtTheSameMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	for n := range 6 {
		mailbox := h.Mailbox(fmt.Sprintf("p%d@invited.example", n))
		admin.InviteMember(vars{"channels": []string{"VOICE"}}, mailbox.address)
		p := mailbox.ExpectJoin().Accept()
		together(2, func(i int) *reply {
			if i == 0 {
				return admin.mutate("deactivateMember", vars{"id": p.id}, "").ok()
			}
			return p.TryCall(vars{"number": "4711", "flow": "OFFICE"})
		})
		busy := h.ent().Member.Query().Where(member.ID(p.id), member.StateNEQ(member.StateNotReady)).ExistX(t.Context())
		if calls := h.ent().Call.Query().Where(call.MemberID(p.id), call.StatusNEQ(call.StatusEnded)).CountX(t.Context()); calls != 0 || busy {
			t.Errorf("who has left has %d calls, busy %v", calls, busy)
		}
	}
}

// The class of service decides on private calls, and nothing else does; who may not call does not.
func TestO5_TheClassOfServiceDecidesOnPrivateCalls(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	h.exec(`UPDATE members SET class_of_service = 'LOCAL_EXCLUDING_MOBILE' WHERE email_key = 'agent@demo.example'`)
	for _, c := range []struct {
		number, flow      string
		allowed, recorded bool
	}{
		{"+442079460018", "PRIVATE", true, false},
		{"+447400123456", "PRIVATE", false, false},
		{"+447400123456", "OFFICE", true, true},
		{"+447400123456", "CONTACT_CENTER", true, true},
		{"+33123456789", "PRIVATE", false, false},
		{"4711", "PRIVATE", true, false},
	} {
		a := agent.mayCall(c.number, c.flow).ok()
		if a.yes("callPermission.allowed") != c.allowed || a.yes("callPermission.recorded") != c.recorded || a.text("callPermission.reason") == "" {
			t.Errorf("%s, %s: %s", c.number, c.flow, a.body)
		}
		tried := agent.TryCall(vars{"number": c.number, "flow": c.flow, "serviceId": agent.service("Sales")})
		if !c.allowed {
			if got := tried.refused("CALL_NOT_ALLOWED", "number"); got.Message != a.text("callPermission.reason") {
				t.Errorf("%s: refused with %q, want %q", c.number, got.Message, a.text("callPermission.reason"))
			}
			continue
		}
		if tried.ok().yes("call.recorded") != c.recorded {
			t.Errorf("%s, %s: %s", c.number, c.flow, tried.body)
		}
		id := tried.text("call.id")
		agent.endCall(id).ok()
		agent.finishWork(id).ok()
	}
	h.exec(`UPDATE members SET class_of_service = 'INTERNAL' WHERE email_key = 'agent@demo.example'`)
	if !agent.mayCall("+447480000100", "PRIVATE").ok().yes("callPermission.allowed") {
		t.Error("the organisation's own number is not internal")
	}
	if h.SignIn("agent@other.example").mayCall("+442079460018", "PRIVATE").ok().yes("callPermission.allowed") != true {
		t.Error("who may call abroad may not")
	}
}

// A member calls with the channel, for services they serve.
func TestO6_ChannelsAndServicesLimitCalls(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, foreign := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example").service("Sales")
	sales := agent.service("Sales")
	call := vars{"number": "+447400123456", "flow": "CONTACT_CENTER", "serviceId": sales}
	agent.TryCall(vars{"number": "+447400123456", "flow": "CONTACT_CENTER"}).refused("REQUIRED", "serviceId")
	agent.TryCall(call.with(vars{"serviceId": foreign})).failed("NOT_FOUND")
	h.exec(`DELETE FROM member_services WHERE member_id = $1 AND service_id = $2`, agent.id, sales)
	agent.TryCall(call).refused("SERVICE_NOT_GRANTED", "serviceId")
	h.exec(`INSERT INTO member_services (member_id, service_id) VALUES ($1, $2)`, agent.id, sales)
	h.exec(`UPDATE members SET channels = '["SMS", "EMAIL"]' WHERE id = $1`, agent.id)
	agent.TryCall(call).refused("CHANNEL_NOT_GRANTED")
	h.exec(`UPDATE members SET channels = '["VOICE"]' WHERE id = $1`, agent.id)
	if a := agent.TryCall(call).ok(); a.text("call.service.name") != "Sales" || a.text("call.status") != "ACTIVE" || a.text("call.number") != "+447400123456" {
		t.Errorf("the call is %s", a.body)
	}
}

// A call makes its member busy, its work keeps them, and then they are what they were.
func TestM11_StatesFollowCalls(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agent.isIn("NOT_READY", "")
	agent.TryState("READY", "").ok()
	id := agent.Calls("+447400123456", "Sales")
	agent.isIn("BUSY", "")
	agent.TryCall(vars{"number": "4711", "flow": "PRIVATE"}).refused("CALL_ALREADY_ACTIVE")
	agent.finishWork(id).refused("CALL_NOT_ENDED", "callId")
	second.endCall(id).failed("NOT_FOUND")
	second.ask(`query ($id: ID!) { node(id: $id) { id } }`, vars{"id": id}).failed("NOT_FOUND")

	ended := agent.endCall(id).ok()
	if ended.text("call.status") != "AFTER_CALL_WORK" || ended.text("call.endedAt") == "" {
		t.Errorf("the call is %s", ended.body)
	}
	agent.isIn("AFTER_CALL_WORK", "")
	agent.TryCall(vars{"number": "4711", "flow": "PRIVATE"}).refused("CALL_ALREADY_ACTIVE")
	if again := agent.endCall(id).ok(); string(again.body) != string(ended.body) {
		t.Errorf("ended again it is\n%s, and was\n%s", again.body, ended.body)
	}
	agent.isIn("AFTER_CALL_WORK", "")
	for range 2 {
		done := agent.finishWork(id).ok()
		if done.text("call.status") != "ENDED" || done.text("call.endedAt") != ended.text("call.endedAt") {
			t.Errorf("the call is %s", done.body)
		}
		agent.isIn("READY", "")
	}
	if a := agent.endCall(id).ok(); a.text("call.status") != "ENDED" {
		t.Errorf("ended once more the call is %s", a.body)
	}
	agent.isIn("READY", "")

	agent.TryState("NOT_READY", " Lunch ").ok()
	private := agent.TryCall(vars{"number": "4711", "flow": "PRIVATE"}).ok().text("call.id")
	agent.isIn("BUSY", "")
	if a := agent.endCall(private).ok(); a.text("call.status") != "ENDED" {
		t.Errorf("a private call is %s", a.body)
	}
	agent.isIn("NOT_READY", "Lunch")
}

// What a member says during a call counts when it is over.
func TestM11_AStateThatIsChosenDuringACall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	agent.TryState("READY", "").ok()
	id := agent.Calls("+447400123456", "Sales")
	if a := agent.TryState("NOT_READY", "Training").ok(); a.text("member.state") != "BUSY" {
		t.Errorf("in a call they are %s", a.body)
	}
	agent.endCall(id).ok()
	agent.isIn("AFTER_CALL_WORK", "")
	agent.finishWork(id).ok()
	agent.isIn("NOT_READY", "Training")
	id = agent.Calls("+447400123456", "Sales")
	agent.TryState("READY", "").ok()
	agent.endCall(id).ok()
	agent.finishWork(id).ok()
	agent.isIn("READY", "")
}

func TestM11_WhatMembersMayChoose(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	agent.TryState("BUSY", "").refused("STATE_NOT_ALLOWED", "state")
	agent.TryState("AFTER_CALL_WORK", "").refused("STATE_NOT_ALLOWED", "state")
	agent.TryState("NOT_READY", "line\u2028 of\a bell").refused("TEXT_INVALID", "reason")
	long := strings.Repeat("é", 100)
	agent.TryState("NOT_READY", long+"é").refused("TOO_LONG", "reason")
	agent.TryState("NOT_READY", long).ok()
	agent.isIn("NOT_READY", long)
	first := agent.ask(ownState, nil).ok()
	agent.TryState("NOT_READY", long).ok()
	if again := agent.ask(ownState, nil).ok(); again.text("viewer.stateChangedAt") != first.text("viewer.stateChangedAt") {
		t.Error("the same state again counts as a change")
	}
	agent.TryState("READY", "a reason that is not kept").ok()
	agent.isIn("READY", "")
}

// Colleagues learn of a state live, in any process, and see it after a restart; nobody else does.
func TestM11_ColleaguesKnow(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := newHouse(t, beside(h))
	h.awaitBus()
	other.awaitBus()
	agent, second, stranger := h.SignIn("agent@demo.example"), other.SignIn("second@demo.example"), other.SignIn("agent@other.example")
	live := second.inbox("", overSocket)
	start := live.expect("InboxCaughtUp").Cursor
	theirs := stranger.inbox("", overSocket)
	theirs.expect("InboxCaughtUp")
	agent.TryState("NOT_READY", "Lunch").ok()
	e := live.expect("AgentStateChanged")
	if e.Member.ID != agent.id || e.Member.State != "NOT_READY" || e.Member.StateReason != "Lunch" {
		t.Errorf("a colleague is told of %+v", e)
	}
	live.cut()
	later := second.inbox(start, overSocket)
	if e := later.expect("AgentStateChanged"); e.Member.ID != agent.id {
		t.Errorf("who comes back is told of %+v", e)
	}
	later.cut()
	stranger.Says("news", stranger.CreateRoom())
	theirs.expect("RoomUpdated") // and nothing before it
	theirs.cut()
	a := second.ask(`query ($id: ID!) { node(id: $id) { ... on Member { state stateReason } } }`, vars{"id": agent.id}).ok()
	if a.text("node.state") != "NOT_READY" || a.text("node.stateReason") != "Lunch" {
		t.Errorf("a colleague sees %s", a.body)
	}
}

// Of two calls at the same moment there is one.
func TestM11_TwoCallsAtTheSameMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	codes := map[string]int{}
	for _, a := range together(8, func(int) *reply { return agent.TryCall(vars{"number": "4711", "flow": "PRIVATE"}) }) {
		codes[a.code()]++
	}
	if codes[""] != 1 || codes["CALL_ALREADY_ACTIVE"] != 7 {
		t.Errorf("have %v", codes)
	}
	agent.isIn("BUSY", "")
}
