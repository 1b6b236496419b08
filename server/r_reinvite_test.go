package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// form is what a client shows for re-inviting by a channel.
func (p *user) form(room place, channel string) *reply {
	p.h.t.Helper()
	return p.ask(`query ($id: ID!, $channel: ReinviteChannel!) { room(id: $id) { reinvite(channel: $channel) { firstName lastName identifier editable } } }`,
		vars{"id": room.ID, "channel": channel}).ok()
}

func TestR10_InvitingAndReinvitingAreForOneEach(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	for _, channel := range []string{"SMS", "EMAIL", "LINK"} {
		agent.Reinvite(room, vars{"channel": channel, "to": adasNumber}).refused("NOT_INVITED", "roomId")
		if a := agent.form(room, channel); a.find("room.reinvite") != nil {
			t.Errorf("there is nobody to re-invite, and yet %s", a.body)
		}
	}
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	agent.TryInvite(room, bySMS(phone), "Ada", "Lovelace").refused("ALREADY_INVITED", "roomId")
	agent.TryInvite(room, vars{"channel": "SMS", "to": "+447400654321"}, "Eve", "Other").refused("ALREADY_INVITED", "roomId")
}

func TestR11_OnAChannelUsedBeforeEveryDetailIsLocked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	first := phone.Expect()
	a := agent.form(room, "SMS")
	if a.text("room.reinvite.firstName") != "Ada" || a.text("room.reinvite.lastName") != "Lovelace" || a.text("room.reinvite.identifier") != adasNumber ||
		len(a.find("room.reinvite.editable").([]any)) != 0 {
		t.Errorf("the form is %s", a.body)
	}
	sms := vars{"channel": "SMS"}
	agent.Reinvite(room, sms.with(vars{"to": "+447400654321"})).refused("IDENTIFIER_LOCKED", "to")
	agent.Reinvite(room, sms.with(vars{"to": "nonsense"})).refused("IDENTIFIER_LOCKED", "to")
	agent.Reinvite(room, sms.with(vars{"firstName": "Eve"})).refused("NAME_LOCKED", "firstName")
	agent.Reinvite(room, sms.with(vars{"lastName": "Other"})).refused("NAME_LOCKED", "lastName")
	if all := agent.Reinvite(room, sms.with(vars{"to": "+447400654321", "firstName": "Eve", "lastName": "Other"})).userErrors(); len(all) != 3 {
		t.Errorf("of three mistakes %v are told", all)
	}
	for _, how := range []vars{sms, sms.with(vars{"to": " ", "firstName": "", "lastName": " "}),
		sms.with(vars{"to": "+44 7400 123456", "firstName": " Ada ", "lastName": "Lovelace"})} {
		b := agent.Reinvite(room, how).ok()
		if b.text("invitation.to") != adasNumber || b.text("room.name") != "Ada Lovelace" || !strings.Contains(b.text("confirmation"), "Ada Lovelace") {
			t.Errorf("the answer is %s", b.body)
		}
		h.expected[adasNumber]++
		h.exec(`DELETE FROM attempts`) // so many are not for one number in an hour
	}
	first.Open().Enter()
}

func TestR11_OnANewChannelOnlyTheIdentifierIsAskedFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone, mailbox := h.SignIn("agent@demo.example"), h.Phone(adasNumber), h.Mailbox("Ada@customer.example")
	room := agent.CreateRoom()
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	byPhone := phone.Expect().Open().Enter()
	a := agent.form(room, "EMAIL")
	if a.find("room.reinvite.identifier") != nil || !slices.Equal(a.find("room.reinvite.editable").([]any), []any{"IDENTIFIER"}) {
		t.Errorf("the form is %s", a.body)
	}
	email := vars{"channel": "EMAIL"}
	agent.Reinvite(room, email).refused("REQUIRED", "to")
	agent.Reinvite(room, email.with(vars{"to": "nonsense"})).refused("EMAIL_INVALID", "to")
	agent.Reinvite(room, email.with(vars{"to": mailbox.address, "firstName": "Eve"})).refused("NAME_LOCKED", "firstName")
	if n := h.number(`SELECT count(*) FROM customers WHERE email IS NOT NULL`); n != 0 {
		t.Error("a refusal has left an address")
	}
	agent.Reinvite(room, email.with(vars{"to": mailbox.address})).ok()
	byMail := mailbox.Expect("Ada").Open().Enter()
	if byMail.id != byPhone.id || byMail.room.ID != room.ID {
		t.Errorf("%s entered %s", byMail.id, byMail.room.ID)
	}
	// R12: one phone and one email, and those are locked from now on
	b := agent.ask(`query ($id: ID!) { room(id: $id) { customer { name phone email } invitations { totalCount } } }`, vars{"id": room.ID}).ok()
	if b.text("room.customer.phone") != adasNumber || b.text("room.customer.email") != "Ada@customer.example" || b.find("room.invitations.totalCount") != 2.0 {
		t.Errorf("the customer area shows %s", b.body)
	}
	agent.Reinvite(room, email.with(vars{"to": "eve@customer.example"})).refused("IDENTIFIER_LOCKED", "to")
	agent.Reinvite(room, email.with(vars{"to": "ADA@CUSTOMER.example"})).ok()
	mailbox.Expect("Ada")
	// and lead here from now on
	other := agent.CreateRoom()
	if c := agent.Invite(other, vars{"channel": "EMAIL", "to": "ada@customer.example"}, "A", "B"); c.text("room.id") != room.ID {
		t.Errorf("the room is %s", c.body)
	}
	h.Mailbox("ada@customer.example").Expect("Hello Ada")
}

