package main

import (
	"net/http"
	"strings"
	"testing"
)

// writes has the customer text a number.
func (d *device) writes(to, body string) {
	d.h.t.Helper()
	text := `{"from":"` + d.address + `","to":"` + to + `","body":"` + body + `"}`
	response, err := d.h.client.Post(d.h.url()+"/simulator/sms", "application/json", strings.NewReader(text))
	if err != nil {
		d.h.t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		d.h.t.Fatalf("the customer texts %q: %d", body, response.StatusCode)
	}
}

func TestM9_InvitationsObeyOptOuts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone, mailbox, ours := h.SignIn("agent@demo.example"), h.Phone(adasNumber), h.Mailbox("ada@customer.example"), demoNumber
	phone.writes(ours, "Stop!")

	room, counts := agent.CreateRoom(), `SELECT count(*) + coalesce(sum(count), 0) FROM attempts`
	counted := h.number(counts)
	invitation := vars{"roomId": room.ID, "firstName": "Ada", "lastName": "Lovelace", "idempotencyKey": "once"}.with(bySMS(phone))
	for range 4 { // which is more than a number is invited in an hour
		e := agent.mutate("inviteCustomer", invitation, inviteSelection).refused("OPTED_OUT", "to")
		if !strings.Contains(e.Message, "START") {
			t.Errorf("it says %q", e.Message)
		}
		agent.mutate("inviteCustomer", invitation.with(vars{"dryRun": true}), inviteSelection).refused("OPTED_OUT", "to")
	}
	h.notInvited(agent, room)
	if now := h.number(counts); now != counted {
		t.Errorf("%d attempts are counted, before those that were refused %d", now, counted)
	}

	phone.writes(ours, " start")
	agent.mutate("inviteCustomer", invitation, inviteSelection).ok() // the key was not spent
	phone.Expect("Hello Ada").Open().Enter()

	phone.writes(ours, "UNSUBSCRIBE")
	agent.mutate("inviteCustomer", invitation, inviteSelection).ok() // which is the one that was sent
	agent.Reinvite(room, vars{"channel": "SMS"}).refused("OPTED_OUT", "to")
	agent.Reinvite(room, byEmail(mailbox)).ok()
	mailbox.Expect().Open().Enter()
	phone.writes(ours, "Yes")
	agent.Reinvite(room, vars{"channel": "SMS"}).ok()
	phone.Expect()
}

func TestM9_AnInvitationThatIsRefusedMergesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	phone.writes(demoNumber, "stop")
	another := agent.CreateRoom()
	agent.TryInvite(another, bySMS(phone), "Ada", "Lovelace").refused("OPTED_OUT", "to")
	a := agent.ask(`query ($id: ID!) { room(id: $id) { name status customer { id } lastCursor } }`, vars{"id": another.ID}).ok()
	if a.text("room.status") != "DRAFT" || a.find("room.customer") != nil || a.text("room.lastCursor") != another.Start {
		t.Errorf("the room is %s", a.body)
	}
}

func TestM9_HelpSaysWhoItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, phone, ours := h.SignIn("admin@demo.example"), h.Phone(adasNumber), demoNumber
	phone.writes(ours, "Help")
	if m := phone.Expect("This is Demo."); m.From != ours {
		t.Errorf("it came from %s", m.From)
	}
	const selection = "settings { smsHelpText }"
	a := admin.mutate("updateSettings", vars{"smsHelpText": " Demo, every day from 9 to 5.\r\nText STOP to end. "}, selection).ok()
	if a.text("settings.smsHelpText") != "Demo, every day from 9 to 5.\nText STOP to end." {
		t.Errorf("set: %s", a.body)
	}
	phone.writes(ours, "stop")
	phone.writes(ours, "HELP!")
	phone.Expect("Demo, every day from 9 to 5.")
	admin.mutate("updateSettings", vars{"smsHelpText": ""}, selection).ok()
	phone.writes(ours, "HELP")
	phone.Expect("This is Demo.")
}
