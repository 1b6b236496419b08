package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// listener is a subscription of one person, and what it brings.
type listener struct {
	*testing.T
	subscription
	who string
}

func (h *house) listens(t *testing.T, p *user, query string, room place, by carriage) *listener {
	t.Helper()
	s, err := by(h, p.token, query, vars{"room": room.ID})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.cut)
	return &listener{t, s, p.name}
}

// gets reads on to a result with the part, and returns it.
func (a *listener) gets(part string) string {
	a.Helper()
	defer within(a)()
	for {
		payload, err := a.next()
		if err != nil {
			a.Fatalf("%s waited for %s, %s at most: %v", a.who, part, longEnough, err)
		}
		if strings.Contains(string(payload), part) {
			return string(payload)
		}
	}
}

// Whoever asks for the same at the same time, nobody gets what is for another.
func TestX2_WhoSharesAnExecutionSeesWhatIsTheirs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, foreign := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.SignIn("agent@other.example")
	room, ada := agent.invited()
	const query = `subscription ($room: ID!) { roomEvents(roomId: $room) { __typename room { name }
		actor { ... on Member { firstName } ... on Customer { firstName } }
		... on InvitationStatusChanged { status invitation { to } } ... on MessagePosted { message { body } } } }`
	const withEmail = `subscription ($room: ID!) { roomEvents(roomId: $room) { __typename
		... on MessagePosted { message { body author { ... on Member { email } } } } } }`
	for name, by := range carriages {
		t.Run(name, func(t *testing.T) {
			members := []*listener{h.listens(t, agent, query, room, by), h.listens(t, second, query, room, by)}
			customer := h.listens(t, ada, query, room, by)
			addresses := map[*listener]bool{
				h.listens(t, agent, withEmail, room, by): true, h.listens(t, ada, withEmail, room, by): false,
				h.listens(t, second, withEmail, room, by): true,
			}
			for _, a := range append(members, customer) {
				a.gets("CaughtUp")
			}
			for a := range addresses {
				a.gets("CaughtUp")
			}
			refused, err := by(h, foreign.token, query, vars{"room": room.ID})
			if err != nil {
				t.Fatal(err)
			}
			defer refused.cut()
			if payload, err := refused.next(); err == nil || !strings.Contains(err.Error(), "NOT_FOUND") {
				t.Errorf("another organisation gets %s, %v", payload, err)
			}
			agent.Says("to all, over "+name, room)
			for _, a := range append(members, customer) {
				if got := a.gets("to all"); !strings.Contains(got, `"firstName":"Ari"`) || !json.Valid([]byte(got)) {
					t.Errorf("%s gets %s", a.who, got)
				}
			}
			for a, may := range addresses {
				if got := a.gets("to all"); strings.Contains(got, "agent@demo.example") != may {
					t.Errorf("%s gets %s", a.who, got)
				}
			}
		})
	}
	// What an invitation is addressed to is for members, in a shared result as in one's own.
	draft, mailbox := agent.CreateRoom(), h.Mailbox("bo@customer.example")
	feeds := []*listener{h.listens(t, agent, query, draft, overSocket), h.listens(t, second, query, draft, overStream)}
	for _, a := range feeds {
		a.gets("CaughtUp")
	}
	agent.Invite(draft, byEmail(mailbox), "Bo", "Byron")
	for _, a := range feeds {
		if got := a.gets(`"status":"DELIVERED"`); !strings.Contains(got, "bo@customer.example") {
			t.Errorf("%s gets %s", a.who, got)
		}
	}
	page := mailbox.Expect("Bo").Open()
	one := page.Enter()
	others := []*listener{h.listens(t, one, query, draft, overSocket), h.listens(t, page.Enter(), query, draft, overStream)}
	for _, a := range others {
		a.gets("CaughtUp")
	}
	agent.Says("hello Bo", draft)
	for _, a := range others {
		if got := a.gets("hello Bo"); strings.Contains(got, "bo@customer.example") {
			t.Errorf("%s gets %s", a.who, got)
		}
	}
}
