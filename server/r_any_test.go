package main

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// model is what a test knows of some rooms: which are one, and what was written in each.
type model struct {
	t       *rapid.T
	h       *house
	members []*user
	rooms   []place
	leads   map[string]string   // room by the room that has gone into it
	written map[string][]string // message ids, by the room they were written in or moved to
	sent    int
}

func (m *model) standing(id string) string {
	for m.leads[id] != "" {
		id = m.leads[id]
	}
	return id
}

// united notes that a room is one with another.
func (m *model) united(from, into string) {
	if from, into = m.standing(from), m.standing(into); from != into {
		m.leads[from] = into
		m.written[into] = append(m.written[into], m.written[from]...)
	}
}

func (m *model) room() place   { return rapid.SampledFrom(m.rooms).Draw(m.t, "room") }
func (m *model) member() *user { return rapid.SampledFrom(m.members).Draw(m.t, "member") }

// how is a channel with one of a few identifiers, so that they are met again.
func (m *model) how() vars {
	n := rapid.IntRange(0, 3).Draw(m.t, "identifier")
	if rapid.Bool().Draw(m.t, "by SMS") {
		return vars{"channel": "SMS", "to": fmt.Sprintf("+4474001234%02d", n)}
	}
	return vars{"channel": "EMAIL", "to": fmt.Sprintf("ada%d@customer.example", n)}
}

func (m *model) write(*rapid.T) {
	room := m.room()
	m.sent++
	a := m.member().TrySay(room, fmt.Sprint("message number ", m.sent))
	if !a.isOK() {
		m.t.Fatalf("it was not written: %s", a.body)
	}
	at := m.standing(room.ID)
	m.written[at] = append(m.written[at], a.text("message.id"))
}

func (m *model) create(*rapid.T) { m.rooms = append(m.rooms, m.member().CreateRoom()) }

func (m *model) invite(*rapid.T) {
	room := m.room()
	m.settle(room, m.member().TryInvite(room, m.how(), "Ada", "Lovelace"), "ALREADY_INVITED")
}

func (m *model) reinvite(*rapid.T) {
	room := m.room()
	m.settle(room, m.member().Reinvite(room, m.how()), "NOT_INVITED", "IDENTIFIER_LOCKED", "IDENTIFIER_IN_USE")
}

func (m *model) merge(*rapid.T) {
	from, into := m.room(), m.room()
	a := m.member().mutate("mergeRooms", vars{"roomId": from.ID, "intoRoomId": into.ID}, roomSelection)
	if m.settle(into, a, "SAME_ROOM") {
		m.united(from.ID, into.ID)
	}
}

// settle notes which room an answer is about, unless it is one of these refusals.
func (m *model) settle(room place, a *reply, refusals ...string) bool {
	if slices.Contains(refusals, a.code()) {
		return false
	}
	if !a.isOK() {
		m.t.Fatalf("refused: %s", a.body)
	}
	m.united(room.ID, a.text("room.id"))
	return true
}

// check reads every room, as a page and as its log.
func (m *model) check(t *rapid.T) {
	for _, room := range m.rooms {
		want := slices.Sorted(slices.Values(m.written[m.standing(room.ID)]))
		a := m.members[0].ask(`query ($id: ID!) { room(id: $id) { id messages(first: 100) { nodes { id sentAt } } } }`, vars{"id": room.ID}).ok()
		if got := slices.Sorted(slices.Values(a.texts("room.messages.nodes", "id"))); !slices.Equal(got, want) {
			t.Fatalf("%s has %v, want %v", room.ID, got, want)
		}
		if !sorted(m.h.t, a.texts("room.messages.nodes", "sentAt")) || a.text("room.id") != m.standing(room.ID) {
			t.Fatalf("%s shows %s", room.ID, a.body)
		}
		if got := slices.Sorted(slices.Values(m.followed(room))); !slices.Equal(got, want) && m.leads[room.ID] == "" {
			t.Fatalf("the log of %s gives %v, want %v", room.ID, got, want)
		}
	}
}

// followed are the messages that somebody gets who follows a room from its start, and goes on where it has gone.
func (m *model) followed(room place) (ids []string) {
	f := m.members[0].follow(room, overStream)
	defer f.cut()
	for {
		switch e := f.until("MessagePosted", "RoomMerged", "CaughtUp"); {
		case e.Type == "CaughtUp" || e.Type == "RoomMerged" && e.Into.ID != room.ID && e.From.ID == room.ID:
			return ids
		case e.Type == "MessagePosted":
			ids = append(ids, e.Message.ID)
		}
	}
}

func TestR13_AnySequenceKeepsEveryEntryOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	members := []*user{h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")}
	for i := range 4 {
		h.expected[fmt.Sprintf("+4474001234%02d", i)], h.expected[fmt.Sprintf("ada%d@customer.example", i)] = 1e6, 1e6
	}
	rapid.Check(t, func(t *rapid.T) {
		m := &model{t: t, h: h, members: members, leads: map[string]string{}, written: map[string][]string{}}
		for range 3 {
			m.create(t)
		}
		steps := []func(*rapid.T){m.write, m.write, m.create, m.invite, m.reinvite, m.merge}
		for _, step := range rapid.SliceOfN(rapid.IntRange(0, len(steps)-1), 1, 12).Draw(t, "steps") {
			steps[step](t)
		}
		m.check(t)
		for _, room := range m.rooms { // or the next run meets the customers of this one
			m.members[0].Close(room)
		}
	})
}
