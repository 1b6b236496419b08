package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/gobwas/ws"
)

// notice is an event of an inbox as a subscriber gets it.
type notice struct {
	Type       string `json:"__typename"`
	Cursor     string
	OccurredAt time.Time
	ExpiresAt  time.Time // of an offer
	Actor      *struct{ Name string }
	Room       struct {
		ID, Name, Status, LastCursor string
		UnreadCount                  int
	}
	Member       struct{ ID, State, StateReason string }
	Conversation struct{ ID, Status string }
}

const inboxEvents = `subscription ($after: Cursor) { inboxEvents(after: $after) {
	__typename cursor occurredAt actor { ... on Member { name } ... on Customer { name } }
	... on RoomUpdated { room { id name status lastCursor unreadCount } } ... on AgentStateChanged { member { id state stateReason } }
	... on ChatOffered { expiresAt conversation { id status } } ... on ChatWithdrawn { conversation { id status } } ... on SmsConversationUpdated { conversation { id status } } } }`

// inboxFeed is a subscriber to inboxEvents.
type inboxFeed struct {
	t testing.TB
	subscription
	last string // cursor of the newest event
}

// inbox subscribes behind a cursor, or from now on where there is none.
func (p *user) inbox(after string, by carriage) *inboxFeed {
	p.h.t.Helper()
	variables := vars{}
	if after != "" {
		variables["after"] = after
	}
	s, err := by(p.h, p.token, inboxEvents, variables)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.h.t.Cleanup(s.cut)
	return &inboxFeed{t: p.h.t, subscription: s, last: after}
}

// notice returns the next event, whose cursor has to be there and not before the last one.
func (i *inboxFeed) notice() (notice, error) {
	payload, err := i.next()
	if err != nil {
		return notice{}, err
	}
	var result struct {
		Data   struct{ InboxEvents *notice }
		Errors []refusal
	}
	if err := json.Unmarshal(payload, &result); err != nil || len(result.Errors) > 0 || result.Data.InboxEvents == nil {
		return notice{}, fmt.Errorf("not an event: %s %w", payload, err)
	}
	n := *result.Data.InboxEvents
	if n.Cursor == "" || n.Cursor < i.last || time.Since(n.OccurredAt).Abs() > time.Minute {
		return notice{}, fmt.Errorf("after %s came %s", i.last, payload)
	}
	i.last = n.Cursor
	return n, nil
}

// expect reads the next event, which has to be of the type.
func (i *inboxFeed) expect(want string) notice {
	i.t.Helper()
	n, err := i.notice()
	if err != nil || n.Type != want {
		i.t.Fatalf("got %s %v, want %s", n.Type, err, want)
	}
	return n
}

// tells reads the next events, which have to be news of these rooms, each once.
func (i *inboxFeed) tells(rooms ...place) (all []notice) {
	i.t.Helper()
	for _, room := range rooms {
		n := i.expect("RoomUpdated")
		if n.Room.ID != room.ID {
			i.t.Fatalf("got news of %s, want %s", n.Room.ID, room.ID)
		}
		all = append(all, n)
	}
	return all
}

// catchesUp reads on until all that was missed has been told.
func (i *inboxFeed) catchesUp() {
	i.t.Helper()
	defer within(i)()
	for {
		if n, err := i.notice(); err != nil || n.Type == "InboxCaughtUp" {
			if err != nil {
				i.t.Fatalf("waited for InboxCaughtUp, %s at most: %v", longEnough, err)
			}
			return
		}
	}
}

// end reads on to the end.
func (i *inboxFeed) end() *ending {
	i.t.Helper()
	defer within(i)()
	for {
		var end *ending
		if _, err := i.notice(); errors.As(err, &end) {
			return end
		} else if err != nil {
			i.t.Fatalf("waited for the end, %s at most: %v", longEnough, err)
		}
	}
}

// rooms opens some rooms.
func (p *user) rooms(n int) []place {
	p.h.t.Helper()
	all := make([]place, n)
	for i := range all {
		all[i] = p.CreateRoom()
	}
	return all
}

