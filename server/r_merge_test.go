package main

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// twice has invited the same customer to two rooms; the answer is that of the second, which has gone into the first.
func (p *user) twice(phone *device, first, second place) *reply {
	p.h.t.Helper()
	p.Invite(first, bySMS(phone), "Ada", "Lovelace")
	phone.Expect("Ada")
	a := p.Invite(second, bySMS(phone), "Adele", "Other")
	phone.Expect()
	return a
}

func TestR13_InvitingAKnownCustomerMergesTheRooms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	older, newer := agent.CreateRoom(), second.CreateRoom()
	agent.Says("one, in the older", older)
	second.Says("two, in the newer", newer)
	agent.Says("three, in the older", older)
	a := agent.twice(phone, older, newer)
	if a.text("room.id") != older.ID || a.text("room.name") != "Ada Lovelace" || a.text("invitation.room.id") != older.ID {
		t.Errorf("the answer is %s", a.body)
	}
	second.Says("four, in the newer", newer)
	want := []string{"one, in the older", "two, in the newer", "three, in the older", "four, in the newer"}
	for _, room := range []place{older, newer} {
		if got := agent.timeline(room); !slices.Equal(got, want) {
			t.Errorf("the timeline of %s is %q", room.ID, got)
		}
		b := agent.ask(`query ($id: ID!) { room(id: $id) { id name status messages { nodes { side author { ... on Member { name } } room { id } } } } }`, vars{"id": room.ID}).ok()
		if b.text("room.id") != older.ID || b.text("room.name") != "Ada Lovelace" || b.text("room.status") != "ACTIVE" {
			t.Errorf("%s leads to %s", room.ID, b.body)
		}
		if b.text("room.messages.nodes.1.author.name") != second.name || b.text("room.messages.nodes.0.author.name") != agent.name {
			t.Errorf("authors are %s", b.body)
		}
	}
	if n := h.number(`SELECT count(*) FROM rooms WHERE status = 'MERGED'`); n != 1 {
		t.Errorf("%d rooms went", n)
	}
}

func TestR13_MergeKeepsEverything(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent, phone, mailbox := h.SignIn("agent@demo.example"), h.Phone(adasNumber), h.Mailbox("ada@customer.example")
	from, into := agent.CreateRoom(), agent.CreateRoom()
	agent.Invite(into, bySMS(phone), "Ada", "Lovelace")
	agent.Invite(from, byEmail(mailbox), "Adele", "Lovelace")
	byPhone, byMail := phone.Expect().Open().Enter(), mailbox.Expect().Open().Enter()
	link := agent.CopyLink(from)
	said := map[string]string{} // when, by what
	for i := range 10 {
		for _, w := range []struct {
			who  *user
			room place
		}{{agent, from}, {byMail, from}, {byPhone, into}, {agent, into}} {
			a := w.who.Says(fmt.Sprintf("message %d of %s in %s", i, w.who.id, w.room.ID), w.room)
			said[a.text("message.id")] = a.text("message.sentAt") + " " + a.text("message.author.name")
		}
	}
	agent.Merge(from, into)
	a := agent.ask(`query ($id: ID!) { room(id: $id) { customer { name phone email } messages(first: 100) { nodes { id sentAt author { ... on Member { name } ... on Customer { name } } } }
		invitations { nodes { to } } } }`, vars{"id": from.ID}).ok()
	ids, times := a.texts("room.messages.nodes", "id"), a.texts("room.messages.nodes", "sentAt")
	inOrder := sorted(t, times)
	if len(ids) != len(said) || !inOrder {
		t.Errorf("%d of %d entries, in order %v", len(ids), len(said), inOrder)
	}
	for i, id := range ids {
		if want := said[id]; want != times[i]+" "+a.text(fmt.Sprintf("room.messages.nodes.%d.author.name", i)) {
			t.Errorf("%s is not as it was written: %s", id, want)
		}
		delete(said, id)
	}
	if len(said) > 0 {
		t.Errorf("lost: %v", said)
	}
	if a.text("room.customer.name") != "Ada Lovelace" || a.text("room.customer.phone") != adasNumber || a.text("room.customer.email") != mailbox.address {
		t.Errorf("the customer is %s", a.body)
	}
	if to := a.texts("room.invitations.nodes", "to"); len(to) != 2 {
		t.Errorf("invitations went to %v", to)
	}
	// whoever was in either room is in the one, by the token and by the link
	byMail.Says("still here", from)
	byMail.Says("and here", into)
	h.open(link).Enter().Says("by the old link")
	if got := byPhone.timeline(into); !slices.Equal(got[len(got)-3:], []string{"still here", "and here", "by the old link"}) {
		t.Errorf("the other sees %q", got[len(got)-3:])
	}
}

