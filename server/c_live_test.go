package main

import (
	"slices"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// types says that a person is typing, or no longer.
func (p *user) types(room place, typing bool) *reply {
	return p.mutate("setTyping", vars{"roomId": room.ID, "typing": typing}, "")
}

// typing reads on to the next Typing, which has to be this one.
func (f *feed) typing(name string, typing bool) {
	f.t.Helper()
	if e := f.until("Typing"); e.Actor.Name != name || e.Typing != typing || e.Cursor != "" || time.Since(e.OccurredAt).Abs() > time.Minute || e.Room.ID == "" {
		f.t.Fatalf("got %+v of %+v, want %s, %v", e, e.Actor, name, typing)
	}
}

// presence reads on to the next PresenceChanged of a person, which has to be this one.
func (f *feed) presence(name string, present bool) {
	f.t.Helper()
	for {
		e := f.until("PresenceChanged")
		if e.Actor.Name != name {
			continue
		}
		if e.Present != present || e.Cursor != "" || e.Room.ID == "" {
			f.t.Fatalf("got %+v, want %s, %v", e, name, present)
		}
		return
	}
}

// attendees are the names of those who are in a room.
func (p *user) attendees(room place) []string {
	p.h.t.Helper()
	names := p.ask(`query ($id: ID!) { room(id: $id) { attendees(first: 100) { ... on Member { name } ... on Customer { name } ... on Specialist { name } } } }`,
		vars{"id": room.ID}).ok().texts("room.attendees", "name")
	slices.Sort(names)
	return names
}

// awaitAttendees waits until these are in a room.
func (p *user) awaitAttendees(room place, names ...string) {
	p.h.t.Helper()
	for late := time.Now().Add(longEnough); !slices.Equal(p.attendees(room), names); {
		if time.Now().After(late) {
			p.h.t.Fatalf("there are %q, want %q", p.attendees(room), names)
		}
	}
}

func TestC7_TypingReachesThoseWhoFollowAndNobodyLater(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room, ada := agent.invited()
		var feeds []*feed
		for _, by := range carriages {
			feeds = append(feeds, agent.follow(room, by), ada.at(two).follow(room, by))
		}
		for _, f := range feeds {
			f.lively().until("CaughtUp")
		}
		said := one.number("SELECT count(*) FROM events")
		agent.types(room, true).ok()
		for _, f := range feeds {
			f.typing("Ari Agent", true)
		}
		agent.types(room, false).ok()
		for _, f := range feeds {
			f.typing("Ari Agent", false)
		}
		ada.at(two).types(room, true).ok()
		for _, f := range feeds {
			f.typing("Ada Lovelace", true)
		}
		agent.Says("Hello", room)
		for _, f := range feeds {
			f.until("MessagePosted")
		}
		for _, by := range carriages { // the group is the one that has told of it
			for _, p := range []*user{agent, ada, agent.at(two), ada.at(two)} {
				f := p.follow(room, by).lively()
				for {
					e, err := f.any()
					if err != nil || e.Type == "Typing" {
						t.Fatalf("got %+v %v", e, err)
					}
					if e.Type == "CaughtUp" {
						break
					}
				}
				f.cut()
			}
		}
		if n := one.number("SELECT count(*) FROM events"); n != said+1 {
			t.Errorf("%d events are stored, want the message alone", n-said)
		}
	})
}

func TestC7_TypingIsNotPosted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	s, err := overSocket(h, agent.token, `subscription ($room: ID!, $after: Cursor) { messagePosted(roomId: $room, after: $after) { body } }`, vars{"room": room.ID, "after": room.Start})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.cut)
	agent.Says("One", room)
	for _, want := range []string{"One", "Two"} {
		if payload, err := s.next(); err != nil || string(payload) != `{"data":{"messagePosted":{"body":"`+want+`"}}}` {
			t.Errorf("%s %v, want %s", payload, err, want)
		}
		if want == "One" {
			agent.types(room, true).ok()
			agent.Says("Two", room)
		}
	}
}

func TestC7_WhoMayNotWriteMayNotType(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	agent.types(agent.CreateRoom(), true).ok() // before anyone is invited
	ada.types(room, true).ok()
	h.SignIn("agent@other.example").types(room, true).failed("NOT_FOUND")
	ada.types(agent.CreateRoom(), true).failed("NOT_FOUND")
	agent.Close(room)
	agent.types(room, true).refused("ROOM_CLOSED", "roomId")
	if ada.types(room, true).isOK() {
		t.Error("the customer types in a closed room")
	}
}

func TestLimit_TypingOfAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room := agent.CreateRoom()
	n := 0
	for ; n < 100 && agent.types(room, n%2 == 0).isOK(); n++ {
	}
	if n < 10 || n > 60 {
		t.Errorf("%d times in a row", n)
	}
	agent.types(room, true).throttled(time.Second)
	second.types(room, true).ok()
	agent.Says("Still to be read", room)
}

