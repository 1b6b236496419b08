package main

import (
	"slices"
	"strings"
	"testing"
	"time"
)

// office is a house with rooms to be listed, by the names that tests have for them.
type office struct {
	*house
	agent, second *user
	rooms         map[string]place
}

// newOffice has five rooms, the first of them the least active. The agent opened ada and draft, the second agent the
// others; the agent has invited Emmy. What was opened as gone has become one with carl, which is closed.
func newOffice(t *testing.T) *office {
	t.Helper()
	h := newHouse(t)
	o := &office{house: h, agent: h.SignIn("agent@demo.example"), second: h.SignIn("second@demo.example"), rooms: map[string]place{}}
	phone, mailbox, other := h.Phone(adasNumber), h.Mailbox("Emmy_1.Noether@Customer.example"), h.Mailbox("carl@customer.example")
	o.rooms["ada"], o.rooms["emmy"], o.rooms["carl"] = o.agent.CreateRoom(), o.second.CreateRoom(), o.second.CreateRoom()
	o.rooms["draft"], o.rooms["gone"] = o.agent.CreateRoom(), o.agent.CreateRoom()
	o.agent.Invite(o.rooms["ada"], bySMS(phone), "Ada Maria", "O'Neil-Lovelace")
	o.agent.Invite(o.rooms["emmy"], byEmail(mailbox), "Emmy", "Noether")
	o.second.Invite(o.rooms["carl"], byEmail(other), "Carl", "Gauß")
	for _, d := range []*device{phone, mailbox, other} {
		h.expected[d.address]++
	}
	for _, name := range []string{"ada", "emmy", "carl"} {
		sending := o.agent.follow(o.rooms[name], overStream)
		sending.status("SENT")
		sending.status("DELIVERED") // after which nothing happens by itself
	}
	o.second.Close(o.rooms["carl"])
	h.exec(`UPDATE customers SET retired_at = now() WHERE first_name = 'Carl'`)
	h.exec(`UPDATE rooms SET status = 'MERGED', merged_into_id = $1 WHERE id = $2`, o.rooms["carl"].ID, o.rooms["gone"].ID)
	for i, name := range []string{"ada", "emmy", "carl", "draft", "gone"} {
		o.opened(name, day(i+1))
		o.active(name, day(i+11))
	}
	return o
}

func day(n int) time.Time { return time.Date(2026, 3, n, 9, 30, 0, 0, time.UTC) }

func (o *office) opened(name string, at time.Time) {
	o.t.Helper()
	o.exec(`UPDATE rooms SET created_at = $1 WHERE id = $2`, at, o.rooms[name].ID)
}

func (o *office) active(name string, at time.Time) {
	o.t.Helper()
	o.exec(`UPDATE streams SET last_at = $1::timestamptz, active_at = $1::timestamptz - interval '7 minutes' WHERE id = (SELECT stream_id FROM rooms WHERE id = $2)`, at, o.rooms[name].ID)
}

const listing = `query ($filter: RoomFilter, $orderBy: RoomOrder, $first: Int, $after: Cursor, $last: Int, $before: Cursor) {
	rooms(filter: $filter, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
		totalCount pageInfo { endCursor startCursor } nodes { id name customer { name } createdBy { name } lastActivityAt lastCursor }
	}
}`

// lists are the rooms that somebody is shown, by their names.
func (o *office) lists(p *user, variables vars) (names []string) {
	o.t.Helper()
	a := p.ask(listing, variables).ok()
	for _, id := range a.texts("rooms.nodes", "id") {
		for name, room := range o.rooms {
			if room.ID == id {
				names = append(names, name)
			}
		}
	}
	if total := int(a.find("rooms.totalCount").(float64)); variables["first"] == nil && variables["last"] == nil && total != len(names) {
		o.t.Errorf("%v: %d in all, and these: %v", variables, total, names)
	}
	return names
}