// sorted tells whether times are in order; texts need not be, since trailing zeros are left out.
func sorted(t testing.TB, times []string) bool {
	t.Helper()
	return slices.IsSortedFunc(times, func(a, b string) int {
		first, err := time.Parse(time.RFC3339Nano, a)
		second, bad := time.Parse(time.RFC3339Nano, b)
		if err != nil || bad != nil {
			t.Error(err, bad)
		}
		return first.Compare(second)
	})
}

func TestR13_TheOlderCustomersNameWins(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone, mailbox := h.SignIn("agent@demo.example"), h.Phone(adasNumber), h.Mailbox("ada@customer.example")
	older, newer := agent.CreateRoom(), agent.CreateRoom()
	agent.Invite(older, bySMS(phone), "Ada", "Lovelace")
	agent.Invite(newer, byEmail(mailbox), "Adele", "Other")
	phone.Expect()
	mailbox.Expect()
	feed := agent.follow(newer, overSocket)
	if a := agent.Merge(older, newer); a.text("room.id") != newer.ID || a.text("room.name") != "Ada Lovelace" {
		t.Errorf("the room is %s", a.body)
	}
	feed.until("RoomRenamed") // of the invitation
	if e := feed.until("RoomRenamed"); e.Name != "Ada Lovelace" {
		t.Errorf("renamed to %s", e.Name)
	}
}

func TestR13_WhoFollowsEitherRoomMissesNothing(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, there, phone := one.SignIn("agent@demo.example"), two.SignIn("second@demo.example"), one.Phone(adasNumber)
		older, newer := agent.CreateRoom(), agent.CreateRoom()
		agent.Invite(older, bySMS(phone), "Ada", "Lovelace")
		phone.Expect()
		var stays, goes []*feed
		for name, by := range carriages {
			t.Log(name)
			stays = append(stays, agent.follow(older, by), there.follow(older, by))
			goes = append(goes, agent.follow(newer, by), there.follow(newer, by))
		}
		agent.Says("a1", older)
		first := agent.Says("b1", newer)
		there.Says("b2", newer)
		agent.Invite(newer, bySMS(phone), "Ada", "Lovelace")
		phone.Expect()
		agent.Says("a2", newer)
		for _, f := range stays {
			if got := f.bodies(5); got != "a1 b1 b2 > a2" {
				t.Errorf("in the room that stays: %s", got)
			}
		}
		for _, f := range goes {
			if got := f.bodies(3); got != "b1 b2 >" {
				t.Errorf("in the room that goes: %s", got)
			}
			if end := f.end(); !end.complete {
				t.Errorf("it ended with %v", end)
			}
		}
		// one who went on from the merge, by each of the three ways to say where
		merged := agent.follow(newer, overStream).until("RoomMerged")
		if merged.From.ID != newer.ID || merged.Into.ID != older.ID || merged.Room.ID != newer.ID || merged.Into.LastCursor != merged.Continue {
			t.Errorf("the merge is told as %+v", merged)
		}
		for _, after := range []string{merged.Cursor, merged.Continue, merged.Into.LastCursor} {
			for _, room := range []place{older, {ID: merged.Into.ID}} {
				if got := there.followAfter(room, after, overSocket).bodies(1); got != "a2" {
					t.Errorf("after the merge: %s", got)
				}
			}
		}
		// one who was away when it happened
		if got := there.followAfter(newer, first.text("message.cursor"), overSocket).bodies(2); got != "b2 >" {
			t.Errorf("in the room that went: %s", got)
		}
		if got := there.followAfter(older, first.text("message.cursor"), overSocket).bodies(3); got != "b2 > a2" {
			t.Errorf("in the room that stayed: %s", got)
		}
		now := there.followAfter(newer, "", overSocket)
		now.expect("CaughtUp")
		agent.Says("a3", older)
		if got := now.bodies(1); got != "a3" {
			t.Errorf("from now on: %s", got)
		}
	})
}

// bodies are the next messages, with > for a merge.
func (f *feed) bodies(n int) string {
	f.t.Helper()
	all := make([]string, n)
	for i := range all {
		all[i] = ">"
		if e := f.until("MessagePosted", "RoomMerged"); e.Type == "MessagePosted" {
			all[i] = e.Message.Body
		}
	}
	return strings.Join(all, " ")
}

