package main

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// untilTaken tries something until it is not put off any more, as clients do: of many on a slow machine, some are.
func untilTaken(try func() *reply) *reply {
	for {
		if a := try(); a.code() != "THROTTLED" {
			return a
		}
	}
}

// throttled fails the test unless the answer is THROTTLED and says when to come back.
func (a *reply) throttled(within time.Duration) {
	a.t.Helper()
	if wait := a.failed("THROTTLED").Extensions.RetryAfterMs; wait <= 0 || wait > float64(within.Milliseconds()) {
		a.t.Errorf("come back in %v ms", wait)
	}
}

func TestLimit_WrongPasswordsCountAndRightOnesDoNot(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	wrong := func(email string) *reply { return h.trySignIn(email, "the wrong password") }
	for range 4 {
		wrong("AGENT@demo.example").refused("CREDENTIALS_INVALID")
	}
	for range 6 {
		h.SignIn("agent@demo.example")
	}
	wrong("agent@DEMO.example").refused("CREDENTIALS_INVALID")
	wrong("agent@demo.example").throttled(15 * time.Minute)
	h.trySignIn("agent@demo.example", demoPassword).throttled(15 * time.Minute) // or a guess would show that it is right
	h.SignIn("second@demo.example")

	unknown := wrong("nobody@demo.example")
	unknown.refused("CREDENTIALS_INVALID")
	if known := wrong("lead@demo.example"); string(known.body) != string(unknown.body) {
		t.Errorf("whether someone is known shows: %s, %s", known.body, unknown.body)
	}
}

func TestLimit_WrongPasswordsCountByAddressToo(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("sign-in-per-address=6"))
	for i := range 6 {
		h.trySignIn(fmt.Sprintf("nobody%d@demo.example", i), "x").refused("CREDENTIALS_INVALID")
	}
	h.trySignIn("agent@demo.example", demoPassword).throttled(15 * time.Minute)
}

func TestLimit_GuessesAreOneAnOperation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	guess := `enterRoom(input: {token: "x"}) { userErrors { code } }`
	h.ask("", `mutation { a: `+guess+` b: `+guess+` }`, nil).failed("QUERY_TOO_COMPLEX")
	if n := h.number(`SELECT count(*) FROM attempts`); n != 0 {
		t.Errorf("%d attempts were counted", n)
	}
}

func TestLimit_TheEleventhWrongLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, _ := agent.invited()
	good := &page{h: h, token: tokenOf(agent.CopyLink(room))}
	for i := range 9 {
		(&page{h: h, token: fmt.Sprint("wrong", i)}).TryEnter().refused("LINK_INVALID", "token")
	}
	for range 3 {
		good.Enter() // does not count
	}
	(&page{h: h, token: "wrong"}).TryEnter().refused("LINK_INVALID", "token")
	(&page{h: h, token: "wrong"}).TryEnter().throttled(15 * time.Minute)
	good.TryEnter().throttled(15 * time.Minute) // or a guess would show that it is right
}

// A storm of people who come back keeps nobody out.
func TestLimit_RightOnesAtTheSameMomentAreAllLetIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, _ := agent.invited()
	good := &page{h: h, token: tokenOf(agent.CopyLink(room))}
	for _, a := range together(60, func(int) *reply { return good.TryEnter() }) {
		a.ok()
	}
	for _, a := range together(20, func(int) *reply { return h.trySignIn("second@demo.example", demoPassword) }) {
		a.ok()
	}
	if n := h.number(`SELECT coalesce(sum(count), 0) FROM attempts WHERE id LIKE 'link-%' OR id LIKE 'sign-in-%'`); n != 0 {
		t.Errorf("%d failures are counted", n)
	}
}