// O6: who invites, and who re-invites, does so by the channels that they have, and by SMS into the countries that are allowed.
func TestR11_ReinvitingIsBoundAsInvitingIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("sms-countries=GB"))
	h.exec(`UPDATE members SET channels = '["EMAIL"]' WHERE email = 'second@demo.example'`)
	h.exec(`UPDATE members SET channels = '["SMS"]' WHERE email = 'agent@demo.example'`)
	texts, writes, phone, mailbox := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber), h.Mailbox("ada@customer.example")
	room, none := writes.CreateRoom(), writes.CreateRoom()
	abroad := vars{"channel": "SMS", "to": "+33612345678"}
	texts.TryInvite(room, byEmail(mailbox), "Ada", "Lovelace").refused("CHANNEL_NOT_GRANTED", "channel")
	texts.TryInvite(room, abroad, "Ada", "Lovelace").refused("COUNTRY_NOT_ALLOWED", "to")
	h.notInvited(texts, room)
	writes.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
	mailbox.Expect()
	texts.Reinvite(room, vars{"channel": "EMAIL"}).refused("CHANNEL_NOT_GRANTED", "channel")
	texts.Reinvite(room, abroad).refused("COUNTRY_NOT_ALLOWED", "to")
	writes.Reinvite(room, bySMS(phone)).refused("CHANNEL_NOT_GRANTED", "channel")
	if n := h.number(`SELECT count(*) FROM customers WHERE phone IS NOT NULL`); n != 0 {
		t.Error("a refusal has left a number")
	}
	texts.Reinvite(room, bySMS(phone)).ok()
	phone.Expect()
	writes.TryInvite(none, bySMS(phone), "Ada", "Lovelace").refused("CHANNEL_NOT_GRANTED", "channel")
	texts.Reinvite(room, vars{"channel": "LINK"}).ok()
}

func TestR11_ReinvitingByLinkSendsNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	link := vars{"channel": "LINK", "idempotencyKey": "a key"}
	agent.Reinvite(room, link.with(vars{"to": adasNumber})).refused("IDENTIFIER_LOCKED", "to")
	agent.Reinvite(room, link.with(vars{"firstName": "Eve"})).refused("NAME_LOCKED", "firstName")
	a := agent.Reinvite(room, link).ok()
	h.keepSecret("a link", tokenOf(a.text("url")))
	if a.find("invitation") != nil || agent.Reinvite(room, link).ok().text("url") != a.text("url") {
		t.Errorf("the answer is %s", a.body)
	}
	if ada := h.open(a.text("url")).Enter(); ada.room.ID != room.ID {
		t.Errorf("the link leads to %s", ada.room.ID)
	}
}

func TestR16_AnIdentifierOfAnotherRoomIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone, mailbox := h.SignIn("agent@demo.example"), h.Phone(adasNumber), h.Mailbox("ada@customer.example")
	first, second := agent.CreateRoom(), agent.CreateRoom()
	agent.Invite(first, bySMS(phone), "Ada", "Lovelace")
	agent.Invite(second, byEmail(mailbox), "Ada", "Lovelace")
	phone.Expect()
	mailbox.Expect()
	taken := agent.Reinvite(first, vars{"channel": "EMAIL", "to": "ADA@customer.example", "idempotencyKey": "a key"}).refused("IDENTIFIER_IN_USE", "to")
	if taken.RoomID != second.ID {
		t.Errorf("it is that of %q", taken.RoomID)
	}
	agent.Merge(second, first)
	agent.Reinvite(first, vars{"channel": "EMAIL", "to": "ADA@customer.example", "idempotencyKey": "a key"}).ok()
	mailbox.Expect()
	// an identifier of a closed room is free again
	agent.Close(first)
	third := agent.CreateRoom()
	if a := agent.Invite(third, bySMS(phone), "Ada", "Lovelace"); a.text("room.id") != third.ID {
		t.Errorf("the room is %s", a.body)
	}
	phone.Expect()
	agent.Reinvite(first, vars{"channel": "SMS"}).refused("ROOM_CLOSED", "roomId")
}

func TestR8_RevokingEndsEveryLinkAndWhoCameInByIt(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, phone := one.SignIn("agent@demo.example"), one.Phone(adasNumber)
		room, gone := agent.CreateRoom(), agent.CreateRoom()
		agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
		sent := phone.Expect().Open()
		agent.Merge(gone, room)
		copied := agent.CopyLink(room)
		here, there := sent.Enter(), two.open(copied).Enter()
		feeds := []*feed{here.follow(room, overSocket), there.follow(room, overStream)}
		for _, f := range feeds {
			f.until("CaughtUp")
		}
		agent.mutate("revokeLinks", vars{"roomId": gone.ID}, roomSelection).ok()
		began := time.Now()
		for _, f := range feeds {
			f.end()
		}
		if d := time.Since(began); d > 2*time.Second {
			t.Errorf("it took %v", d)
		}
		here.TrySay(room, "Still here?").failed("UNAUTHENTICATED")
		sent.TryEnter().refused("LINK_INVALID", "token")
		(&page{h: two, token: tokenOf(copied)}).TryEnter().refused("LINK_INVALID", "token")
		if fresh := agent.CopyLink(room); fresh == copied || one.open(fresh).Enter().room.ID != room.ID {
			t.Error("the new link is the old one")
		}
	})
}