func TestR13_LinksLeadOnForGood(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	var rooms []place
	var links []string
	for i := range 4 {
		room, mailbox := agent.CreateRoom(), h.Mailbox(fmt.Sprintf("ada%d@customer.example", i))
		agent.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
		rooms, links = append(rooms, room), append(links, mailbox.Expect().link)
		agent.Says(fmt.Sprintf("written in %d", i), room)
	}
	agent.Merge(rooms[0], rooms[1])
	agent.Merge(rooms[1], rooms[2])
	agent.Merge(rooms[0], rooms[3]) // that is, the third
	for i := range rooms {
		ada := h.open(links[i]).Enter()
		if ada.room.ID != rooms[3].ID {
			t.Errorf("link %d leads to %s", i, ada.room.ID)
		}
		if got := ada.timeline(rooms[i]); len(got) != 4 {
			t.Errorf("link %d shows %q", i, got)
		}
	}
	agent.mutate("mergeRooms", vars{"roomId": rooms[1].ID, "intoRoomId": rooms[0].ID}, roomSelection).ok() // they are one
	agent.mutate("mergeRooms", vars{"roomId": rooms[1].ID, "intoRoomId": rooms[1].ID}, roomSelection).refused("SAME_ROOM", "intoRoomId")
}

// While a room goes into one after the other, its first id, its cursors and its customer are as good as ever.
func TestR13_NobodyNoticesThatRoomsMove(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	first, ada := agent.invited()
	cursor := ada.Says("One").text("message.cursor")
	ada.Says("Two")
	var standing atomic.Value
	standing.Store(first)
	moved := make(chan struct{})
	go func() {
		defer close(moved)
		for range 25 {
			next := agent.CreateRoom()
			agent.Merge(standing.Load().(place), next)
			standing.Store(next)
		}
	}()
	const page = `query ($id: ID!, $after: Cursor) { room(id: $id) { messages(first: 5, after: $after) { nodes { body } } } }`
	asks := map[string]func() (bodies []string){
		"the customer, by the first id": func() []string {
			return ada.ask(page, vars{"id": first.ID}).ok().texts("room.messages.nodes", "body")[1:]
		},
		"a member, by a cursor from before": func() []string {
			return agent.ask(page, vars{"id": standing.Load().(place).ID, "after": cursor}).ok().texts("room.messages.nodes", "body")
		},
		"a subscriber, by a cursor from before": func() []string {
			f := agent.followAfter(standing.Load().(place), cursor, overStream)
			defer f.cut()
			return []string{f.until("MessagePosted").Message.Body}
		},
	}
	var all sync.WaitGroup
	for who, ask := range asks {
		all.Go(func() {
			for {
				if got := ask(); len(got) == 0 || got[0] != "Two" {
					t.Errorf("%s: %q", who, got)
				}
				select {
				case <-moved:
					return
				default:
				}
			}
		})
	}
	all.Wait()
}

// Entries of a room that went can be paged through by their old cursors, in both directions.
func TestR13_OldCursorsOfEntriesAreWhereTheEntriesAre(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	from, into := agent.CreateRoom(), agent.CreateRoom()
	agent.Says("a1", into)
	b1 := agent.Says("b1", from).text("message.cursor")
	b2 := agent.Says("b2", from).text("message.cursor")
	agent.Says("a2", into)
	agent.Merge(from, into)
	for _, c := range []struct{ which, cursor, want string }{
		{"before", b1, "a1"}, {"before", b2, "a1 b1"}, {"after", b1, "b2 a2"}, {"after", b2, "a2"},
	} {
		a := agent.ask(`query ($id: ID!, $c: Cursor) { room(id: $id) { messages(first: 9, `+c.which+`: $c) { nodes { body } } } }`, vars{"id": into.ID, "c": c.cursor}).ok()
		if got := strings.Join(a.texts("room.messages.nodes", "body"), " "); got != c.want {
			t.Errorf("%s %s is %q, want %q", c.which, c.cursor, got, c.want)
		}
	}
}

