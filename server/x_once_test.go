package main

import (
	"net/http"
	"testing"
)

// keyed is a mutation that takes an idempotency key.
type keyed struct {
	selection, result string
	input             func(u *user, room place) vars // what it is about
	other             vars                           // arguments that differ
	count             string                         // rows that it makes
	told              *device                        // who is sent something by it
}

func (h *house) keyedMutations() map[string]keyed {
	phone, joiner, late := h.Phone(adasNumber), h.Mailbox("joiner@invited.example"), h.Mailbox("late@invited.example")
	texted := h.Phone("+447400123457")
	return map[string]keyed{
		"createRoom": {
			selection: roomSelection, result: "room.id", count: `SELECT count(*) FROM rooms`,
			input: func(*user, place) vars { return vars{} },
		},
		"inviteCustomer": {
			selection: inviteSelection, result: "invitation.id", count: `SELECT count(*) FROM deliveries`, told: phone,
			input: func(_ *user, room place) vars {
				return vars{"roomId": room.ID, "channel": "SMS", "to": phone.address, "firstName": "Ada", "lastName": "Lovelace"}
			},
			other: vars{"firstName": "Eve"},
		},
		"createUpload": {
			selection: "uploadId url expiresAt", result: "uploadId", count: `SELECT count(*) FROM documents`,
			input: func(_ *user, room place) vars { return vars{"roomId": room.ID, "filename": "a.dat", "size": 10} },
			other: vars{"size": 11},
		},
		"shareDocument": {
			selection: "message { id } document { id } confirmation", result: "message.id", count: `SELECT count(*) FROM events WHERE kind = 'DOCUMENT'`,
			input: func(u *user, room place) vars {
				up := u.TryUpload(room, "b.dat", 10).ok()
				u.h.put(up.text("url"), noise(10)).is(http.StatusNoContent)
				return vars{"roomId": room.ID, "uploadId": up.text("uploadId")}
			},
			other: vars{"uploadId": "doc_00000000000000000000000000"},
		},
		"startSupportSession": {
			selection: sessionSelection, result: "supportSession.id", count: `SELECT count(*) FROM support_sessions`,
			input: func(u *user, _ place) vars {
				return vars{"roomId": u.CreateRoom().ID, "portalId": h.portal("Phone")}
			},
			other: vars{"portalId": h.portal("Web")},
		},
		"createSpecialistInvitation": {
			selection: codeSelection, result: "specialistInvitation.id", count: `SELECT count(*) FROM specialist_invitations`,
			input: func(u *user, _ place) vars {
				return vars{"supportSessionId": u.starts(u.CreateRoom()).id, "access": "VIEW_ONLY"}
			},
			other: vars{"access": "CONTROL"},
		},
		"startScreenShare": {
			selection: shareSelection, result: "screenShare.id", count: `SELECT count(*) FROM screen_shares`,
			input: func(u *user, room place) vars { return vars{"supportSessionId": u.starts(room).id} },
		},
		"createPredefinedMessage": {
			selection: "predefinedMessage { id title }", result: "predefinedMessage.id", count: `SELECT count(*) FROM predefined_messages`,
			input: func(*user, place) vars { return vars{"title": "Greeting", "body": "Hello %F"} },
			other: vars{"body": "Bye %F"},
		},
		"inviteMembers": {
			selection: resultsSelection, result: "memberInvitations.0.id", count: `SELECT count(*) FROM member_invitations`, told: joiner,
			input: func(*user, place) vars {
				return vars{"role": "AGENT", "emails": []string{joiner.address, "nobody", "agent@demo.example"}}
			},
			other: vars{"role": "TEAM_LEADER"},
		},
		"resendMemberInvitation": {
			selection: "memberInvitation { id expiresAt }", result: "memberInvitation.id", count: `SELECT count(*) FROM deliveries`, told: late,
			input: func(u *user, _ place) vars {
				id := u.InviteMember(nil, late.address)
				late.ExpectJoin()
				return vars{"id": id}
			},
		},
		"startCall": {
			selection: callSelection, result: "call.id", count: `SELECT count(*) FROM calls`,
			input: func(*user, place) vars { return vars{"number": "4711", "flow": "PRIVATE"} },
			other: vars{"number": "4712"},
		},
		"openSmsConversation": {
			selection: chatSelection, result: "conversation.id", count: `SELECT count(*) FROM sms_conversations`,
			input: func(u *user, _ place) vars { return vars{"serviceId": u.service("Sales"), "to": "+447400123458"} },
			other: vars{"to": "+447400123459"},
		},
		"sendSms": {
			selection: "message { id body } conversation { id }", result: "message.id", count: `SELECT count(*) FROM deliveries`, told: texted,
			input: func(u *user, _ place) vars {
				return vars{"body": "Hello", "serviceId": u.service("Support"), "to": texted.address}
			},
			other: vars{"body": "Bye"},
		},
		"sendMessage": {
			selection: messageSelection, result: "message.id", count: `SELECT count(*) FROM events WHERE kind = 'TEXT'`,
			input: func(_ *user, room place) vars { return vars{"roomId": room.ID, "body": "Hello"} },
			other: vars{"body": "Bye"},
		},
	}
}

