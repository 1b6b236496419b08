package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestC1_OneTimelineInOneOrderForEveryone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room, ada := agent.invited()
	agent.Says("One", room)
	ada.Says("Two")
	second.Says("Three", room)
	want := []string{"One", "Two", "Three"}
	for _, p := range []*user{agent, second, ada} {
		if got := p.timeline(room); !slices.Equal(got, want) {
			t.Errorf("%s sees %q", p.name, got)
		}
		p.Sees(place{ID: room.ID, Start: room.Start}, want...)
	}
	a := ada.ask(`query ($id: ID!) { room(id: $id) { messages(last: 3) { nodes { kind side sentAt cursor author { __typename ... on Member { name email } ... on Customer { name } } } } } }`,
		vars{"id": room.ID}).ok()
	for i, want := range []struct{ side, kind, name string }{{"MEMBER", "Member", "Ari Agent"}, {"CUSTOMER", "Customer", "Ada Lovelace"}, {"MEMBER", "Member", "Sam Second"}} {
		at := fmt.Sprintf("room.messages.nodes.%d.", i)
		if a.text(at+"side") != want.side || a.text(at+"author.__typename") != want.kind || a.text(at+"author.name") != want.name || a.text(at+"kind") != "TEXT" {
			t.Errorf("entry %d is %v", i, a.find(at[:len(at)-1]))
		}
		if sent, err := time.Parse(time.RFC3339Nano, a.text(at+"sentAt")); err != nil || time.Since(sent).Abs() > time.Minute || sent.Location() != time.UTC {
			t.Errorf("entry %d was sent at %s", i, a.text(at+"sentAt"))
		}
		if a.find(at+"author.email") != nil {
			t.Error("a customer sees the address of a member")
		}
	}
}

func TestC1_PagesOfTheTimelineFitTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	var want []string
	for i := range 25 {
		want = append(want, fmt.Sprintf("Message %d", i))
		agent.Says(want[i], room)
	}
	page := func(args, cursor string) *reply {
		query := `query ($id: ID!) { room(id: $id) { messages(` + strings.ReplaceAll(args, "$c", strconv.Quote(cursor)) + `) { totalCount nodes { body } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } }`
		return agent.ask(query, vars{"id": room.ID}).ok()
	}
	var forward, backward []string
	for cursor, more := room.Start, true; more; {
		a := page("first: 7, after: $c", cursor)
		forward = append(forward, a.texts("room.messages.nodes", "body")...)
		cursor, more = a.text("room.messages.pageInfo.endCursor"), a.find("room.messages.pageInfo.hasNextPage") == true
	}
	a := page("last: 7", "")
	for more := true; more; a = page("last: 7, before: $c", a.text("room.messages.pageInfo.startCursor")) {
		backward = append(a.texts("room.messages.nodes", "body"), backward...)
		if more = a.find("room.messages.pageInfo.hasPreviousPage") == true; !more {
			break
		}
	}
	if !slices.Equal(forward, want) || !slices.Equal(backward, want) {
		t.Errorf("forward %q\nbackward %q", forward, backward)
	}
	if n := page("first: 0", "").find("room.messages.totalCount"); n != 25.0 {
		t.Errorf("%v in all", n)
	}
	if n := len(agent.ask(`query ($id: ID!) { room(id: $id) { messages { nodes { id } } } }`, vars{"id": room.ID}).ok().texts("room.messages.nodes", "id")); n != 20 {
		t.Errorf("%d without first or last, want 20", n)
	}
}

func TestC2_EmptyAndTooLongMessagesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	for _, empty := range []string{"", " ", "\n\t ", "\u00a0"} {
		agent.TrySay(room, empty).refused("REQUIRED", "body")
	}
	longest := strings.Repeat("é", 10_000)
	refusal := agent.TrySay(room, longest+"é").refused("TOO_LONG", "body")
	if refusal.Limit != 10_000 || refusal.Count != 10_001 {
		t.Errorf("limit %d, count %d", refusal.Limit, refusal.Count)
	}
	agent.Says(longest, room)
	agent.Says("👩‍👩‍👧 <script>alert(1)</script> \\ \" \u2028", room)
	if got := agent.timeline(room); len(got) != 2 || got[0] != longest || !strings.HasPrefix(got[1], "👩‍👩‍👧 <script>") {
		t.Errorf("%d messages are there", len(got))
	}
}

func TestC3_EveryoneSeesEverythingLive(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room, ada := agent.invited()
	feeds := []*feed{agent.follow(room, overStream), second.follow(room, overSocket), ada.follow(room, overSocket), ada.follow(room, overStream)}
	for _, f := range feeds {
		f.until("CaughtUp")
	}
	agent.Says("Hello", room)
	ada.Says("Hi")
	for i, f := range feeds {
		e := f.expect("MessagePosted", "MessagePosted")
		if e[0].Message.Body != "Hello" || e[1].Message.Body != "Hi" || e[0].Message.Author.Name != "Ari Agent" || e[1].Cursor != e[1].Message.Cursor {
			t.Errorf("subscriber %d sees %+v", i, e)
		}
	}
}

func TestC3_MessagePostedIsMessagesOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	ada.Says("Hi")
	agent.Says("Hello", room)
	for name, by := range carriages {
		s, err := by(h, ada.token, `subscription ($room: ID!, $after: Cursor) { messagePosted(roomId: $room, after: $after) { body } }`, vars{"room": room.ID, "after": room.Start})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.cut)
		for _, want := range []string{"Hi", "Hello"} {
			if payload, err := s.next(); err != nil || string(payload) != `{"data":{"messagePosted":{"body":"`+want+`"}}}` {
				t.Errorf("%s: %s %v, want %s", name, payload, err, want)
			}
		}
	}
}

func TestC3_WhoComesBackGetsWhatWasMissedOnceInOrder(t *testing.T) {
	t.Parallel()
	for name, by := range carriages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			agent := h.SignIn("agent@demo.example")
			room, ada := agent.invited()
			feed := ada.follow(room, by)
			feed.until("CaughtUp")
			agent.Says("One", room)
			feed.expect("MessagePosted")
			feed.cut()
			agent.Says("Two", room)
			agent.Says("Three", room)
			back := ada.followAfter(room, feed.last, by)
			e := back.expect("MessagePosted", "MessagePosted", "CaughtUp")
			if e[0].Message.Body != "Two" || e[1].Message.Body != "Three" || e[2].Cursor != "" {
				t.Errorf("missed %+v", e)
			}
			agent.Says("Four", room)
			if e := back.expect("MessagePosted"); e[0].Message.Body != "Four" {
				t.Errorf("live %+v", e)
			}
			fresh := ada.followAfter(room, "", by)
			fresh.expect("CaughtUp")
			agent.Says("Five", room)
			if e := fresh.expect("MessagePosted"); e[0].Message.Body != "Five" {
				t.Errorf("without a cursor %+v", e)
			}
		})
	}
}

// A room in which everyone writes while everyone's connection is lost again and again.
func TestC3_TwoHundredMessagesToSubscribersWhoKeepReconnecting(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 25
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	type seen struct {
		bodies []string
		err    error
	}
	results := make(chan seen)
	for i := range 6 {
		by, who := overSocket, agent
		if i%2 == 1 {
			by, who = overStream, ada
		}
		go func() {
			bodies, err := who.reconnecting(room, by, writers*each)
			results <- seen{bodies, err}
		}()
	}
	for _, err := range together(writers, func(w int) error {
		for i := range each {
			who := []*user{agent, ada}[w%2]
			if a := h.mutate(who.token, "sendMessage", vars{"roomId": room.ID, "body": fmt.Sprintf("%d/%d", w, i)}, messageSelection); !a.isOK() {
				return fmt.Errorf("%w %s", a.err, a.body)
			}
		}
		return nil
	}) {
		if err != nil {
			t.Fatal(err)
		}
	}
	want := slices.Concat(agent.timeline(room), agent.timelineAfter(room))
	if len(want) != writers*each {
		t.Fatalf("%d messages are there", len(want))
	}
	for i := range 6 {
		if s := <-results; s.err != nil || !slices.Equal(s.bodies, want) {
			t.Errorf("subscriber %d: %v, %d messages: %q", i, s.err, len(s.bodies), s.bodies)
		}
	}
}

// timelineAfter are the messages after the first hundred.
func (p *user) timelineAfter(room place) []string {
	p.h.t.Helper()
	first := p.ask(`query ($id: ID!) { room(id: $id) { messages(first: 100) { pageInfo { endCursor } } } }`, vars{"id": room.ID}).ok()
	a := p.ask(`query ($id: ID!, $c: Cursor) { room(id: $id) { messages(first: 100, after: $c) { nodes { body } } } }`,
		vars{"id": room.ID, "c": first.text("room.messages.pageInfo.endCursor")}).ok()
	return a.texts("room.messages.nodes", "body")
}

// reconnecting follows a room over connections that are cut after a few events each, until it has seen n messages.
// Where there are other processes, it goes from one to the next.
func (p *user) reconnecting(room place, by carriage, n int, others ...*house) (bodies []string, err error) {
	last, houses := room.Start, append([]*house{p.h}, others...)
	for turn := 0; len(bodies) < n; turn++ {
		s, err := by(houses[turn%len(houses)], p.token, roomEvents, vars{"room": room.ID, "after": last})
		if err != nil {
			return bodies, err
		}
		f := &feed{t: p.h.t, subscription: s, last: last}
		for range 1 + rand.N(40) {
			e, err := f.event()
			if err != nil {
				return bodies, errors.Join(err, errors.New("after "+last))
			}
			if e.Type == "MessagePosted" {
				bodies = append(bodies, e.Message.Body)
			}
			if len(bodies) == n {
				break
			}
		}
		last = f.last
		s.cut()
	}
	return bodies, nil
}
