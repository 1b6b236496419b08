package main

import (
	"strings"
	"testing"
)

const adasNumber = "+447400123456"

func TestR1_ANewRoomIsNamedAndCanBeWrittenInBeforeAnyoneIsInvited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	a := agent.mutate("createRoom", nil, roomSelection).ok()
	if a.text("room.name") != "Collaboration Room" || a.text("room.status") != "DRAFT" || a.find("room.customer") != nil {
		t.Errorf("a new room is %s", a.body)
	}
	room := place{ID: a.text("room.id"), Start: a.text("room.lastCursor")}
	agent.Says("Before anyone came", room)
	agent.Sees(room, "Before anyone came")
}

func TestR2_ARoomBearsTheCustomersName(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	feed := agent.follow(room, overSocket)
	a := agent.Invite(room, bySMS(phone), "  Ada  Maria ", "Lovelace")
	if name, status := a.text("room.name"), a.text("room.status"); name != "Ada Maria Lovelace" || status != "ACTIVE" {
		t.Errorf("the room is %q, %s", name, status)
	}
	if e := feed.until("RoomRenamed"); e.Name != "Ada Maria Lovelace" || e.Room.Name != "Ada Maria Lovelace" {
		t.Errorf("the event names the room %q, %q", e.Name, e.Room.Name)
	}
	if ada := phone.Expect().Open().Enter(); ada.name != "Ada Maria Lovelace" {
		t.Errorf("the customer is %q", ada.name)
	}
}

func TestR3_EverythingIsMandatory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	for _, blank := range []string{"", " ", "\t\n", "\u00a0", "\u3000", "\u2800"} {
		for _, channel := range []string{"SMS", "EMAIL"} {
			if strings.TrimSpace(blank) == "" {
				agent.TryInvite(room, vars{"channel": channel, "to": blank}, "Ada", "Lovelace").refused("REQUIRED", "to")
			}
		}
		agent.TryInvite(room, vars{"channel": "SMS", "to": adasNumber}, blank, "Lovelace").refused("REQUIRED", "firstName")
		agent.TryInvite(room, vars{"channel": "SMS", "to": adasNumber}, "Ada", blank).refused("REQUIRED", "lastName")
	}
	all := agent.TryInvite(room, vars{"channel": "SMS", "to": " "}, " ", " ")
	if users := all.userErrors(); len(users) != 3 {
		t.Errorf("%d refusals of three blanks: %s", len(users), all.body)
	}
	for _, missing := range []string{"to", "firstName", "lastName"} {
		input := vars{"roomId": room.ID, "channel": "SMS", "to": adasNumber, "firstName": "Ada", "lastName": "Lovelace"}
		delete(input, missing)
		agent.mutate("inviteCustomer", input, inviteSelection).refused("REQUIRED", missing)
		agent.mutate("inviteCustomer", input.with(vars{missing: nil}), inviteSelection).refused("REQUIRED", missing)
	}
	for _, missing := range []string{"channel", "roomId"} {
		input := vars{"roomId": room.ID, "channel": "SMS", "to": adasNumber, "firstName": "Ada", "lastName": "Lovelace"}
		delete(input, missing)
		refusal := agent.mutate("inviteCustomer", input, inviteSelection).failed("BAD_USER_INPUT")
		if !strings.Contains(refusal.Message, "input."+missing) {
			t.Errorf("without %s it says %q", missing, refusal.Message)
		}
	}
	h.notInvited(agent, room)
}

// notInvited fails the test unless a refused invitation has left no trace.
func (h *house) notInvited(p *user, room place) {
	h.t.Helper()
	a := p.ask(`query ($id: ID!) { room(id: $id) { name status customer { id } lastCursor } }`, vars{"id": room.ID}).ok()
	if a.text("room.name") != "Collaboration Room" || a.find("room.customer") != nil || a.text("room.lastCursor") != room.Start {
		h.t.Errorf("a refused invitation left %s", a.body)
	}
	if n := h.number(`SELECT (SELECT count(*) FROM deliveries) + (SELECT count(*) FROM customers) + (SELECT count(*) FROM customer_invitations)`); n != 0 {
		h.t.Errorf("a refused invitation left %d rows", n)
	}
}

func TestR3_NamesHoldNoLinks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	for _, name := range []string{"http://evil.example", "evil.com", "A\u0007da", "Ada\u202e", "<b>Ada</b>"} {
		agent.TryInvite(room, vars{"channel": "SMS", "to": adasNumber}, name, "Lovelace").refused("NAME_INVALID", "firstName")
	}
	agent.TryInvite(room, vars{"channel": "SMS", "to": adasNumber}, strings.Repeat("é", 65), "Lovelace").refused("TOO_LONG", "firstName")
	h.notInvited(agent, room)
}