// with returns the input with further arguments.
func (v vars) with(more vars) vars {
	all := vars{}
	for _, from := range []vars{v, more} {
		for name, value := range from {
			all[name] = value
		}
	}
	return all
}

func TestX1_ARepeatedKeyIsTheFirstResultAndDoesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, second := h.SignIn("admin@demo.example"), h.SignIn("second@demo.example")
	room := admin.CreateRoom()
	for field, m := range h.keyedMutations() {
		input := m.input(admin, room).with(vars{"idempotencyKey": "the key of " + field})
		before := h.number(m.count)
		first := admin.mutate(field, input, m.selection).ok()
		again := admin.mutate(field, input, m.selection).ok()
		if string(first.body) != string(again.body) && field != "inviteCustomer" || first.text(m.result) != again.text(m.result) { // an invitation's status moves
			t.Errorf("%s is answered\n%s\nand again\n%s", field, first.body, again.body)
		}
		if n := h.number(m.count) - before; n != 1 {
			t.Errorf("%s twice made %d", field, n)
		}
		if m.other != nil {
			admin.mutate(field, input.with(m.other), m.selection).refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
		}
		if field == "createRoom" { // keys are a person's own
			if a := second.mutate(field, input, m.selection).ok(); a.text(m.result) == first.text(m.result) {
				t.Error("another person's key gives one's result")
			}
		}
		if m.told != nil {
			m.told.Expect()
		}
	}
	admin.mutate("sendMessage", vars{"roomId": room.ID, "body": "Hello", "idempotencyKey": "the key of createRoom"}, messageSelection).
		refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
}

func TestX1_TwentyAtTheSameMomentCountOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	admin := h.SignIn("admin@demo.example")
	for field, m := range h.keyedMutations() {
		room := admin.CreateRoom()
		input := m.input(admin, room).with(vars{"idempotencyKey": "the key of " + field})
		before := h.number(m.count)
		results := map[string]int{}
		for _, a := range together(20, func(int) *reply { return admin.mutate(field, input, m.selection) }) {
			results[a.ok().text(m.result)]++
		}
		if len(results) != 1 || results[""] > 0 {
			t.Errorf("%s: results %v", field, results)
		}
		if n := h.number(m.count) - before; n != 1 {
			t.Errorf("%s 20 times made %d", field, n)
		}
		if m.told != nil {
			m.told.Expect()
		}
	}
}

func TestX1_ARefusalDoesNotUseTheKeyUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	input := vars{"roomId": room.ID, "body": " ", "idempotencyKey": "a key"}
	agent.mutate("sendMessage", input, messageSelection).refused("REQUIRED", "body")
	agent.mutate("sendMessage", input.with(vars{"body": "Hello"}), messageSelection).ok()
	agent.mutate("sendMessage", vars{"roomId": "room_01h455vb4pex5vsknk084sn02q", "body": "Hello", "idempotencyKey": "another"}, messageSelection).failed("NOT_FOUND")
	agent.mutate("sendMessage", vars{"roomId": room.ID, "body": "Hello", "idempotencyKey": "another"}, messageSelection).ok()

	mailbox := h.Mailbox("ada@customer.example")
	invite := byEmail(mailbox).with(vars{"roomId": room.ID, "firstName": "", "lastName": "Lovelace", "idempotencyKey": "a third"})
	agent.mutate("inviteCustomer", invite, inviteSelection).refused("REQUIRED", "firstName")
	agent.mutate("inviteCustomer", invite.with(vars{"firstName": "Ada"}), inviteSelection).ok()
	mailbox.Expect("Ada")
}

func TestX1_KeysOfARoomThatWasClosedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	input := vars{"roomId": room.ID, "body": "Hello", "idempotencyKey": "a key"}
	first := agent.mutate("sendMessage", input, messageSelection).ok()
	agent.Close(room)
	if again := agent.mutate("sendMessage", input, messageSelection).ok(); again.text("message.id") != first.text("message.id") {
		t.Errorf("the message is another one: %s", again.body)
	}
	agent.mutate("sendMessage", input.with(vars{"body": "Bye"}), messageSelection).refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	agent.mutate("sendMessage", input.with(vars{"idempotencyKey": "new"}), messageSelection).refused("ROOM_CLOSED", "roomId")
}

// What was made is told again, whatever has become of it.
func TestX1_KeysOfASessionThatHasEndedMeanwhile(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	start := vars{"roomId": agent.CreateRoom().ID, "portalId": h.portal("Phone"), "idempotencyKey": "to start"}
	s := &support{host: agent, id: agent.mutate("startSupportSession", start, sessionSelection).ok().text("supportSession.id")}
	invite := vars{"idempotencyKey": "to invite"}
	c := s.codeIn(agent.tryInvite(s, "VIEW_ONLY", invite).ok())
	c.cancels()
	if again := agent.tryInvite(s, "VIEW_ONLY", invite).ok(); again.text("specialistInvitation.id") != c.id || again.text("specialistInvitation.cancelledAt") == "" {
		t.Errorf("the code that was cancelled is %s", again.body)
	}
	s.ends()
	if again := agent.tryInvite(s, "VIEW_ONLY", invite).ok(); again.text("specialistInvitation.id") != c.id {
		t.Errorf("the code of a session that has ended is %s", again.body)
	}
	if again := agent.mutate("startSupportSession", start, sessionSelection).ok(); again.text("supportSession.id") != s.id || again.text("supportSession.status") != "ENDED" {
		t.Errorf("the session that has ended is %s", again.body)
	}
}

// What was not answered can be repeated after a merge: by the old id or the new one, and by a customer who is another one now.
func TestX1_AKeyOutlivesAMerge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, mailbox := h.SignIn("agent@demo.example"), h.Mailbox("ada@customer.example")
	into, _ := agent.invited()
	from := agent.CreateRoom()
	agent.Invite(from, byEmail(mailbox), "Adele", "Lovelace")
	page := mailbox.Expect().Open()
	ada := page.Enter()
	send := func(p *user, room place, body string) *reply {
		return p.mutate("sendMessage", vars{"roomId": room.ID, "body": body, "idempotencyKey": "k"}, "message { id }")
	}
	ours, theirs := send(agent, from, "ours").ok().text("message.id"), send(ada, from, "theirs").ok().text("message.id")
	agent.Merge(from, into)
	again := page.Enter()
	for _, room := range []place{from, into} {
		for _, c := range []struct {
			p          *user
			body, want string
		}{{agent, "ours", ours}, {ada, "theirs", theirs}, {again, "theirs", theirs}} {
			if got := send(c.p, room, c.body).ok().text("message.id"); got != c.want {
				t.Errorf("%s in %s: %s, want %s", c.body, room.ID, got, c.want)
			}
		}
		send(agent, room, "other").refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	}
}

// administered are the keyed mutations of administrators.
func administered() map[string]keyed {
	of := func(thing string, input vars) keyed {
		return keyed{
			selection: thing + " { id name }", result: thing + ".id", count: `SELECT count(*) FROM ` + thing + `s`,
			input: func(*user, place) vars { return input.with(vars{"name": "Another"}) },
			other: vars{"name": "A third"},
		}
	}
	return map[string]keyed{
		"createService": of("service", vars{}), "createSite": of("site", vars{"country": "GB"}),
		"createSkill": of("skill", vars{}), "createPortal": of("portal", vars{"mode": "WEB"}),
	}
}

func TestX1_WhatAdministratorsMakeTwentyTimesIsMadeOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	admin := h.SignIn("admin@demo.example")
	for field, m := range administered() {
		before := h.number(m.count)
		input := m.input(admin, place{}).with(vars{"idempotencyKey": "the key of " + field})
		results := map[string]int{}
		for _, a := range together(20, func(int) *reply { return admin.mutate(field, input, m.selection) }) {
			results[a.ok().text(m.result)]++
		}
		if len(results) != 1 || results[""] > 0 {
			t.Errorf("%s: results %v", field, results)
		}
		if n := h.number(m.count) - before; n != 1 {
			t.Errorf("%s 20 times made %d", field, n)
		}
		admin.mutate(field, input.with(m.other), m.selection).refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	}
	if n := len(admin.audit()); n != len(administered()) {
		t.Errorf("the audit has %d entries", n)
	}
}
