package main

import (
	"crypto/md5"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
)

func TestR7_TheLinkGoesWhereTheTextSaysElseAtTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	for i, c := range []struct{ own, begins, ends string }{
		{"", "Hello Ada, Demo invites you", ""},
		{"Come to <link> today", "Come to http", " today"},
		{"Talk to us.", "Talk to us. http", ""},
		{"<link>", "http", ""},
	} {
		h.exec(`UPDATE organizations SET sms_invitation_text = $1, email_invitation_text = $1 WHERE name = 'Demo'`, c.own)
		phone := h.Phone(fmt.Sprintf("+44740012340%d", i))
		mailbox := h.Mailbox(fmt.Sprintf("ada%d@customer.example", i))
		agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
		agent.Invite(agent.CreateRoom(), byEmail(mailbox), "Ada", "Lovelace")
		for _, l := range []*letter{phone.Expect(), mailbox.Expect()} {
			if !strings.HasPrefix(l.Text, c.begins) || c.ends != "" && !strings.HasSuffix(l.Text, c.ends) || strings.Count(l.Text, "/r/") != 1 {
				t.Errorf("%q became %q", c.own, l.Text)
			}
			l.Open().Enter()
		}
	}
}

func TestR7_TheCustomerSeesEverythingThatWasEverWritten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	agent.Says("Before the invitation", room)
	second.Says("By another agent", room)
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	agent.Says("After the invitation", room)

	letter := phone.Expect("Ada")
	response, body := h.fetch(http.MethodGet, letter.link)
	if kind := response.Header.Get("Content-Type"); response.StatusCode == http.StatusOK && !strings.HasPrefix(kind, "text/html") {
		t.Errorf("the page is %s: %s", kind, body)
	}
	if strings.Contains(body, tokenOf(letter.link)) || strings.Contains(body, "Lovelace") {
		t.Error("the page holds more than a page")
	}
	ada := letter.Open().Enter()
	want := []string{"Before the invitation", "By another agent", "After the invitation"}
	if got := ada.timeline(room); !slices.Equal(got, want) {
		t.Errorf("the customer sees %q", got)
	}
	agent.Says("And what comes", room)
	ada.Sees(ada.room, "And what comes")
}

