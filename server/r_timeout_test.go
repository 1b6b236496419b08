package main

import (
	"testing"
	"time"
)

// days lets time pass, as far as rooms are timed out by it.
func (h *house) days(n int) {
	h.t.Helper()
	h.later.Store(int64(n) * 24 * int64(time.Hour))
	if _, err := h.app.rooms.TimeOut(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	h.later.Store(0)
}

func (p *user) roomStatus(room place) string {
	p.h.t.Helper()
	return p.ask(`query ($id: ID!) { room(id: $id) { status } }`, vars{"id": room.ID}).ok().text("room.status")
}

func TestR17_ARoomWithoutActivityIsTimedOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	draft := agent.CreateRoom()
	room := agent.CreateRoom()
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	page := phone.Expect().Open()
	ada := page.Enter()
	h.days(89)
	if got := agent.roomStatus(room); got != "ACTIVE" {
		t.Fatalf("after 89 days it is %s", got)
	}
	h.days(91)
	if got := agent.roomStatus(room); got != "TIMED_OUT" {
		t.Fatalf("after 91 days it is %s", got)
	}
	if got := agent.roomStatus(draft); got != "DRAFT" {
		t.Errorf("a draft is %s", got)
	}
	ada.TrySay(room, "Hello?").refused("ROOM_TIMED_OUT", "roomId")
	ada.mutate("setTyping", vars{"roomId": room.ID, "typing": true}, "").refused("ROOM_TIMED_OUT", "roomId")
	page.TryEnter().refused("LINK_INVALID", "token")
	agent.Link(room).refused("ROOM_TIMED_OUT", "roomId")
	agent.Says("Are you still there?", room) // a member may, and the room rests all the same
	ada.timeline(room)
	ada.TrySay(room, "Yes!").refused("ROOM_TIMED_OUT", "roomId")

	agent.Reinvite(room, vars{"channel": "SMS"}).ok()
	phone.Expect()
	if got := agent.roomStatus(room); got != "ACTIVE" {
		t.Fatalf("after re-inviting it is %s", got)
	}
	ada.Says("Here I am")
	page.Enter().Says("By the link, too")
	h.days(4)
	if got := agent.roomStatus(room); got != "ACTIVE" {
		t.Fatalf("four days later it is %s", got)
	}
}

func TestR17_TheOrganisationSaysAfterHowManyDaysAndWhat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	ada := phone.Expect().Open().Enter()
	h.exec(`UPDATE organizations SET room_timeout_days = 3, room_timed_out_text = 'Call us, 100% free.' WHERE name = 'Demo'`)
	h.days(4)
	if got := ada.TrySay(room, "Hello?").refused("ROOM_TIMED_OUT", "roomId").Message; got != "Call us, 100% free." {
		t.Errorf("the customer is told %q", got)
	}
	// by a link, and by inviting the customer to another room, it lives again
	url := agent.Reinvite(room, vars{"channel": "LINK"}).ok().text("url")
	h.open(url).Enter().Says("Here I am")
	h.days(4)
	other := agent.CreateRoom()
	if a := agent.Invite(other, bySMS(phone), "A", "B"); a.text("room.id") != room.ID || a.text("room.status") != "ACTIVE" {
		t.Errorf("the room is %s", a.body)
	}
	phone.Expect()
	ada.Says("And again")
}

// A key does not lose what was accepted before the room was timed out.
func TestR17_AKeyOfBeforeIsStillAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	input := vars{"roomId": room.ID, "body": "Hello", "idempotencyKey": "a key"}
	first := ada.mutate("sendMessage", input, messageSelection).ok()
	h.days(100)
	if again := ada.mutate("sendMessage", input, messageSelection).ok(); again.text("message.id") != first.text("message.id") {
		t.Errorf("another message: %s", again.body)
	}
}