func TestLimit_WrongLinksAtTheSameMoment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	answered := 0
	for _, a := range together(60, func(i int) *reply { return (&page{h: h, token: fmt.Sprint("wrong", i)}).TryEnter() }) {
		if strings.Contains(string(a.body), "LINK_INVALID") {
			answered++
		} else {
			a.throttled(15 * time.Minute)
		}
	}
	if answered != 10 {
		t.Errorf("%d were answered, want the 10 of the limit", answered)
	}
}

func TestLimit_AThousandWrongLinksOverOneWebSocket(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	s, err := h.dial("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.cut)
	const all, atOnce = 1000, 20
	codes := map[string]int{}
	for i := range all / atOnce {
		for j := range atOnce {
			token := fmt.Sprintf("wrong%d", i*atOnce+j)
			if err := s.start(fmt.Sprint(j), `mutation ($t: String!) { enterRoom(input: {token: $t}) { userErrors { code } } }`, vars{"t": token}); err != nil {
				t.Fatal(err)
			}
		}
		for answered := 0; answered < atOnce; {
			m, err := s.receive()
			if err != nil {
				t.Fatal(err)
			}
			text := string(m.Payload)
			switch {
			case m.Type == "complete" || m.Type == "error":
				answered++
			case strings.Contains(text, "LINK_INVALID"):
				codes["LINK_INVALID"]++
			case strings.Contains(text, "THROTTLED") && strings.Contains(text, "retryAfterMs"):
				codes["THROTTLED"]++
			default:
				codes[text]++
			}
		}
	}
	if codes["LINK_INVALID"] != 10 || codes["THROTTLED"] != all-10 {
		t.Errorf("answered %v", codes)
	}
}

func TestLimit_MessagesOfAPerson(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("messages-per-second=1"))
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room := agent.CreateRoom()
	began, accepted := time.Now(), 0
	for _, a := range together(100, func(int) *reply {
		return agent.mutate("sendMessage", vars{"roomId": room.ID, "body": "Hi"}, "message { id }")
	}) {
		if a.isOK() {
			accepted++
		} else {
			a.throttled(2 * time.Minute)
		}
	}
	if most := 60 + int(time.Since(began).Seconds()) + 1; accepted < 60 || accepted > most {
		t.Errorf("%d were accepted, want 60 to %d", accepted, most)
	}
	if n := h.number(`SELECT count(*) FROM events`); n != accepted {
		t.Errorf("%d are there of %d accepted", n, accepted)
	}
	second.Says("Others may", room)
}

func TestLimit_TheFourthInvitationToANumberInAnHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	for range 3 {
		agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
		phone.Expect("Ada")
	}
	room := second.CreateRoom()
	for range 2 {
		second.TryInvite(room, vars{"channel": "SMS", "to": "+44 7400 123456"}, "Ada", "Lovelace").throttled(time.Hour)
	}
	a := second.ask(`query ($id: ID!) { room(id: $id) { name customer { id } invitations { totalCount } lastCursor } }`, vars{"id": room.ID}).ok()
	if a.text("room.name") != "Collaboration Room" || a.find("room.customer") != nil || a.text("room.lastCursor") != room.Start {
		t.Errorf("a throttled invitation left %s", a.body)
	}
	if n := h.number(`SELECT count(*) FROM deliveries`); n != 3 {
		t.Errorf("%d messages were sent", n)
	}
	mailbox := h.Mailbox("ada@customer.example")
	second.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
	mailbox.Expect("Ada")
}

func TestLimit_InvitationsOfAMember(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("invites-per-member-hour=2"))
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	for i := range 3 {
		mailbox := h.Mailbox(fmt.Sprintf("ada%d@customer.example", i))
		if i < 2 {
			agent.Invite(agent.CreateRoom(), byEmail(mailbox), "Ada", "Lovelace")
		} else {
			agent.TryInvite(agent.CreateRoom(), byEmail(mailbox), "Ada", "Lovelace").throttled(time.Hour)
			second.Invite(second.CreateRoom(), byEmail(mailbox), "Ada", "Lovelace")
		}
		mailbox.Expect("Ada")
	}
}
