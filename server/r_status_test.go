package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
)

func TestR6_StatusesArriveLiveInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	feed := agent.follow(room, overSocket)
	feed.expect("CaughtUp")

	a := agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	if a.text("invitation.status") != "QUEUED" || !strings.Contains(a.text("confirmation"), "Ada Lovelace by SMS to "+phone.address) {
		t.Errorf("the answer is %s", a.body)
	}
	begun := feed.expect("CustomerInvited", "RoomRenamed")
	if begun[0].Actor.Name != "Ari Agent" || begun[0].Invitation.ID != a.text("invitation.id") {
		t.Errorf("the invitation is told as %+v", begun[0])
	}
	events := append(begun, feed.status("SENT"), feed.status("DELIVERED"))
	page := phone.Expect("Ada").Open()
	opened := feed.status("OPENED")
	page.Enter()
	events = append(events, opened)
	events = append(events, feed.expect("InvitationStatusChanged", "CustomerJoined")...)
	if joined := events[5]; joined.Status != "JOINED" || joined.Invitation.Status != "JOINED" {
		t.Errorf("entering is told as %+v", joined)
	}
	for i, e := range events {
		if i > 0 && (e.Cursor <= events[i-1].Cursor || e.OccurredAt.Before(events[i-1].OccurredAt)) {
			t.Errorf("event %d, %s, does not come after the one before it", i, e.Type)
		}
	}
	if actor := events[2].Actor; actor != nil {
		t.Errorf("the carrier's report is by %+v", actor)
	}
	if opened.Actor == nil || opened.Actor.Type != "Customer" || opened.Actor.Name != "Ada Lovelace" {
		t.Errorf("the page was opened by %+v", opened.Actor)
	}
	got := agent.invitation(room)
	for _, field := range []string{"sentAt", "openedAt", "joinedAt"} {
		if got.text(invitationPath+field) == "" {
			t.Errorf("%s is missing: %s", field, got.body)
		}
	}
}

const invitationPath = "room.invitations.nodes.0."

// invitation asks for the room's first invitation.
func (p *user) invitation(room place) *reply {
	p.h.t.Helper()
	return p.ask(`query ($id: ID!) { room(id: $id) { invitations { nodes { status failureReason sentAt openedAt joinedAt } } } }`,
		vars{"id": room.ID}).ok()
}

func TestR6_FailureHasAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone("+447400120000")
	room := agent.CreateRoom()
	feed := agent.follow(room, overStream)
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	phone.Expect("Ada")
	e := feed.status("FAILED")
	if e.Invitation == nil || !strings.Contains(e.Invitation.FailureReason, "unreachable") {
		t.Errorf("told as %+v", e.Invitation)
	}
	if a := agent.invitation(room); a.text(invitationPath+"failureReason") == "" {
		t.Errorf("asked for: %s", a.body)
	}
}

// rank is how far a status is; DELIVERED and FAILED exclude each other.
var rank = map[string]int{"QUEUED": 1, "SENT": 2, "DELIVERED": 3, "FAILED": 3, "OPENED": 4, "JOINED": 5}

func TestR6_StatusesNeverMoveBackwards(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	for i := range 12 {
		phone := h.Phone(fmt.Sprintf("+447400%02d9999", i)) // of which the carrier says nothing by itself
		room := agent.CreateRoom()
		feed := agent.follow(room, overSocket)
		agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
		letter := phone.Expect("Ada")
		steps := []func(){
			func() { h.report(letter.received, "SENT", "") },
			func() { h.report(letter.received, "DELIVERED", "") },
			func() { h.report(letter.received, "FAILED", "no such phone") },
			func() { h.report(letter.received, "SENT", "again") },
			func() { letter.Open() },
			func() { letter.Open().Enter() },
		}
		rand.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
		at := "QUEUED"
		for i, step := range steps {
			step()
			status := agent.invitation(room).text(invitationPath + "status")
			if rank[status] < rank[at] || rank[status] == 3 && rank[at] == 3 && status != at {
				t.Fatalf("step %d: from %s to %s", i, at, status)
			}
			at = status
		}
		agent.Says("That was it", room)
		told := "QUEUED"
		for {
			e := feed.until("InvitationStatusChanged", "MessagePosted")
			if e.Type == "MessagePosted" {
				break
			}
			if rank[e.Status] <= rank[told] {
				t.Fatalf("told of %s after %s", e.Status, told)
			}
			told = e.Status
		}
		if told != "JOINED" || at != "JOINED" {
			t.Errorf("the end is %s, told as %s", at, told)
		}
		feed.cut()
	}
}

func TestR6_OpeningTwiceIsToldOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone("+447400129999")
	room := agent.CreateRoom()
	feed := agent.follow(room, overSocket)
	feed.expect("CaughtUp")
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	letter := phone.Expect("Ada")
	for _, r := range together(20, func(int) int {
		response, err := http.Post(letter.link, "", nil)
		if err != nil {
			return 0
		}
		return response.StatusCode + len(response.Header.Get("Location")) + closed(response)
	}) {
		if r != http.StatusNoContent {
			t.Errorf("POST: %d", r)
		}
	}
	http.DefaultClient.CloseIdleConnections()
	feed.status("OPENED")
	agent.Says("That was it", room)
	feed.expect("MessagePosted")
}

func closed(r *http.Response) int {
	_ = r.Body.Close()
	return 0
}