// Who has followed a room to its end, or only its messages, is led on when they follow it again by its old id.
func TestR13_WhoFollowsTheOldRoomAgainIsLedOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	from, into := agent.CreateRoom(), agent.CreateRoom()
	one := agent.Says("One", from).text("message.cursor")
	f := agent.followAfter(from, one, overSocket)
	agent.Merge(from, into)
	end := f.until("RoomMerged").Cursor
	agent.Says("Two", into)
	if got := agent.followAfter(from, end, overSocket).until("MessagePosted"); got.Message.Body != "Two" || got.Room.ID != into.ID {
		t.Errorf("behind the end there is %+v", got)
	}
	m, err := overStream(h, agent.token, `subscription ($id: ID!, $after: Cursor) { messagePosted(roomId: $id, after: $after) { body } }`, vars{"id": from.ID, "after": one})
	if err != nil {
		t.Fatal(err)
	}
	defer m.cut()
	if got, err := m.next(); err != nil || !strings.Contains(string(got), `"Two"`) {
		t.Errorf("of messages alone there is %s %v", got, err)
	}
}

// A number that did not fit into one customer leads to their room all the same.
func TestR13_WhatACustomerWasReachedByLeadsToTheirRoom(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, other := h.SignIn("agent@demo.example"), h.Phone("+447400654321")
	into, _ := agent.invited()
	from := agent.CreateRoom()
	agent.Invite(from, bySMS(other), "Ada", "Elsewhere")
	other.Expect()
	agent.Merge(from, into)
	a := agent.Invite(agent.CreateRoom(), bySMS(other), "Ada", "Again")
	if got := a.text("room.id"); got != into.ID {
		t.Errorf("inviting leads to %s, want %s", got, into.ID)
	}
	other.Expect()
	third, mailbox := agent.CreateRoom(), h.Mailbox("carl@customer.example")
	agent.Invite(third, byEmail(mailbox), "Carl", "Gauss")
	mailbox.Expect()
	if r := agent.Reinvite(third, bySMS(other)).refused("IDENTIFIER_IN_USE", "to"); r.RoomID != into.ID {
		t.Errorf("it is refused with %+v", r)
	}
}

func TestR13_NothingCrossesAnOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, stranger, mailbox := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example"), h.Mailbox("ada@customer.example")
	ours, theirs := agent.CreateRoom(), stranger.CreateRoom()
	agent.Invite(ours, byEmail(mailbox), "Ada", "Lovelace")
	if a := stranger.Invite(theirs, byEmail(mailbox), "Adele", "Other"); a.text("room.id") != theirs.ID {
		t.Errorf("the room is %s", a.body)
	}
	mailbox.Expect()
	mailbox.Expect()
	for _, in := range []vars{{"roomId": ours.ID, "intoRoomId": theirs.ID}, {"roomId": theirs.ID, "intoRoomId": ours.ID}} {
		agent.mutate("mergeRooms", in, roomSelection).failed("NOT_FOUND")
		stranger.mutate("mergeRooms", in, roomSelection).failed("NOT_FOUND")
	}
	if a := stranger.TryInvite(stranger.CreateRoom(), vars{"channel": "EMAIL", "to": "ADA@customer.example", "dryRun": true}, "A", "B").ok(); a.find("mergePreview") != nil {
		t.Errorf("another's room shows: %s", a.body)
	}
}

