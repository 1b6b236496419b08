package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"parley/internal/eventlog"
)

// Bad input gets an error that says what was wrong, and the server keeps running. Each row is an operation of a member,
// with $room, an id of theirs, and $c where a cursor is wanted.
func TestX5_BadInputIsRefusedWithAReason(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, foreign := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	room := agent.CreateRoom()
	agent.Says("Hello", room)
	cursors := h.badCursors(agent, foreign)
	const list = `query ($room: ID!, $c: Cursor) { room(id: $room) { messages(%s) { nodes { id } } } }`
	for _, c := range []struct {
		query  string
		cursor string // by name
		code   string
		says   string
	}{
		{`{ room(id: 7) { nope } }`, "", "BAD_USER_INPUT", `"nope"`},
		{`{ nope }`, "", "BAD_USER_INPUT", `"nope"`},
		{`{ room }`, "", "BAD_USER_INPUT", `"id"`},
		{`{ room(id: [1, 2]) { id } }`, "", "BAD_USER_INPUT", ""},
		{`{ room(id: $nobody) { id } }`, "", "BAD_USER_INPUT", "nobody"},
		{`{ rooms(first: "ten") { totalCount } }`, "", "BAD_USER_INPUT", "Int"},
		{`{ rooms(first: 99999999999) { totalCount } }`, "", "", ""},
		{`{ rooms(first: -1) { totalCount } }`, "", "BAD_USER_INPUT", "-1"},
		{`{ rooms(last: -1) { totalCount } }`, "", "BAD_USER_INPUT", "-1"},
		{`{ rooms(first: 101) { totalCount } }`, "", "BAD_USER_INPUT", "100"},
		{`{ rooms(first: 2147483647) { totalCount } }`, "", "BAD_USER_INPUT", "100"},
		{`{ rooms(first: 1, last: 1) { totalCount } }`, "", "BAD_USER_INPUT", "first or last"},
		{`{ organization { services(first: -1) { id } } }`, "", "BAD_USER_INPUT", "-1"},
		{`{ organization { members(first: 101) { totalCount } } }`, "", "BAD_USER_INPUT", "100"},
		{`query ($room: ID!) { room(id: $room) { invitations(first: 1, last: 1) { totalCount } } }`, "", "BAD_USER_INPUT", "first or last"},
		{fmt.Sprintf(list, "first: 101"), "", "BAD_USER_INPUT", "100"},
		{fmt.Sprintf(list, "after: $c"), "malformed", "BAD_USER_INPUT", "cursor"},
		{fmt.Sprintf(list, "before: $c"), "malformed", "BAD_USER_INPUT", "cursor"},
		{fmt.Sprintf(list, "after: $c"), "foreign", "BAD_USER_INPUT", "cursor"},
		{fmt.Sprintf(list, "after: $c"), "of another room", "BAD_USER_INPUT", "cursor"},
		{fmt.Sprintf(list, "after: $c"), "of a list", "BAD_USER_INPUT", "cursor"},
		{fmt.Sprintf(list, "after: $c"), "of a lost history", "CURSOR_EXPIRED", "again"},
		{fmt.Sprintf(list, "before: $c"), "of a lost history", "CURSOR_EXPIRED", "again"},
		{fmt.Sprintf(list, "after: $c"), "NUL", "BAD_USER_INPUT", "NUL"},
		{`query ($c: Cursor) { rooms(after: $c) { totalCount nodes { id } } }`, "malformed", "BAD_USER_INPUT", "cursor"},
		{`query ($c: Cursor) { rooms(after: $c) { totalCount nodes { id } } }`, "foreign", "BAD_USER_INPUT", "cursor"},
		{`query ($c: Cursor) { organization { members(before: $c) { nodes { id } } } }`, "malformed", "BAD_USER_INPUT", "cursor"},
		{`{ node(id: "") { id } }`, "", "NOT_FOUND", "no such"},
		{`{ node(id: "room_") { id } }`, "", "NOT_FOUND", "no such"},
		{`{ node(id: "🦊") { id } }`, "", "NOT_FOUND", "no such"},
		{`{ room(id: "a\u0000b") { id } }`, "", "NOT_FOUND", "no such"},
		{`{ room(id: "msg_01h455vb4pex5vsknk084sn02q") { id } }`, "", "NOT_FOUND", "no such"},
		{`mutation ($room: ID!) { sendMessage(input: {roomId: $room, body: "a\u0000b"}) { message { id } } }`, "", "BAD_USER_INPUT", "NUL"},
		{`mutation ($room: ID!) { sendMessage(input: {roomId: $room, body: 7}) { message { id } } }`, "", "", ""},
		{`mutation ($room: ID!) { sendMessage(input: {roomId: $room, body: "a", more: 1}) { message { id } } }`, "", "BAD_USER_INPUT", "more"},
		{`mutation ($room: ID!) { inviteCustomer(input: {roomId: $room, channel: PIGEON, to: "a", firstName: "a", lastName: "a"}) { confirmation } }`, "", "BAD_USER_INPUT", "PIGEON"},
		{`mutation { createRoom { room { id } } }`, "", "BAD_USER_INPUT", "input"},
		{`subscription ($room: ID!) { roomEvents(roomId: $room) { cursor } }`, "", "BAD_USER_INPUT", "WebSocket"},
		{`{ rooms { nodes { messages { nodes { room { messages { nodes { room { messages { nodes { id } } } } } } } } } } }`, "", "QUERY_TOO_COMPLEX", "limit"},
		{`{ rooms(first: 100) { nodes { messages(first: 100) { nodes { id } } } } }`, "", "QUERY_TOO_COMPLEX", "cost"},
	} {
		variables := vars{"room": room.ID}
		if c.cursor != "" {
			variables["c"] = cursors[c.cursor]
		}
		for name := range variables {
			if !strings.Contains(c.query, "($"+name) && !strings.Contains(c.query, ", $"+name) {
				delete(variables, name)
			}
		}
		if strings.Contains(c.query, "messages(first: 101)") { // which has no use for a cursor
			c.query = strings.Replace(c.query, ", $c: Cursor", "", 1)
			delete(variables, "c")
		}
		a := agent.ask(c.query, variables)
		got := a.code()
		if c.code == "" && got != "" && got != "INTERNAL" { // any reason will do
			got = ""
		}
		if len(a.Errors) == 0 || got != c.code || !strings.Contains(a.Errors[0].Message, c.says) {
			t.Errorf("%s %s: %d %s, want %s about %q", c.query, c.cursor, a.status, a.body, c.code, c.says)
		}
	}
	agent.Says("The server is still there", room)
}