func TestR18_RoomsAreListedInBothOrders(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.active("ada", day(20))
	for _, c := range []struct{ field, direction, want string }{
		{"", "", "ada draft carl emmy"},
		{"UPDATED_AT", "DESC", "ada draft carl emmy"},
		{"UPDATED_AT", "ASC", "emmy carl draft ada"},
		{"CREATED_AT", "DESC", "draft carl emmy ada"},
		{"CREATED_AT", "ASC", "ada emmy carl draft"},
	} {
		ask := vars{}
		if c.field != "" {
			ask["orderBy"] = vars{"field": c.field, "direction": c.direction}
		}
		want := strings.Fields(c.want)
		if got := o.lists(o.agent, ask); !slices.Equal(got, want) {
			t.Errorf("%v: %v, want %v", ask, got, want)
		}
		var forwards, backwards []string
		for after := (any)(nil); len(forwards) < len(want); {
			ask := ask.with(vars{"first": 1, "after": after})
			forwards = append(forwards, o.lists(o.agent, ask)...)
			after = o.agent.ask(listing, ask).ok().find("rooms.pageInfo.endCursor")
		}
		for before := (any)(nil); len(backwards) < len(want); {
			ask := ask.with(vars{"last": 1, "before": before})
			backwards = append(o.lists(o.agent, ask), backwards...)
			before = o.agent.ask(listing, ask).ok().find("rooms.pageInfo.startCursor")
		}
		if !slices.Equal(forwards, want) || !slices.Equal(backwards, want) {
			t.Errorf("%v: one by one %v, from the end %v, want %v", ask, forwards, backwards, want)
		}
	}
}

// A cursor is a moment: where the order changes, it stands at the same moment.
func TestR18_ACursorStandsInAnyOrder(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	byCreation := vars{"orderBy": vars{"field": "CREATED_AT", "direction": "ASC"}}
	last := o.agent.ask(listing, byCreation).ok().find("rooms.pageInfo.endCursor") // day 4, before anything was active
	if got := o.lists(o.agent, vars{"first": 9, "after": last}); len(got) != 0 {
		t.Errorf("before the first activity there is %v", got)
	}
	if got := o.lists(o.agent, vars{"last": 9, "before": last}); len(got) != 4 {
		t.Errorf("since the first activity there is %v", got)
	}
}