// A room that lives has the one it goes into live; a closed one is no part of a merge, on either side.
func TestR13_WhatARoomIsAfterAMerge(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone, mailbox := h.SignIn("agent@demo.example"), h.Phone(adasNumber), h.Mailbox("ada@customer.example")
	lives, rests, shut := agent.CreateRoom(), agent.CreateRoom(), agent.CreateRoom()
	agent.Invite(rests, byEmail(mailbox), "Ada", "Lovelace")
	ada := mailbox.Expect().Open().Enter()
	h.days(100)
	ada.TrySay(rests, "Hello?").refused("ROOM_TIMED_OUT", "roomId")
	agent.Invite(lives, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	agent.Close(shut)
	agent.mutate("mergeRooms", vars{"roomId": shut.ID, "intoRoomId": lives.ID}, roomSelection).refused("ROOM_CLOSED", "roomId")
	agent.mutate("mergeRooms", vars{"roomId": lives.ID, "intoRoomId": shut.ID}, roomSelection).refused("ROOM_CLOSED", "intoRoomId")
	if a := agent.Merge(lives, rests); a.text("room.id") != rests.ID || a.text("room.status") != "ACTIVE" {
		t.Errorf("the room is %s", a.body)
	}
	ada.Says("Here I am", rests)
}

// The room that has gone names its customer still, who is found in the one that stays.
func TestR13_ACustomerWhoseRoomHasGoneIsKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	first, draft, third := agent.CreateRoom(), agent.CreateRoom(), agent.CreateRoom()
	agent.Invite(first, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	agent.Merge(first, draft)
	dry := agent.mutate("inviteCustomer", bySMS(phone).with(vars{"roomId": third.ID, "firstName": "A", "lastName": "B", "dryRun": true}),
		"mergePreview { room { id } }").ok()
	if got := dry.text("mergePreview.room.id"); got != draft.ID {
		t.Errorf("it would merge with %s", got)
	}
	if a := agent.Invite(third, bySMS(phone), "Ada", "Lovelace"); a.text("room.id") != draft.ID {
		t.Errorf("the room is %s", a.body)
	}
	phone.Expect()
}

// Between looking who has the number and locking their room others may do anything.
func TestR13_WhoHasTheNumberIsLookedAtUnderLock(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(agent *user, theirs place){
		"the room is closed":           func(agent *user, theirs place) { agent.Close(theirs) },
		"the customer has retired":     func(agent *user, _ place) { agent.h.exec(`UPDATE customers SET retired_at = now()`) },
		"the number is not theirs now": func(agent *user, _ place) { agent.h.exec(`UPDATE customers SET phone = '+447400654321'`) },
		"the room has gone into another": func(agent *user, theirs place) {
			agent.Merge(theirs, agent.CreateRoom())
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &spy{t: t}
			h := newHouse(t, withPool(s.pool))
			agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
			theirs, ours := agent.CreateRoom(), agent.CreateRoom()
			agent.Invite(theirs, bySMS(phone), "Ada", "Lovelace")
			phone.Expect("Ada")
			var before atomic.Bool
			s.make(func(query string) {
				if strings.Contains(query, "pg_advisory_xact_lock(hashtextextended($1") && before.CompareAndSwap(false, true) {
					meanwhile(agent, theirs)
				}
			})
			a := agent.Invite(ours, bySMS(phone), "Eve", "Other")
			s.make(nil)
			stays, who := ours.ID, "Eve Other"
			if strings.Contains(name, "gone") {
				stays, who = agent.ask(`query ($id: ID!) { room(id: $id) { id } }`, vars{"id": theirs.ID}).ok().text("room.id"), "Ada Lovelace"
			}
			if !before.Load() || a.text("room.id") != stays || a.text("room.name") != who {
				t.Errorf("the room is %s", a.body)
			}
			phone.Expect()
		})
	}
}

// However a number or an address is spelled, it is the same room or a refusal, never a second room.
func TestR13_EverySpellingIsTheSameCustomer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	phone, mailbox := h.Phone(adasNumber), h.Mailbox("ada@customer.example")
	first := agent.CreateRoom()
	agent.Invite(first, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	second := agent.CreateRoom()
	agent.Invite(second, byEmail(mailbox), "Ada", "Lovelace")
	mailbox.Expect()
	national := strings.TrimPrefix(adasNumber, "+44")
	for to, room := range map[string]place{
		adasNumber: first, "+44 " + national[:4] + " " + national[4:]: first, "+44 (0)" + national: first, "+44-" + national: first, "tel:" + adasNumber: first,
		"\u202a" + adasNumber + "\u202c": first, " " + adasNumber + " ": first, "＋44" + national: first,
		"+440" + national: first, "0044" + national: first, "0" + national: first, national: first,
		"ada@customer.example": second, "ADA@CUSTOMER.EXAMPLE": second, " Ada@Customer.Example ": second, "ada@Customer.example": second,
		"ada@customer.example.": second, "<ada@customer.example>": second, "ada @customer.example": second, "Ada <ada@customer.example>": second,
	} {
		how := vars{"channel": "SMS", "to": to}
		if room == second {
			how["channel"] = "EMAIL"
		}
		a := agent.TryInvite(agent.CreateRoom(), how, "Eve", "Other")
		switch {
		case len(a.userErrors()) > 0:
		case a.text("room.id") != room.ID:
			t.Errorf("%q is another customer: %s", to, a.body)
		case room == first:
			phone.Expect()
		default:
			h.expected[strings.TrimSpace(to)]++
		}
	}
}