func TestC3_TheInboxTellsWhichRoomsHaveNews(t *testing.T) {
	t.Parallel()
	for name, by := range carriages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
			rooms := second.rooms(3)
			i := agent.inbox("", by)
			i.expect("InboxCaughtUp")
			for n, room := range rooms {
				last := second.Says("Hello", room).text("message.cursor")
				told := i.tells(room)[0]
				if told.Actor == nil || told.Actor.Name != second.name || told.Room.Name != "Collaboration Room" || told.Room.LastCursor != last || told.Room.UnreadCount != 1 {
					t.Errorf("of room %d it tells %+v by %+v", n, told, told.Actor)
				}
			}
			agent.Says("Mine", rooms[0])
			if told := i.tells(rooms[0])[0]; told.Actor.Name != agent.name || told.Room.UnreadCount != 1 {
				t.Errorf("of a message of one's own it tells %+v by %+v", told, told.Actor)
			}
			second.Close(rooms[1])
			if told := i.tells(rooms[1])[0]; told.Room.Status != "CLOSED" {
				t.Errorf("of a room that was closed it tells %+v", told)
			}
		})
	}
}

func TestC3_WhoComesBackToTheInboxIsToldOfAllThatWasMissedInOrderAndOnce(t *testing.T) {
	t.Parallel()
	for name, by := range carriages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withLimits("rates=0"))
			agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
			rooms := second.rooms(5)
			i := agent.inbox("", by)
			i.expect("InboxCaughtUp")
			i.cut()
			say := func(which ...int) {
				for _, n := range which {
					second.Says("Hello", rooms[n])
				}
			}
			say(3, 0, 3, 3, 4)
			i = agent.inbox(i.last, by) // behind CaughtUp, which has a cursor, too
			i.tells(rooms[0], rooms[3], rooms[4])
			i.cut()
			i = agent.inbox(i.last, by)
			i.expect("InboxCaughtUp")
			say(2)
			i.tells(rooms[2])
			i.cut()
			say(1, 2, 0)
			i = agent.inbox(i.last, by)
			i.tells(rooms[1]) // and loses the connection in the middle
			i.cut()
			i = agent.inbox(i.last, by)
			i.tells(rooms[2], rooms[0])
			i.expect("InboxCaughtUp")
		})
	}
}

func TestC3_TheInboxOfAnotherProcessIsTold(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, second := one.SignIn("agent@demo.example"), one.SignIn("second@demo.example")
		rooms := second.rooms(60)
		i := agent.at(two).inbox("", overSocket)
		i.expect("InboxCaughtUp")
		var took []time.Duration
		for n, room := range rooms {
			began := time.Now()
			second.Says("Hello", room)
			i.tells(room)
			took = append(took, time.Since(began))
			if n%20 == 19 {
				i.cut()
				i = agent.at([]*house{one, two}[n/20%2]).inbox(i.last, overSocket)
				i.catchesUp() // the last one may come again, should something else have been written at that moment
			}
		}
		slices.Sort(took)
		median := took[len(took)/2]
		t.Logf("from sending to the other process's inbox: median %s, at most %s", median, took[len(took)-1])
		if median > 250*time.Millisecond { // without rings it would be half a second
			t.Errorf("half of the news took longer than %s", median)
		}
	})
}

// A process that ends between its commit and its ring leaves news that nobody has been told of.
func TestC3_TheInboxFindsWhatWasRungForNobody(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room := second.CreateRoom()
	i := agent.inbox("", overSocket)
	i.expect("InboxCaughtUp")
	const write = `WITH raised AS (UPDATE streams SET last_seq = last_seq + 1, last_at = clock_timestamp()
			WHERE id = (SELECT stream_id FROM rooms WHERE id = $1) RETURNING id, last_seq, last_at)
		INSERT INTO events (id, stream_id, seq, kind, side, actor_id, at, body)
		SELECT gen_random_uuid(), id, last_seq, 'TEXT', 'MEMBER', $2, last_at, 'Hello' FROM raised`
	h.exec(write, room.ID, second.id)
	if told := i.tells(room)[0]; told.Room.UnreadCount != 1 || told.Actor.Name != second.name {
		t.Errorf("it tells %+v", told)
	}
	h.exec(write, room.ID, second.id)
	i.cut()
	agent.inbox(i.last, overStream).tells(room)
}