// tables is what the whole database holds, by table; without the words that are taken from the log a moment later.
func (h *house) tables() map[string]string {
	h.t.Helper()
	rows, err := h.db.SQL.QueryContext(h.t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'search%'`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	all := map[string]string{}
	for rows.Next() {
		var name, content string
		if err := rows.Scan(&name); err != nil {
			h.t.Fatal(err)
		}
		q := `SELECT coalesce(string_agg(t::text, E'\n' ORDER BY t::text), '') FROM "` + name + `" t`
		if err := h.db.SQL.QueryRowContext(h.t.Context(), q).Scan(&content); err != nil {
			h.t.Fatal(err)
		}
		all[name] = fmt.Sprintf("%x", md5.Sum([]byte(content)))
	}
	return all
}

func TestR8_FetchingThePageUsesNothingUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	feed := agent.follow(room, overSocket)
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	letter := phone.Expect("Ada")
	feed.status("SENT")
	feed.status("DELIVERED")
	await(t, "the carrier to have said all", func() bool { return phone.messages()[0].Status == "DELIVERED" })

	before := h.tables()
	for range 20 {
		h.fetch(http.MethodGet, letter.link)
	}
	response, _ := h.fetch(http.MethodHead, letter.link)
	for name, want := range map[string]string{"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex", "Cache-Control": "no-store"} {
		if got := response.Header.Get(name); !strings.Contains(got, want) {
			t.Errorf("%s is %q, want %s", name, got, want)
		}
	}
	after := h.tables()
	for name := range before {
		if before[name] != after[name] {
			t.Errorf("20 GETs and a HEAD have changed the table %s", name)
		}
	}
	letter.Open().Enter()
}

func TestR8_TheLinkWorksAgainAndAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	room := agent.CreateRoom()
	agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
	page := phone.Expect("Ada").Open()
	first, again := page.Enter(), page.Enter()
	if first.id != again.id || first.token == again.token {
		t.Errorf("%s entered as %s, with the same token: %v", first.id, again.id, first.token == again.token)
	}
	first.Says("From here")
	again.Says("From there")
	first.Sees(first.room, "From here", "From there")
	again.Sees(first.room, "From here", "From there")
	if n := h.number(`SELECT count(*) FROM events WHERE kind = 'CUSTOMER_JOINED'`); n != 1 {
		t.Errorf("joining was told %d times", n)
	}
}

func TestR8_OneAnswerForEveryLinkThatDoesNotWork(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	link := func(i int) (place, string) {
		room, mailbox := agent.CreateRoom(), h.Mailbox(fmt.Sprintf("ada%d@customer.example", i))
		agent.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
		return room, tokenOf(mailbox.Expect("Ada").link)
	}
	_, good := link(0)
	expired, expiredToken := link(1)
	revoked, revokedToken := link(2)
	over, overToken := link(3)
	h.exec(`UPDATE room_links SET expires_at = now() - interval '1 second' WHERE room_id = $1`, expired.ID)
	h.exec(`UPDATE room_links SET revoked_at = now() WHERE room_id = $1`, revoked.ID)
	agent.Close(over)

	flipped := []byte(good)
	flipped[len(flipped)-5] ^= 1
	want := ""
	for cause, token := range map[string]string{
		"nothing": "", "wrong": "AZabc", "forged": string(flipped), "expired": expiredToken, "revoked": revokedToken, "closed": overToken,
		"long": strings.Repeat("x", 10000), "blind": good[:26] + strings.Repeat("A", len(good)-26),
	} {
		a := (&page{h: h, token: token}).TryEnter()
		a.refused("LINK_INVALID", "token")
		if want == "" {
			want = string(a.body)
		}
		if string(a.body) != want {
			t.Errorf("%s is answered\n%s\nwant\n%s", cause, a.body, want)
		}
	}
	(&page{h: h, token: good}).Enter()
	for _, token := range []string{"AZabc", expiredToken} {
		if response, body := h.fetch(http.MethodPost, h.url()+"/r/"+token); response.StatusCode != http.StatusNoContent || body != "" {
			t.Errorf("POST of a wrong link: %d %s", response.StatusCode, body)
		}
	}
}

func TestR8_APageIsSeenWithoutALimitOfTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("operation=0"))
	agent, mailbox := h.SignIn("agent@demo.example"), h.Mailbox("ada@customer.example")
	agent.Invite(agent.CreateRoom(), byEmail(mailbox), "Ada", "Lovelace")
	mailbox.Expect("Ada").Open()
	if n := h.number(`SELECT count(*) FROM customer_invitations WHERE opened_at IS NOT NULL`); n != 1 {
		t.Error("it was not noted that the page was seen")
	}
}

// What is wrong with a link is no news; what is wrong with us is.
func TestR8_OnlyAFaultOfOursIsLogged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, mailbox := h.SignIn("agent@demo.example"), h.Mailbox("ada@customer.example")
	agent.Invite(agent.CreateRoom(), byEmail(mailbox), "Ada", "Lovelace")
	letter := mailbox.Expect("Ada")
	before := h.log.String()
	h.open(h.url() + "/r/wrong")
	if strings.Contains(strings.TrimPrefix(h.log.String(), before), "seen") {
		t.Errorf("a refusal is logged: %s", h.log.String())
	}
	h.provoke()
	h.exec(`ALTER TABLE room_links RENAME TO gone`)
	letter.Open()
	if log := h.log.String(); !strings.Contains(log, `level=ERROR msg="note that a page was seen"`) { // the house looks for the token
		t.Errorf("a fault is not logged: %s", log)
	}
	h.exec(`ALTER TABLE gone RENAME TO room_links`)
}

func TestR9_TheLinkIsThereOnceSomeoneIsInvited(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, mailbox := h.SignIn("agent@demo.example"), h.Mailbox("ada@customer.example")
	room := agent.CreateRoom()
	canGet := func() any {
		return agent.ask(`query ($id: ID!) { room(id: $id) { canGetLink } }`, vars{"id": room.ID}).ok().find("room.canGetLink")
	}
	agent.Link(room).refused("LINK_NOT_AVAILABLE", "roomId")
	if canGet() != false {
		t.Error("canGetLink before the invitation")
	}
	agent.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
	mailbox.Expect("Ada")
	link := agent.CopyLink(room)
	if canGet() != true || !strings.HasPrefix(link, h.url()+"/r/") || agent.CopyLink(room) != link {
		t.Errorf("the link is %s", link)
	}
	if n := h.number(`SELECT count(*) FROM deliveries`); n != 1 { // the invitation
		t.Errorf("%d messages were sent", n)
	}
	ada := h.open(link).Enter()
	ada.Says("I am in")
	agent.Sees(room, "I am in")
	agent.Close(room)
	agent.Link(room).refused("ROOM_CLOSED", "roomId")
}

// Closing wins against any number who enter, and each of those is either in before or has the one answer.
func TestR8_EnteringWhileTheRoomIsClosedHasOneAnswer(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	for range 8 {
		room := agent.CreateRoom()
		agent.Invite(room, bySMS(phone), "Ada", "Lovelace")
		page := phone.Expect("Ada").Open()
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				if entered := page.TryEnter(); len(entered.userErrors()) > 0 {
					entered.refused("LINK_INVALID", "token")
				}
			})
		}
		all.Go(func() { agent.Close(room) })
		all.Wait()
		page.TryEnter().refused("LINK_INVALID", "token")
	}
}
