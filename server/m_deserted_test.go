package main

import (
	"testing"
	"time"

	"parley/ent"
	"parley/ent/member"
)

// Who may not answer any more has no conversation with somebody who waits: it is offered to the next, whether the customer writes
// again or not, and a colleague may take it.
func TestM8_WhoMayNotAnswerAnyMoreLosesTheConversation(t *testing.T) {
	t.Parallel()
	for what, change := range map[string]func(admin, agent *user) *reply{
		"the seat": func(admin, agent *user) *reply {
			return admin.mutate("deactivateMember", vars{"id": agent.id}, "")
		},
		"the role":    func(admin, agent *user) *reply { return admin.update(agent, vars{"role": "QUALITY_ASSESSOR"}) },
		"the channel": func(admin, agent *user) *reply { return admin.update(agent, vars{"channels": []string{"EMAIL"}}) },
		"the service": func(admin, agent *user) *reply { return admin.update(agent, vars{"serviceIds": []string{}}) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			admin, agent, second, phone := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
			agents, seconds := agent.listens(), second.listens()
			agent.Ready()
			phone.Reply("Is anybody there?")
			c := agents.offered()
			agent.Accepts(c)
			change(admin, agent).ok()
			second.Ready()
			if got := seconds.offered(); got.id != c.id {
				t.Fatalf("%s is offered, want %s", got.id, c.id)
			}
			second.Accepts(c)
			second.Texts("I am.", c.in())
			phone.Expect("I am.")
		})
	}
}

// Two things at once: the time is over, and the member has left. The request goes to the next all the same.
func TestM8_WhoLeavesAsTheirTimeRunsOut(t *testing.T) {
	t.Parallel()
	for what, leave := range map[string]func(*ent.MemberUpdateOne){
		"deactivated": func(m *ent.MemberUpdateOne) { m.SetDeactivatedAt(longAgo()) },
		"demoted":     func(m *ent.MemberUpdateOne) { m.SetRole(member.RoleQualityAssessor) },
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
			agents, seconds := agent.listens(), second.listens()
			agent.Ready()
			phone.Reply("Is anybody there?")
			c := agents.offered()
			tx := must(h, func() (*ent.Tx, error) { return h.ent().Tx(t.Context()) })
			gone := tx.Member.UpdateOneID(agent.id)
			leave(gone)
			must(h, func() (*ent.Member, error) { return gone.Save(t.Context()) })
			must(h, func() (int, error) {
				return tx.SmsConversation.Update().SetOfferedUntil(longAgo()).Save(t.Context())
			})
			if err := tx.Commit(); err != nil {
				t.Fatal(err)
			}
			second.Ready()
			if got := seconds.offered(); got.id != c.id {
				t.Errorf("%s is offered, want %s", got.id, c.id)
			}
		})
	}
}

// What was asked by one who may is not done when they may no more: their turn comes behind an administrator's.
func TestX3_WhoMayNotAnyMoreNeitherAcceptsNorTexts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	agents := agent.listens()
	agent.Ready()
	phone.Reply("Is anybody there?")
	c := agents.offered()
	sales := second.to(h.Phone("+447400123457"), "Sales")
	for _, try := range []func() *reply{
		func() *reply { return agent.TryAccept(c) },
		func() *reply { return agent.TryText("Hello", sales) },
	} {
		tx := must(h, func() (*ent.Tx, error) { return h.ent().Tx(t.Context()) })
		must(h, func() (*ent.Member, error) {
			return tx.Member.Query().Where(member.ID(agent.id)).ForUpdate().Only(t.Context())
		})
		must(h, func() (*ent.Member, error) {
			return tx.Member.UpdateOneID(agent.id).SetDeactivatedAt(longAgo()).Save(t.Context())
		})
		answer := make(chan *reply)
		go func() { answer <- try() }()
		await(t, "somebody to wait for the member", func() bool { return h.number(waiting) > 0 })
		if err := tx.Commit(); err != nil {
			t.Fatal(err)
		}
		if a := <-answer; len(a.Errors) != 1 {
			t.Errorf("who has left is answered %s", a.body)
		}
		h.exec(`UPDATE members SET deactivated_at = NULL`)
		agent = h.SignIn("agent@demo.example")
	}
}