func TestR18_RoomsAreFiltered(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.exec(`UPDATE rooms SET status = 'TIMED_OUT' WHERE id = $1`, o.rooms["emmy"].ID)
	for _, c := range []struct {
		filter vars
		want   string
	}{
		{vars{}, "draft carl emmy ada"},
		{vars{"status": nil, "agentId": "", "customerName": " ", "phone": "", "email": "\t", "createdAfter": nil}, "draft carl emmy ada"},
		{vars{"status": []string{}}, "draft carl emmy ada"},

		{vars{"status": "ACTIVE"}, "ada"},
		{vars{"status": []string{"DRAFT", "CLOSED", "CLOSED"}}, "draft carl"},
		{vars{"status": "TIMED_OUT"}, "emmy"},
		{vars{"status": "MERGED"}, "gone"},
		{vars{"status": []string{"ACTIVE", "MERGED"}}, "gone ada"},

		{vars{"agentId": o.agent.id}, "draft carl emmy ada"}, // opened, took in what they opened, invited, both
		{vars{"agentId": o.second.id}, "carl emmy"},
		{vars{"agentId": o.agent.id, "status": "MERGED"}, "gone"},
		{vars{"agentId": o.SignIn("agent@other.example").id}, ""},
		{vars{"agentId": o.rooms["ada"].ID}, ""},

		{vars{"customerName": "ADA"}, "ada"},
		{vars{"customerName": "  o'n   mar "}, "ada"},
		{vars{"customerName": "noether emmy"}, "emmy"},
		{vars{"customerName": "emmy emmy"}, "emmy"},
		{vars{"customerName": "GAUß"}, "carl"},
		{vars{"customerName": "lovelace"}, "ada"}, // behind a hyphen
		{vars{"customerName": "ovelace"}, ""},     // in the middle of a word
		{vars{"customerName": "ada emmy"}, ""},
		{vars{"customerName": `a' | 'b`}, ""},
		{vars{"customerName": `ada:* & !x \`}, ""},
		{vars{"customerName": "%"}, ""},

		{vars{"phone": adasNumber}, "ada"},
		{vars{"phone": "+44 (0)7400-12"}, "ada"},
		{vars{"phone": "0044 7400.12"}, "ada"},
		{vars{"phone": "447400"}, "ada"},
		{vars{"phone": "+"}, "ada"},
		{vars{"phone": "7400"}, ""},
		{vars{"phone": "+49"}, ""},
		{vars{"phone": "ada"}, ""},
		{vars{"phone": "+44%"}, "ada"}, // punctuation

		{vars{"email": "EMMY_1."}, "emmy"},
		{vars{"email": " emmy_1.noether@customer.example "}, "emmy"},
		{vars{"email": "carl@"}, "carl"}, // whose room is closed
		{vars{"email": "noether"}, ""},
		{vars{"email": "emmy__"}, ""},
		{vars{"email": "%"}, ""},
		{vars{"email": `\`}, ""},

		{vars{"createdAfter": day(2)}, "draft carl"},
		{vars{"createdBefore": day(2)}, "ada"},
		{vars{"createdAfter": day(1), "createdBefore": day(3)}, "emmy"},
		{vars{"updatedAfter": day(12)}, "draft carl"},
		{vars{"updatedBefore": day(12)}, "ada"},
		{vars{"updatedAfter": day(12).Add(-time.Microsecond), "updatedBefore": day(12).Add(time.Microsecond)}, "emmy"},
		{vars{"updatedAfter": "0001-01-01T00:00:00Z", "createdBefore": "9999-12-31T23:59:59Z"}, "draft carl emmy ada"},
		{vars{"updatedBefore": "0001-01-01T00:00:00Z"}, ""},

		{vars{"agentId": o.second.id, "status": "CLOSED", "customerName": "g", "email": "carl", "createdAfter": day(1), "updatedBefore": day(31)}, "carl"},
		{vars{"agentId": o.second.id, "phone": "+44"}, ""},
	} {
		for _, order := range []vars{nil, {"field": "CREATED_AT", "direction": "DESC"}} {
			if got := o.lists(o.agent, vars{"filter": c.filter, "orderBy": order}); !slices.Equal(got, strings.Fields(c.want)) {
				t.Errorf("%v: %v, want %v", c.filter, got, c.want)
			}
		}
	}
	if got := o.SignIn("agent@other.example").ask(listing, vars{"filter": vars{"customerName": "ada"}}).ok().find("rooms.totalCount"); got != 0.0 {
		t.Errorf("another organisation finds %v of them", got)
	}
}

func TestR18_AFilterIsOfReasonableLength(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, name := range []string{"customerName", "phone", "email"} {
		refusal := o.agent.ask(listing, vars{"filter": vars{name: strings.Repeat("é", 101)}}).failed("BAD_USER_INPUT")
		if !strings.Contains(refusal.Message, name) || !strings.Contains(refusal.Message, "100") {
			t.Errorf("it says %q", refusal.Message)
		}
		o.agent.ask(listing, vars{"filter": vars{name: strings.Repeat("é", 100)}}).ok()
	}
	o.agent.ask(listing, vars{"filter": vars{"status": "OPEN"}}).failed("BAD_USER_INPUT")
	o.agent.ask(listing, vars{"orderBy": vars{"field": "NAME", "direction": "ASC"}}).failed("BAD_USER_INPUT")
	lifted := newHouse(t, withLimits("filter-characters=0"))
	lifted.SignIn("agent@demo.example").ask(listing, vars{"filter": vars{"customerName": strings.Repeat("a", 5000)}}).ok()
}
