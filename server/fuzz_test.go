package main

import (
	"slices"
	"strings"
	"testing"

	"parley/internal/eventlog"
)

// Whatever is given for an id or a cursor, the answer is one of those that are promised, and tells nothing of another
// organisation.
func FuzzIDsAndCursors(f *testing.F) {
	h := newHouse(f, withLimits("rates=0"))
	agent, foreign := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	room, secret := agent.CreateRoom(), foreign.CreateRoom()
	foreign.Says("A secret of the other organisation", secret)
	agent.Says("Hello", room)
	place, err := eventlog.ParseCursor(room.Start)
	if err != nil {
		f.Fatal(err)
	}
	place.Seq = 1 << 62
	list := agent.ask(`{ rooms(first: 1) { edges { cursor } } }`, nil).ok().text("rooms.edges.0.cursor")
	for _, id := range []string{room.ID, secret.ID, "", "room_", strings.ToUpper(room.ID), room.ID + " ", "room_8zzzzzzzzzzzzzzzzzzzzzzzzz", "msg_01h455vb4pex5vsknk084sn02q", "ⓡoom_\x00", strings.Repeat("a", 5000), "' OR 1=1 --", "%s%n"} {
		for _, cursor := range []string{room.Start, secret.Start, list, place.String(), "", "=", strings.ToUpper(room.Start), room.Start[1:], strings.Repeat("0", 32), strings.Repeat("v", 32), "\x00", "🦊"} {
			f.Add(id, cursor, 3)
		}
	}
	f.Add(room.ID, room.Start, -1)
	f.Add(room.ID, room.Start, 1<<31)
	const query = `query ($id: ID!, $c: Cursor, $n: Int) {
		node(id: $id) { __typename ... on Room { messages(after: $c, first: $n) { nodes { body } } } }
		room(id: $id) { messages(before: $c, last: $n) { nodes { body } } invitations(after: $c) { totalCount } }
		rooms(after: $c, first: $n) { nodes { id name } }
		organization { members(before: $c, last: $n) { nodes { id } } }
		nodes(ids: [$id]) { id }
	}`
	f.Fuzz(func(t *testing.T, id, cursor string, n int) {
		defer h.lend(t)()
		a := agent.ask(query, vars{"id": id, "c": cursor, "n": n})
		if a.err != nil || a.status != 200 {
			t.Fatalf("%v %d %s", a.err, a.status, a.body)
		}
		for _, e := range a.Errors {
			if code := e.Extensions.Code; !slices.Contains([]string{"NOT_FOUND", "BAD_USER_INPUT", "CURSOR_EXPIRED"}, code) {
				t.Errorf("%q %q %d: %s", id, cursor, n, a.body)
			}
		}
		if strings.Contains(string(a.body), "A secret") || strings.Contains(string(a.body), secret.ID) {
			t.Errorf("%q %q %d tells of another organisation: %s", id, cursor, n, a.body)
		}
	})
}

// Whatever is given for the token of a link, it does not let in, and the answer is the one that is promised.
func FuzzLinks(f *testing.F) {
	h := newHouse(f, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	room, _ := agent.invited()
	good := tokenOf(agent.CopyLink(room))
	h.secrets = map[string]string{} // a token that is near a right one is not one
	for _, token := range []string{"", good[:26], good[1:], good + "A", strings.ToUpper(good), good + "=", good[:47] + "!", "\x00", strings.Repeat("z", 48), "../../r/" + good} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		defer h.lend(t)()
		if token == good {
			t.Skip()
		}
		a := (&page{h: h, token: token}).TryEnter()
		if code := a.code(); code != "LINK_INVALID" && (code != "BAD_USER_INPUT" || !strings.Contains(token, "\x00")) {
			t.Errorf("%q: %v %s", token, a.err, a.body)
		}
	})
}

// lend has the house speak through the test of one input; the function it returns takes that back.
func (h *house) lend(t *testing.T) (giveBack func()) {
	f := h.t
	h.t = t
	return func() { h.t = f }
}