func TestR13_TheInboxTellsOfRoomsThatBecomeOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	rooms := agent.rooms(2)
	from, into := rooms[0], rooms[1]
	i := agent.inbox("", overSocket)
	i.expect("InboxCaughtUp")
	agent.Says("Hello", from)
	i.tells(from)
	i.cut()
	agent.Merge(from, into)
	status := map[string]string{}
	for _, n := range agent.inbox(i.last, overSocket).tells(into, from) {
		status[n.Room.ID] = n.Room.Status
	}
	if status[from.ID] != "MERGED" || status[into.ID] == "MERGED" {
		t.Errorf("it tells %v", status)
	}
}

func TestX2_TheInboxTellsNothingOfOtherOrganisations(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, foreign := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	room, other := agent.CreateRoom(), foreign.CreateRoom()
	i, elsewhere := agent.inbox("", overSocket), foreign.inbox("", overStream)
	i.expect("InboxCaughtUp")
	elsewhere.expect("InboxCaughtUp")
	agent.Says("For Demo alone", room)
	i.tells(room)
	foreign.Says("For Other alone", other)
	elsewhere.tells(other)
	agent.Says("For Demo alone", room)
	i.tells(room)
	begin := elsewhere.last
	foreign.Says("For Other alone", other)
	elsewhere.cut()
	elsewhere = foreign.inbox(begin, overStream)
	elsewhere.tells(other)
	elsewhere.expect("InboxCaughtUp")
	foreign.inbox(i.last, overStream).tells(other) // a cursor is a time, and tells nothing of others
}

func TestX2_TheInboxIsForMembers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, ada := h.SignIn("agent@demo.example").invited()
	for _, by := range carriages {
		for p, want := range map[*user]string{ada: "FORBIDDEN", h.user("nobody", ""): "UNAUTHENTICATED"} {
			if end := p.inbox("", by).end(); len(end.errors) != 1 || end.errors[0].Extensions.Code != want {
				t.Errorf("%s gets %v, want %s", p.name, end, want)
			}
		}
	}
}

func TestX3_SigningOutEndsTheInboxAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, again := h.SignIn("agent@demo.example"), h.SignIn("agent@demo.example")
	room := again.CreateRoom()
	socket, stream, other := agent.inbox("", overSocket), agent.inbox("", overStream), again.inbox("", overSocket)
	for _, i := range []*inboxFeed{socket, stream, other} {
		i.expect("InboxCaughtUp")
	}
	agent.SignOut()
	began := time.Now()
	if end := socket.end(); end.code != ws.StatusCode(4401) {
		t.Errorf("the WebSocket ended with %v", end)
	}
	if end := stream.end(); len(end.errors) != 1 || end.errors[0].Extensions.Code != "UNAUTHENTICATED" {
		t.Errorf("the stream ended with %v", end)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	again.Says("Those who are left are told", room)
	other.tells(room)
}

func TestX5_AWrongCursorOfAnInboxIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	i := agent.inbox("", overSocket)
	i.expect("InboxCaughtUp")
	refuses := func(cursor, want string) {
		t.Helper()
		if end := agent.inbox(cursor, overStream).end(); len(end.errors) != 1 || end.errors[0].Extensions.Code != want {
			t.Errorf("%s: %v, want %s", cursor, end, want)
		}
	}
	for _, wrong := range []string{"nonsense", room.Start, i.last + "0", "A" + i.last[1:]} {
		refuses(wrong, "BAD_USER_INPUT")
	}
	future := i.last[:8] + "0v" + i.last[10:] // some centuries on
	refuses(future, "CURSOR_EXPIRED")
	agent.mutate("markRead", vars{"roomId": room.ID, "cursor": i.last}, "").failed("BAD_USER_INPUT")
}

func TestC3_TheInboxSaysThatItIsAlive(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("heartbeat=50ms"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	i := agent.inbox("", overSocket)
	i.expect("InboxCaughtUp")
	i.expect("InboxHeartbeat")
	i.cut()
	agent.Says("Hello", room)
	agent.inbox(i.last, overSocket).tells(room)
}
