package main

import (
	"fmt"
	"testing"
)

// unread is how many entries of a room a person has not read.
func (p *user) unread(room place) int {
	p.h.t.Helper()
	return int(p.ask(`query ($id: ID!) { room(id: $id) { unreadCount } }`, vars{"id": room.ID}).ok().find("room.unreadCount").(float64))
}

// tryRead marks a room as read up to a cursor, which may be refused.
func (p *user) tryRead(room place, cursor string) *reply {
	return p.mutate("markRead", vars{"roomId": room.ID, "cursor": cursor}, "room { id unreadCount }")
}

// reads marks a room as read up to a cursor, and returns how many entries are unread then.
func (p *user) reads(room place, cursor string) int {
	p.h.t.Helper()
	return int(p.tryRead(room, cursor).ok().find("room.unreadCount").(float64))
}

func TestC8_WhatOthersWroteIsUnreadUntilItIsMarked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room, ada := agent.invited() // who was invited and came in: those are no entries of the timeline
	all := []*user{agent, second, ada}
	check := func(want ...int) {
		t.Helper()
		for i, p := range all {
			if got := p.unread(room); got != want[i] {
				t.Errorf("%s has %d unread, want %d", p.name, got, want[i])
			}
		}
	}
	check(0, 0, 0)
	first := agent.Says("One", room).text("message.cursor")
	ada.Says("Two")
	last := ada.Says("Three").text("message.cursor")
	check(2, 3, 1)

	if n := second.reads(room, first); n != 2 {
		t.Errorf("after reading the first message %d are unread", n)
	}
	check(2, 2, 1) // each has a mark of their own
	if n := second.reads(room, last); n != 0 {
		t.Errorf("after reading all messages %d are unread", n)
	}
	for _, older := range []string{first, room.Start} {
		if n := second.reads(room, older); n != 0 {
			t.Errorf("the mark has moved back: %d are unread", n)
		}
	}
	if n := ada.reads(room, last); n != 0 {
		t.Errorf("the customer has read all, and %d are unread", n)
	}
	check(2, 0, 0)
	second.Says("Four", room)
	check(3, 0, 1)
}

func TestC8_TheMarkIsAPlaceInTheRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	other := agent.CreateRoom()
	cursor := agent.Says("Elsewhere", other).text("message.cursor")
	ada.Says("One")
	for _, wrong := range []string{cursor, other.Start, "nonsense", ""} {
		agent.tryRead(room, wrong).failed("BAD_USER_INPUT")
	}
	if n := agent.unread(room); n != 1 {
		t.Errorf("%d are unread", n)
	}
	ada.tryRead(other, cursor).failed("NOT_FOUND")
	h.SignIn("agent@other.example").tryRead(room, room.Start).failed("NOT_FOUND")
	h.user("nobody", "").tryRead(room, room.Start).failed("UNAUTHENTICATED")
}

// Who has read all of the room that stays has read there what they had read in the one that went; for others that is unread
// again. A cursor of the room that went says nothing of the other one.
func TestC8_WhatWasReadStaysReadThroughAMerge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, lead := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.SignIn("lead@demo.example")
	from, into := agent.CreateRoom(), agent.CreateRoom()
	first := agent.Says("One", from).text("message.cursor")
	last := agent.Says("Two", from).text("message.cursor")
	there := agent.Says("Three", into).text("message.cursor")
	second.reads(from, first)
	second.reads(into, there)
	lead.reads(from, last)
	agent.Merge(from, into)
	check := func(when string, want ...int) {
		t.Helper()
		for i, p := range []*user{agent, second, lead} {
			if n := p.unread(into); n != want[i] {
				t.Errorf("%s: %s has %d unread, want %d", when, p.name, n, want[i])
			}
		}
	}
	check("after the merge", 0, 1, 3)
	for _, cursor := range []string{first, last} {
		second.reads(from, cursor)
		lead.reads(into, cursor)
	}
	check("with old cursors", 0, 1, 3)
	end := agent.Says("Four", from).text("message.cursor")
	second.reads(from, end)
	lead.reads(into, end)
	check("with new ones", 0, 0, 0)
}

// What a customer wrote is their own, though they were somebody else then.
func TestC8_OnesOwnIsReadWhenCustomersBecomeOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, mailbox := h.SignIn("agent@demo.example"), h.Mailbox("ada@customer.example")
	into, _ := agent.invited()
	from := agent.CreateRoom()
	agent.Invite(from, byEmail(mailbox), "Adele", "Lovelace")
	page := mailbox.Expect().Open()
	byMail := page.Enter()
	byMail.Says("One")
	byMail.reads(from, agent.Says("Two", from).text("message.cursor"))
	byMail.Says("Three")
	agent.Merge(from, into)
	for _, ada := range []*user{byMail, page.Enter()} {
		if n := ada.unread(into); n != 0 {
			t.Errorf("%d are unread", n)
		}
	}
}

func TestC8_APageOfRoomsSaysWhatIsUnreadInEach(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	want := map[string]int{}
	for i := range 12 {
		room := agent.CreateRoom()
		for n := range i {
			agent.Says(fmt.Sprintf("Message %d", n), room)
		}
		want[room.ID] = i
	}
	for _, p := range []*user{agent, second} {
		a := p.ask(`{ rooms(first: 20) { nodes { id unreadCount } } }`, nil).ok()
		for i, id := range a.texts("rooms.nodes", "id") {
			n := want[id]
			if p == agent {
				n = 0
			}
			if got := a.find(fmt.Sprintf("rooms.nodes.%d.unreadCount", i)); got != float64(n) {
				t.Errorf("%s has %v of %d unread", p.name, got, n)
			}
		}
	}
}

func TestC8_AThousandIsEnough(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room := agent.CreateRoom()
	agent.Says("One", room)
	h.exec(`INSERT INTO events (id, stream_id, seq, kind, side, actor_id, at, body)
		SELECT 'msg_' || n, stream_id, n, kind, side, actor_id, at, body FROM events, generate_series(2, 1500) n WHERE seq = 1 AND kind = 'TEXT'`)
	h.exec(`UPDATE streams SET last_seq = 1500 WHERE last_seq = 1`)
	if n := second.unread(room); n != 1000 {
		t.Errorf("%d are unread", n)
	}
	if n := agent.unread(room); n != 0 {
		t.Errorf("%d of their own are unread", n)
	}
}