func TestC7_WhoIsHereIsKnownInAllProcesses(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, second := one.SignIn("agent@demo.example"), one.SignIn("second@demo.example")
		room, ada := agent.invited()
		watching := agent.follow(room, overSocket).lively()
		watching.until("CaughtUp")
		agent.awaitAttendees(room, "Ari Agent")
		messages, err := overStream(two, ada.token, `subscription ($room: ID!) { messagePosted(roomId: $room) { body } }`, vars{"room": room.ID})
		if err != nil {
			t.Fatal(err)
		}
		watching.presence("Ada Lovelace", true)
		again := ada.followAfter(room, "", overSocket)
		for i, at := range []*house{two, one} {
			f := second.at(at).followAfter(room, "", []carriage{overSocket, overStream}[i])
			watching.presence("Sam Second", true)
			for _, h := range []*house{one, two} {
				ada.at(h).awaitAttendees(room, "Ada Lovelace", "Ari Agent", "Sam Second")
			}
			f.cut()
			watching.presence("Sam Second", false)
		}
		messages.cut() // there is another one
		second.types(room, true).ok()
		watching.typing("Sam Second", true)
		again.cut()
		watching.presence("Ada Lovelace", false)
		for _, h := range []*house{one, two} {
			agent.at(h).awaitAttendees(room, "Ari Agent")
		}
		if a := agent.attendees(agent.CreateRoom()); len(a) > 0 {
			t.Errorf("elsewhere are %q", a)
		}
	}, withLimits("rates=0,presence-grace=300ms"))
}

func TestC7_ALostConnectionIsNoNews(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room, ada := agent.invited()
		watching := agent.follow(room, overSocket).lively()
		watching.until("CaughtUp")
		f := ada.followAfter(room, "", overSocket)
		watching.presence("Ada Lovelace", true)
		for i := range 20 {
			f.cut()
			f = ada.at([]*house{two, one}[i%2]).followAfter(room, "", []carriage{overSocket, overStream}[i%3%2])
			f.expect("CaughtUp")
		}
		agent.Says("The end", room)
		for {
			e, err := watching.any()
			if err != nil || e.Type == "PresenceChanged" {
				t.Fatalf("%+v %v", e, err)
			}
			if e.Type == "MessagePosted" {
				return
			}
		}
	}, withLimits("rates=0,presence-grace=1m"))
}

// However it ends, the person is gone.
func TestC7_WhoseSubscriptionHasEndedIsGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0,presence-grace=1ms"))
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	for name, end := range map[string]func(who *user, feeds map[string]*feed){
		"connections are cut":  func(_ *user, feeds map[string]*feed) { feeds["WebSocket"].cut(); feeds["SSE"].cut() },
		"the token is revoked": func(who *user, _ map[string]*feed) { who.SignOut() },
		"it is completed": func(_ *user, feeds map[string]*feed) {
			s := feeds["WebSocket"].subscription.(*socket)
			if err := s.send(socketMessage{ID: "1", Type: "complete"}); err != nil {
				t.Error(err)
			}
			feeds["SSE"].cut()
		},
	} {
		second := h.SignIn("second@demo.example")
		feeds := second.everywhere(room)
		if got := agent.attendees(room); !slices.Equal(got, []string{"Sam Second"}) {
			t.Errorf("%s: before there are %q", name, got)
		}
		end(second, feeds)
		agent.awaitAttendees(room)
	}
	feeds := ada.everywhere(room)
	agent.awaitAttendees(room, "Ada Lovelace")
	agent.Close(room)
	for _, f := range feeds {
		f.expect("RoomClosed")
	}
	agent.awaitAttendees(room)
}

// Its clients are told to come back, and do, to another process.
func TestC7_AProcessThatEndsTakesNobodyWithIt(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room, ada := agent.invited()
		watching := agent.follow(room, overSocket).lively()
		watching.until("CaughtUp")
		second := one.SignIn("second@demo.example")
		stays, goes := ada.at(two).followAfter(room, "", overSocket), second.at(two).followAfter(room, "", overSocket)
		stays.expect("CaughtUp")
		goes.expect("CaughtUp")
		agent.awaitAttendees(room, "Ada Lovelace", "Ari Agent", "Sam Second")
		if err := two.stop(); err != nil {
			t.Fatal(err)
		}
		if end := stays.end(); end.code != ws.StatusCode(1012) {
			t.Errorf("ended with %v", end)
		}
		ada.followAfter(room, "", overStream).expect("CaughtUp")
		for {
			e := watching.until("PresenceChanged")
			if e.Actor.Name == "Ada Lovelace" && !e.Present {
				t.Error("who came back was gone")
			}
			if e.Actor.Name == "Sam Second" && !e.Present {
				break
			}
		}
		agent.awaitAttendees(room, "Ada Lovelace", "Ari Agent")
	}, withLimits("rates=0,presence-grace=2s"))
}

// From CaughtUp on nothing is missed that is live only, by the first one to follow, too.
func TestC7_WhatComesAfterCaughtUpIsNotMissed(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	const alone = `subscription ($room: ID!, $after: Cursor) { roomEvents(roomId: $room, after: $after) {
		__typename cursor occurredAt room { id canGetLink } actor { ... on Member { name } } ... on Typing { typing } } }`
	for range 25 {
		for _, by := range carriages {
			for _, query := range []string{roomEvents, alone} {
				room := agent.CreateRoom()
				s, err := by(h, agent.token, query, vars{"room": room.ID})
				if err != nil {
					t.Fatal(err)
				}
				f := (&feed{t: t, subscription: s}).lively()
				f.until("CaughtUp")
				agent.types(room, true).ok()
				f.typing("Ari Agent", true)
				f.cut()
			}
		}
	}
}
