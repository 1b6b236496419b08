package main

import (
	"strings"
	"testing"
)

const settingsSelection = "settings { smsInvitationText emailInvitationText roomTimeoutDays roomTimedOutText }"

// settings are what somebody sees of their organisation's.
func (p *user) settings() string {
	p.h.t.Helper()
	a := p.ask("{ organization { "+settingsSelection+" } }", nil).ok()
	return strings.Join([]string{
		a.text("organization.settings.smsInvitationText"), a.text("organization.settings.emailInvitationText"), a.text("organization.settings.roomTimedOutText"),
	}, "|")
}

func TestR7_TheNextInvitationSaysWhatWasSet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, other := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	phone, mailbox := h.Phone(adasNumber), h.Mailbox("bob@customer.example")
	built := agent.settings()

	a := admin.mutate("updateSettings", vars{"smsInvitationText": " Come in: <link>.\r\nYours, Demo ", "emailInvitationText": "Here it goes on"}, settingsSelection).ok()
	if a.text("settings.smsInvitationText") != "Come in: <link>.\nYours, Demo" || a.text("settings.emailInvitationText") != "Here it goes on" {
		t.Errorf("set: %s", a.body)
	}
	agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
	if text := phone.Expect("Come in: http").Text; !strings.HasSuffix(text, ".\nYours, Demo") {
		t.Errorf("the text message says %q", text)
	}
	agent.Invite(agent.CreateRoom(), byEmail(mailbox), "Bob", "Babbage")
	mailbox.Expect("Here it goes on").Open().Enter()

	admin.mutate("updateSettings", vars{"smsInvitationText": "", "emailInvitationText": " \n", "roomTimedOutText": nil}, settingsSelection).ok()
	if now := agent.settings(); now != built {
		t.Errorf("after all was taken back: %q, before it was set %q", now, built)
	}
	another := h.Phone("+447400123457")
	agent.Invite(agent.CreateRoom(), bySMS(another), "Cleo", "Clark")
	another.Expect("Hello Cleo, Demo invites you")
	if others := other.settings(); others != "||" {
		t.Errorf("the other organisation has %q", others)
	}
}

func TestR17_TheTimeOutIsSet(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, other := h.SignIn("admin@demo.example"), h.SignIn("admin@other.example")
	days := func(p *user) any {
		return p.ask("{ organization { "+settingsSelection+" } }", nil).ok().find("organization.settings.roomTimeoutDays")
	}
	if d := days(admin); d != 90.0 {
		t.Errorf("at first it is %v days", d)
	}
	a := admin.mutate("updateSettings", vars{"roomTimeoutDays": 3, "roomTimedOutText": "Call us"}, settingsSelection).ok()
	if a.find("settings.roomTimeoutDays") != 3.0 || a.text("settings.roomTimedOutText") != "Call us" {
		t.Errorf("set: %s", a.body)
	}
	for _, unchanged := range []vars{{}, {"roomTimeoutDays": nil, "roomTimedOutText": nil}} {
		admin.mutate("updateSettings", unchanged, settingsSelection).ok()
	}
	if d, text := days(admin), admin.settings(); d != 3.0 || text != "||Call us" {
		t.Errorf("what was left out became %v, %q", d, text)
	}
	if d := days(other); d != 90.0 {
		t.Errorf("the other organisation has %v days", d)
	}
	for days, limit := range map[int]int{2: 3, 0: 3, -1: 3, 3651: 3650} {
		if e := admin.mutate("updateSettings", vars{"roomTimeoutDays": days}, settingsSelection).refused("OUT_OF_RANGE", "roomTimeoutDays"); e.Limit != limit || e.Count != days {
			t.Errorf("%d days are refused with limit %d and count %d", days, e.Limit, e.Count)
		}
	}
	admin.mutate("updateSettings", vars{"roomTimeoutDays": 3650}, settingsSelection).ok()
}

func TestO7_SettingsAreCheckedTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin := h.SignIn("admin@demo.example")
	long := strings.Repeat("é", 1000)
	admin.mutate("updateSettings", vars{"emailInvitationText": long}, settingsSelection).ok()
	for _, field := range []string{"smsInvitationText", "emailInvitationText", "smsHelpText", "roomTimedOutText"} {
		if e := admin.mutate("updateSettings", vars{field: long + "e"}, settingsSelection).refused("TOO_LONG", field); e.Limit != 1000 || e.Count != 1001 {
			t.Errorf("%s is refused with limit %d and count %d", field, e.Limit, e.Count)
		}
		for _, control := range []string{"a\tb", "a\rb", "a\x1b[31mb", "a\u0085b"} {
			admin.mutate("updateSettings", vars{field: control}, settingsSelection).refused("TEXT_INVALID", field)
		}
	}
	a := admin.mutate("updateSettings", vars{"smsInvitationText": "a\tb", "roomTimeoutDays": 1, "roomTimedOutText": "fine"}, settingsSelection)
	if users := a.userErrors(); len(users) != 2 {
		t.Errorf("%d refusals of two: %s", len(users), a.body)
	}
	if now := admin.settings(); now != "|"+long+"|" {
		t.Errorf("a refused change left %q", now)
	}
}

func TestO7_OnlyAdministratorsChangeSettings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, ada := h.SignIn("agent@demo.example").invited()
	for _, p := range []*user{h.SignIn("agent@demo.example"), h.SignIn("lead@demo.example"), ada} {
		p.mutate("updateSettings", vars{"smsInvitationText": "Mine: <link>"}, settingsSelection).failed("FORBIDDEN")
	}
	h.mutate("", "updateSettings", vars{"smsInvitationText": "Mine: <link>"}, settingsSelection).failed("UNAUTHENTICATED")
	ada.ask("{ organization { "+settingsSelection+" } }", nil).failed("FORBIDDEN")
	if now := h.SignIn("admin@demo.example").settings(); now != "||" {
		t.Errorf("it has become %q", now)
	}
}
