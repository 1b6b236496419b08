package main

import (
	"testing"
	"time"

	"github.com/gobwas/ws"
)

func TestX2_AnotherOrganisationsIdsAreNotFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, foreign := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	room, ada := agent.invited()
	agent.Says("For Demo alone", room)
	const missing = "room_01h455vb4pex5vsknk084sn02q"
	for _, query := range []string{
		`query ($id: ID!) { room(id: $id) { name } }`,
		`query ($id: ID!) { node(id: $id) { __typename } }`,
		`query ($id: ID!) { nodes(ids: [$id]) { __typename } }`,
		`mutation ($id: ID!) { closeRoom(input: {roomId: $id}) { room { id } userErrors { code } } }`,
		`mutation ($id: ID!) { getLink(input: {roomId: $id}) { url userErrors { code } } }`,
		`mutation ($id: ID!) { sendMessage(input: {roomId: $id, body: "Hi"}) { message { id } userErrors { code } } }`,
		`mutation ($id: ID!) { setTyping(input: {roomId: $id, typing: true}) { userErrors { code } } }`,
		`mutation ($id: ID!) { markRead(input: {roomId: $id, cursor: "00"}) { room { id } userErrors { code } } }`,
		`query ($id: ID!) { room(id: $id) { attendees { __typename } } }`,
		`mutation ($id: ID!) { inviteCustomer(input: {roomId: $id, channel: EMAIL, to: "a@b.example", firstName: "A", lastName: "B"}) { room { id } userErrors { code } } }`,
	} {
		got, want := foreign.ask(query, vars{"id": room.ID}), foreign.ask(query, vars{"id": missing})
		if string(got.body) != string(want.body) || got.status != want.status {
			t.Errorf("%s: %s is not %s", query, got.body, want.body)
		}
	}
	for _, by := range carriages {
		for _, id := range []string{room.ID, missing} {
			f := foreign.followAfter(place{ID: id}, "", by)
			if end := f.end(); len(end.errors) != 1 || end.errors[0].Extensions.Code != "NOT_FOUND" {
				t.Errorf("following %s: %v", id, end)
			}
		}
	}
	other := foreign.CreateRoom()
	ada.mutate("sendMessage", vars{"roomId": other.ID, "body": "Hi"}, messageSelection).failed("NOT_FOUND")
	ada.mutate("sendMessage", vars{"roomId": agent.CreateRoom().ID, "body": "Hi"}, messageSelection).failed("NOT_FOUND")
	if n := foreign.ask(`{ rooms { totalCount } }`, nil).ok().find("rooms.totalCount"); n != 1.0 {
		t.Errorf("the other organisation sees %v rooms", n)
	}
}

// ends are a subscription over each transport, which are all to end.
func (p *user) everywhere(room place) map[string]*feed {
	feeds := map[string]*feed{}
	for name, by := range carriages {
		feeds[name] = p.followAfter(room, "", by)
		feeds[name].expect("CaughtUp")
	}
	return feeds
}

// ended fails the test unless the subscriptions end now, as those of a token that has ended. Nothing but these types of events
// may come before it.
func ended(t *testing.T, feeds map[string]*feed, within time.Duration, before ...string) {
	t.Helper()
	began := time.Now()
	if end := feeds["WebSocket"].end(before...); end.code != ws.StatusCode(4401) {
		t.Errorf("the WebSocket ended with %v", end)
	}
	if end := feeds["SSE"].end(before...); len(end.errors) != 1 || end.errors[0].Extensions.Code != "UNAUTHENTICATED" {
		t.Errorf("the stream ended with %v", end)
	}
	if took := time.Since(began); took > within {
		t.Errorf("it took %s", took)
	}
}

func TestX3_SigningOutEndsSubscriptionsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, again := h.SignIn("agent@demo.example"), h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	feeds, others, adas := agent.everywhere(room), again.everywhere(room), ada.everywhere(room)
	agent.SignOut()
	ended(t, feeds, 900*time.Millisecond) // before any look at the database
	if a := agent.ask(`{ viewer { __typename } }`, nil); a.status != 401 {
		t.Errorf("the token still works: %d %s", a.status, a.body)
	}
	again.Says("Still here", room)
	for _, f := range others {
		f.expect("MessagePosted")
	}

	third := h.SignIn("agent@demo.example")
	third.mutate("signOut", vars{"everywhere": true}, "").ok()
	ended(t, others, 900*time.Millisecond)

	ada.mutate("signOut", nil, "").ok()
	for _, f := range adas {
		f.expect("MessagePosted")
	}
	ended(t, adas, 900*time.Millisecond)
}

func TestX3_RevocationByAnotherProcessEndsSubscriptionsWithinASecondOrSo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	feeds, adas := agent.everywhere(room), ada.everywhere(room)
	h.exec(`UPDATE access_tokens SET revoked_at = now() WHERE customer_id IS NOT NULL`)
	ended(t, adas, 5*time.Second)
	h.exec(`UPDATE access_tokens SET expires_at = now() WHERE member_id IS NOT NULL`)
	ended(t, feeds, 5*time.Second)
	if a := ada.ask(`{ viewer { __typename } }`, nil); a.status != 401 {
		t.Errorf("the customer's token still works: %d %s", a.status, a.body)
	}
}

func TestX3_AnExpiredTokenEndsSubscriptions(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("token-life=3s"))
	agent := h.SignIn("agent@demo.example")
	ended(t, agent.everywhere(agent.CreateRoom()), 10*time.Second)
}

func TestX3_ClosingARoomEndsTheCustomersAccess(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	feeds, agents := ada.everywhere(room), agent.everywhere(room)
	agent.Close(room)
	for name, f := range feeds {
		f.expect("RoomClosed")
		if end := f.end(); !end.complete || len(end.errors) > 0 {
			t.Errorf("%s: the customer's subscription ended with %v", name, end)
		}
	}
	for name, f := range agents {
		f.expect("RoomClosed")
		if end := f.end(); !end.complete {
			t.Errorf("%s: the agent's subscription ended with %v", name, end)
		}
	}
	ada.ask(`query ($id: ID!) { room(id: $id) { name } }`, vars{"id": room.ID}).failed("NOT_FOUND")
	if a := ada.TrySay(room, "Hello?"); a.isOK() {
		t.Error("the customer wrote into a closed room")
	}
	if end := ada.followAfter(room, room.Start, overSocket).end(); len(end.errors) != 1 || end.errors[0].Extensions.Code != "NOT_FOUND" {
		t.Errorf("following a closed room: %v", end)
	}
	agent.TrySay(room, "Hello?").refused("ROOM_CLOSED", "roomId")
	replay := agent.follow(room, overStream)
	replay.until("RoomClosed")
	if end := replay.end("CaughtUp"); !end.complete {
		t.Errorf("following what is over ends with %v", end)
	}
	agent.Close(room) // changes nothing
}

// Writing and closing at the same moment: who was told that it is written finds it before the end, and nothing is after it.
func TestX3_NothingComesAfterTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	feed := agent.follow(room, overSocket)
	written := map[string]bool{}
	for i, a := range together(12, func(i int) *reply {
		switch {
		case i == 6:
			return agent.mutate("closeRoom", vars{"roomId": room.ID}, roomSelection)
		case i%2 == 0:
			return ada.TrySay(room, "By the customer")
		}
		return agent.TrySay(room, "By the agent")
	}) {
		if i != 6 && a.isOK() {
			written[a.text("message.id")] = true
		}
	}
	for {
		e := feed.until("MessagePosted", "RoomClosed")
		if e.Type == "RoomClosed" {
			break
		}
		delete(written, e.Message.ID)
	}
	if len(written) > 0 {
		t.Errorf("%d messages were accepted and are not there", len(written))
	}
	feed.end("CaughtUp")
}