func TestR4_NumbersAndAddressesAreChecked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	for _, c := range []struct{ channel, to, code string }{
		{"SMS", "07400123456", "PHONE_PREFIX_MISSING"},
		{"SMS", "447400123456", "PHONE_PREFIX_MISSING"},
		{"SMS", "0044 7400 123456", "PHONE_PREFIX_MISSING"},
		{"SMS", "ada@customer.example", "PHONE_PREFIX_MISSING"},
		{"SMS", "+44", "PHONE_INVALID"},
		{"SMS", "+44740012345", "PHONE_INVALID"},
		{"SMS", "+4474001234567890", "PHONE_INVALID"},
		{"SMS", "+999123456789", "PHONE_INVALID"},
		{"SMS", "+447400123456;ext=1", "PHONE_INVALID"},
		{"SMS", "+441632960961", "PHONE_INVALID"}, // kept free for films
		{"SMS", "+442079460018", "NOT_A_MOBILE_NUMBER"},
		{"SMS", "+33142685300", "NOT_A_MOBILE_NUMBER"},
		{"EMAIL", "ada", "EMAIL_INVALID"},
		{"EMAIL", "ada@", "EMAIL_INVALID"},
		{"EMAIL", "ada@customer", "EMAIL_INVALID"},
		{"EMAIL", "ada@customer..example", "EMAIL_INVALID"},
		{"EMAIL", "Ada <ada@customer.example>", "EMAIL_INVALID"},
		{"EMAIL", "ada@customer.example\r\nBcc: all@customer.example", "EMAIL_INVALID"},
		{"EMAIL", "ada@customer.example, bob@customer.example", "EMAIL_INVALID"},
		{"EMAIL", strings.Repeat("a", 65) + "@customer.example", "EMAIL_INVALID"},
		{"EMAIL", adasNumber, "EMAIL_INVALID"},
	} {
		if a := agent.TryInvite(room, vars{"channel": c.channel, "to": c.to}, "Ada", "Lovelace"); a.code() != c.code {
			t.Errorf("%s to %q: %q, want %s", c.channel, c.to, a.code(), c.code)
		} else {
			a.refused(c.code, "to")
		}
	}
	h.notInvited(agent, room)
}

func TestR4_NumbersAreKeptAsE164(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	for _, c := range []struct{ typed, kept string }{
		{" +44 (0)7400 123-457 ", "+447400123457"},
		{"＋447400123458", "+447400123458"},
		{"+1 201 555 0123", "+12015550123"}, // fixed line or mobile: who knows
	} {
		phone := h.Phone(c.kept)
		a := agent.Invite(agent.CreateRoom(), vars{"channel": "SMS", "to": c.typed}, "Ada", "Lovelace")
		if to := a.text("invitation.to"); to != c.kept {
			t.Errorf("%q is kept as %q", c.typed, to)
		}
		phone.Expect("Ada")
	}
}

func TestR4_AddressesAreKeptAsTypedAndComparedWithoutCase(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	first, mailbox := agent.CreateRoom(), h.Mailbox("Ada.Lovelace@Customer.Example")
	if to := agent.Invite(first, byEmail(mailbox), "Ada", "Lovelace").text("invitation.to"); to != mailbox.address {
		t.Errorf("kept as %q", to)
	}
	mailbox.Expect("Ada")
	for range 2 { // three an hour to one address, however it is spelled
		lower := h.Mailbox("ada.lovelace@customer.example")
		agent.Invite(agent.CreateRoom(), byEmail(lower), "Ada", "Lovelace")
		h.expected[lower.address]++
	}
	agent.TryInvite(agent.CreateRoom(), vars{"channel": "EMAIL", "to": "ADA.LOVELACE@CUSTOMER.EXAMPLE"}, "Ada", "Lovelace").failed("THROTTLED")
}

func TestR5_SMSNeedsANumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@other.example")
	room, phone, mailbox := agent.CreateRoom(), h.Phone(adasNumber), h.Mailbox("ada@customer.example")
	agent.TryInvite(room, bySMS(phone), "Ada", "Lovelace").refused("SMS_NOT_ACTIVATED", "channel")
	h.notInvited(agent, room)
	agent.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
	mailbox.Expect("Other", "Ada").Open().Enter()

	h.exec(`UPDATE phone_numbers SET status = 'RELEASED', released_at = now()`)
	h.SignIn("agent@demo.example").TryInvite(h.SignIn("agent@demo.example").CreateRoom(), bySMS(phone), "Ada", "Lovelace").
		refused("SMS_NOT_ACTIVATED", "channel")
}

func TestR5_TheNumberIsTheSender(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
	if from := phone.Expect("Ada").From; from != "+447480000100" {
		t.Errorf("the message comes from %q", from)
	}
}

func TestR10_ARoomHasOneCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent, phone, mailbox := h.SignIn("agent@demo.example"), h.Phone(adasNumber), h.Mailbox("bob@customer.example")
	room := agent.CreateRoom()
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	phone.Expect("Ada")
	agent.TryInvite(room, byEmail(mailbox), "Bob", "Babbage").refused("ALREADY_INVITED", "roomId")
	agent.TryInvite(room, bySMS(phone), "Ada", "Lovelace").refused("ALREADY_INVITED", "roomId")

	busy := agent.CreateRoom()
	accepted := 0
	for _, a := range together(20, func(int) *reply { return agent.TryInvite(busy, byEmail(mailbox), "Bob", "Babbage") }) {
		if a.isOK() {
			accepted++
		} else {
			a.refused("ALREADY_INVITED", "roomId")
		}
	}
	if accepted != 1 {
		t.Errorf("%d of 20 at the same moment were accepted", accepted)
	}
	mailbox.Expect("Bob")
}