// A request that nobody could answer is offered to nobody: where the service has no number it waits, and where the number is gone
// it ends.
func TestM8_WithoutANumberNothingIsOffered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, phone := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	number := admin.ask("{ organization { phoneNumbers { id } } }", nil).ok().text("organization.phoneNumbers.0.id")
	agents := agent.listens()
	phone.Reply("Is anybody there?")
	id := agent.chats(phone)[0]
	admin.mutate("updateService", vars{"id": admin.service("Sales"), "phoneNumberId": nil}, "").ok()
	agent.Ready()
	admin.mutate("updateService", vars{"id": admin.service("Sales"), "phoneNumberId": number}, "").ok()
	if c := agents.offered(); c.id != id {
		t.Errorf("%s is offered", c.id)
	}
	admin.mutate("releasePhoneNumber", vars{"id": number, "confirm": true}, "").ok()
	agents.withdrawn(chat{id: id})
	await(t, "the request to end", func() bool { return agent.Transcript(chat{id: id}).ok().text("smsConversation.status") == "ENDED" })
}

// The conversation that lives is of another service with the same number.
func TestM1_AConversationIsItsServices(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, phone := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	c := agent.Opens(agent.to(phone, "Sales"))
	admin.update(agent, vars{"serviceIds": []string{agent.service("Support")}}).ok()
	agent.TryText("Hello", agent.to(phone, "Support")).refused("SERVICE_NOT_GRANTED", "serviceId")
	agent.TryOpen(agent.to(phone, "Support")).refused("SERVICE_NOT_GRANTED", "serviceId")
	agent.TryText("Hello", c.in()).refused("SERVICE_NOT_GRANTED", "conversationId")
}

// Our own numbers are nobody's to text.
func TestM1_NobodyTextsThemselves(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	agent.TryText("Hello", vars{"serviceId": agent.service("Sales"), "to": demoNumber}).refused("PHONE_INVALID", "to")
}

// What has waited since before a STOP is not sent behind it.
func TestM9_WhatWaitsIsNotSentBehindAStop(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	c := agent.Opens(agent.to(phone, "Sales"))
	tx := must(h, func() (*ent.Tx, error) { return h.ent().Tx(t.Context()) })
	if _, err := tx.ExecContext(t.Context(), `LOCK TABLE deliveries IN SHARE MODE`); err != nil { // nobody claims any, nor adds one
		t.Fatal(err)
	}
	answer := make(chan *reply)
	go func() { answer <- agent.TryText("Are you there?", c.in()) }()
	await(t, "the text to wait", func() bool { return h.number(waiting) > 0 })
	_, err := tx.ExecContext(t.Context(), `INSERT INTO opt_outs (id, phone_number_id, customer_number, created_at)
		SELECT 'opt_01h455vb4pex5vsknk084sn02q', id, $1, now() FROM phone_numbers WHERE number = $2`, phone.address, demoNumber)
	if err != nil {
		t.Fatal(err)
	}
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	id := (<-answer).ok().text("message.id")
	await(t, "the text to fail", func() bool {
		return agent.ask(`query ($id: ID!) { node(id: $id) { ... on SmsMessage { status } } }`, vars{"id": id}).ok().text("node.status") == "FAILED"
	})
	if n := h.number(`SELECT count(*) FROM simulated_messages WHERE recipient = $1`, phone.address); n != 0 {
		t.Errorf("%d were sent", n)
	}
	h.expected[phone.address]++ // which was in the outbox
}

// Who has opted out stays out where the organisation parts with its number and buys it once more.
func TestM9_AnOptOutOutlivesTheNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, phone := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	phone.Reply("stop")
	number := admin.ask("{ organization { phoneNumbers { id } } }", nil).ok().text("organization.phoneNumbers.0.id")
	admin.mutate("releasePhoneNumber", vars{"id": number, "confirm": true}, "").ok()
	bought := admin.mutate("purchasePhoneNumber", vars{"number": demoNumber}, "phoneNumber { id }").ok().text("phoneNumber.id")
	admin.mutate("updateService", vars{"id": admin.service("Sales"), "phoneNumberId": bought}, "").ok()
	agent.TryText("Hello", agent.to(phone, "Sales")).refused("OPTED_OUT", "to")
	phone.Reply("start")
	agent.Texts("Hello", agent.to(phone, "Sales"))
	phone.Expect("Hello")
}

func longAgo() time.Time { return time.Now().Add(-time.Hour) }