func TestR14_TheSameIdentifierAtTheSameMomentIsOneRoom(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		const n = 12
		for round := range 3 {
			phone := one.Phone(fmt.Sprintf("+4474001239%02d", round))
			agents := []*user{one.SignIn("agent@demo.example"), two.SignIn("second@demo.example")}
			rooms := make([]place, n)
			for i := range rooms {
				rooms[i] = agents[i%2].CreateRoom()
				agents[i%2].Says(fmt.Sprint("in room ", i), rooms[i])
			}
			standing := map[string]bool{}
			for _, a := range together(n, func(i int) *reply {
				return untilTaken(func() *reply {
					return agents[i%2].TryInvite(rooms[i], bySMS(phone), fmt.Sprint("Ada", i), "Lovelace")
				})
			}) {
				standing[a.ok().text("room.id")] = true
			}
			for range n {
				phone.Expect()
			}
			living := one.number(`SELECT count(*) FROM rooms r JOIN customers c ON c.id = r.customer_id WHERE c.phone = $1 AND r.status = 'ACTIVE'`, phone.address)
			if living != 1 || len(standing) != 1 {
				t.Errorf("%d rooms live, %d are told", living, len(standing))
			}
			for i, room := range rooms {
				got := agents[0].timeline(room)
				slices.Sort(got)
				if len(got) != n || len(slices.Compact(got)) != n {
					t.Errorf("room %d has %q", i, got)
				}
			}
		}
	})
}

func TestR14_MergesInACircleLoseNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	for range 10 {
		rooms := make([]place, 4)
		for i := range rooms {
			rooms[i] = agent.CreateRoom()
			agent.Says(fmt.Sprint("before ", i), rooms[i])
		}
		var all sync.WaitGroup
		for i := range rooms {
			all.Go(func() { agent.Merge(rooms[i], rooms[(i+1)%4]) })
			all.Go(func() { agent.Merge(rooms[i], rooms[(i+2)%4]) })
			all.Go(func() { agent.Says(fmt.Sprint("meanwhile ", i), rooms[i]) })
		}
		all.Wait()
		for _, room := range rooms {
			got := agent.timeline(room)
			slices.Sort(got)
			if len(got) != 8 || len(slices.Compact(got)) != 8 {
				t.Errorf("the room has %q", got)
			}
		}
	}
}

func TestR15_ADryRunTellsAndDoesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	older, newer := agent.CreateRoom(), agent.CreateRoom()
	agent.Invite(older, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	agent.Says("one", older)
	agent.Says("two", older)
	await(t, "the carrier to have said all", func() bool { return phone.messages()[0].Status == "DELIVERED" })
	await(t, "the room to know", func() bool { return agent.invitation(older).text(invitationPath+"status") == "DELIVERED" })
	before := h.tables()
	dry := func(how vars) *reply {
		return agent.mutate("inviteCustomer", how.with(vars{"roomId": newer.ID, "firstName": "A", "lastName": "B", "dryRun": true, "idempotencyKey": "dry"}),
			"room { id status } invitation { id } confirmation mergePreview { messageCount room { id name createdBy { name } customer { name } } }")
	}
	a := dry(bySMS(phone)).ok()
	if a.text("mergePreview.room.id") != older.ID || a.find("mergePreview.messageCount") != 2.0 || a.text("mergePreview.room.createdBy.name") != agent.name {
		t.Errorf("it would merge with %s", a.body)
	}
	if a.text("room.id") != newer.ID || a.find("invitation") != nil || a.find("confirmation") != nil {
		t.Errorf("it says %s", a.body)
	}
	if a := dry(vars{"channel": "SMS", "to": "+447400654321"}).ok(); a.find("mergePreview") != nil {
		t.Errorf("a new customer's room: %s", a.body)
	}
	dry(vars{"channel": "SMS", "to": "07400"}).refused("PHONE_PREFIX_MISSING", "to")
	for name, content := range h.tables() {
		if content != before[name] && name != "access_tokens" {
			t.Errorf("it has changed %s", name)
		}
	}
}

func TestR19_AMergeIsRecordedWithWhoCausedIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	older, newer, third := agent.CreateRoom(), agent.CreateRoom(), agent.CreateRoom()
	agent.Invite(older, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	second.Invite(newer, bySMS(phone), "Ada", "Lovelace")
	phone.Expect()
	agent.Merge(third, newer)
	for room, who := range map[place]string{newer: second.name, third: agent.name} {
		if e := agent.follow(room, overStream).until("RoomMerged"); e.Actor == nil || e.Actor.Name != who || time.Since(e.OccurredAt) > time.Minute {
			t.Errorf("the merge of %s is told as %+v", room.ID, e)
		}
	}
	f := agent.follow(older, overStream)
	for _, who := range []string{second.name, agent.name} {
		if e := f.until("RoomMerged"); e.Actor.Name != who || e.Into.ID != older.ID {
			t.Errorf("the merge is told as %+v", e)
		}
	}
}