// badCursors are cursors that are none of the agent's newest room, which has no events.
func (h *house) badCursors(agent, foreign *user) map[string]string {
	rooms := agent.ask(`{ rooms(first: 1) { edges { cursor } } }`, nil).ok()
	own, err := eventlog.ParseCursor(agent.ask(`{ rooms(first: 1) { nodes { lastCursor } } }`, nil).ok().text("rooms.nodes.0.lastCursor"))
	if err != nil {
		h.t.Fatal(err)
	}
	lost, ahead := own, own
	lost.Epoch++
	ahead.Seq += 1000
	return map[string]string{
		"malformed": "not a cursor", "NUL": "a\x00b", "of a list": rooms.text("rooms.edges.0.cursor"),
		"foreign": foreign.CreateRoom().Start, "of another room": agent.CreateRoom().Start,
		"of a lost history": lost.String(), "ahead": ahead.String(),
	}
}

func TestX5_ACursorAheadOfTheLogHasExpired(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, foreign := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	room := agent.CreateRoom()
	cursors := h.badCursors(agent, foreign)
	want := map[string]string{
		"ahead": "CURSOR_EXPIRED", "of a lost history": "CURSOR_EXPIRED",
		"malformed": "BAD_USER_INPUT", "foreign": "BAD_USER_INPUT", "of another room": "BAD_USER_INPUT", "of a list": "BAD_USER_INPUT", "NUL": "BAD_USER_INPUT",
	}
	for transport, by := range carriages {
		for name, cursor := range cursors {
			end := agent.followAfter(room, cursor, by).end()
			if len(end.errors) != 1 || end.errors[0].Extensions.Code != want[name] {
				t.Errorf("%s, a cursor %s: %v, want %s", transport, name, end, want[name])
			}
		}
	}
	if a := agent.ask(`query ($id: ID!, $c: Cursor) { room(id: $id) { messages(after: $c) { nodes { id } } } }`, vars{"id": room.ID, "c": cursors["ahead"]}); a.code() != "CURSOR_EXPIRED" {
		t.Errorf("messages after a cursor ahead: %s", a.body)
	}
}

func TestX5_BadRequestsAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	for body, status := range map[string]int{
		``: 400, `{`: 400, `[]`: 400, `null`: 400, `"hunter2secret"`: 400, `{"query": 7}`: 400, `{"query": "{viewer{__typename}}", "variables": []}`: 400,
		`{"query": "{viewer{__typename}}"} trailing`: 400, `{"password": "hunter2secret`: 400,
		`{"query": "` + strings.Repeat(" ", 200_000) + `"}`: 413,
	} {
		a := h.post(agent.token, []byte(body))
		if a.status != status || len(a.Errors) != 1 || strings.Contains(string(a.body), "hunter2") {
			t.Errorf("%.40s: %d %s", body, a.status, a.body)
		}
	}
	query, _ := json.Marshal(map[string]string{"query": strings.Repeat("{ a ", 3000)}) // of texts
	if a := h.post(agent.token, query); a.code() == "" || a.code() == "INTERNAL" {
		t.Errorf("a deep query: %s", a.body)
	}
	if a := h.post("wrong token", []byte(`{"query":"{viewer{__typename}}"}`)); a.status != 401 || a.code() != "UNAUTHENTICATED" {
		t.Errorf("a wrong token: %d %s", a.status, a.body)
	}
	if r, _ := h.fetch(http.MethodGet, h.url()+"/graphql?query=mutation%7BcreateRoom(input%3A%7B%7D)%7Broom%7Bid%7D%7D%7D"); r.StatusCode != 405 {
		t.Errorf("a mutation by GET: %d", r.StatusCode)
	}
	if r, _ := h.fetch(http.MethodPut, h.url()+"/graphql"); r.StatusCode != 405 {
		t.Errorf("PUT: %d", r.StatusCode)
	}
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""} {
		if a := h.post(agent.token, []byte(`{"query":"{viewer{__typename}}"}`), "Content-Type", media); a.status != 415 {
			t.Errorf("%q: %d", media, a.status)
		}
	}
	agent.CreateRoom()
}
