package main

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

var codePattern = regexp.MustCompile(`^([34679CDFGHJKMNPQRTVWXY]{3}-){2}[34679CDFGHJKMNPQRTVWXY]{3}$`)

func TestS4_OneCodeAsCodeLinkAndText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room := agent.CreateRoom()
	s := agent.starts(room)
	feed := agent.follow(room, overSocket)
	feed.until("SupportSessionStarted")
	a := agent.tryInvite(s, "VIEW_ONLY", nil).ok()
	c := s.codeIn(a)
	if !codePattern.MatchString(c.short) || c.url != h.url()+"/s/"+c.short || !strings.Contains(c.text, c.url) || !strings.Contains(c.text, c.short) || !strings.Contains(c.text, "Demo") {
		t.Errorf("the code is %s", a.body)
	}
	if ends, err := time.Parse(time.RFC3339, a.text("specialistInvitation.expiresAt")); err != nil || time.Until(ends) > 8*time.Hour || time.Until(ends) < 7*time.Hour {
		t.Errorf("it ends at %s", a.text("specialistInvitation.expiresAt"))
	}
	if e := feed.expect("CaughtUp", "SpecialistInvited")[1]; e.Code == nil || e.Code.Code != c.short {
		t.Errorf("it is told as %+v", e)
	}
	for _, p := range []*user{agent, second} { // the same, whoever asks, and nothing is told
		if again := p.tryInvite(s, "VIEW_ONLY", nil).ok(); string(again.body) != string(a.body) {
			t.Errorf("a second invitation is\n%s\nwant\n%s", again.body, a.body)
		}
		p.tryInvite(s, "CONTROL", nil).refused("ALREADY_INVITED", "access")
		got := p.ask(`query ($id: ID!) { room(id: $id) { supportSession { specialistInvitation { code } } } }`, vars{"id": room.ID}).ok()
		if got.text("room.supportSession.specialistInvitation.code") != c.short {
			t.Errorf("the session says %s", got.body)
		}
	}
	bare := strings.ReplaceAll(c.short, "-", "")
	for i, spoken := range []string{
		strings.ToLower(c.short), bare, strings.ToLower(bare), "  " + c.short + "\n", strings.ReplaceAll(c.short, "-", " "),
		strings.Join(strings.Split(bare, ""), " "), strings.ReplaceAll(c.short, "-", "–"),
	} {
		h.keepSecret("a code", strings.TrimSpace(spoken))
		expert := h.joins(spoken, "Grace Hopper")
		if expert.room.ID != room.ID {
			t.Errorf("%d leads to %s", i, expert.room.ID)
		}
		expert.tryLeave().ok()
	}
	if n := h.number(`SELECT count(*) FROM specialist_invitations`); n != 1 {
		t.Errorf("%d codes were made", n)
	}
}

func TestS4_TheLinkIsSentByEmail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, mailbox := h.SignIn("agent@demo.example"), h.Mailbox("grace@expert.example")
	s := agent.starts(agent.CreateRoom())
	a := agent.tryInvite(s, "VIEW_ONLY", vars{"email": mailbox.address}).ok()
	c := s.codeIn(a)
	letter := mailbox.Expect(c.url, "Demo")
	if !strings.Contains(letter.Subject, "Demo") || !strings.Contains(letter.HTML, c.url) || !strings.Contains(a.text("confirmation"), mailbox.address) {
		t.Errorf("%q is sent, and %q is said", letter.Subject, a.text("confirmation"))
	}
	other := h.Mailbox("ken@expert.example")
	if again := agent.tryInvite(s, "VIEW_ONLY", vars{"email": other.address}).ok(); again.text("specialistInvitation.code") != c.short {
		t.Errorf("the second one is sent %s", again.body)
	}
	other.Expect(c.url)
	h.joins(c.short, "Grace Hopper")

	agent.tryInvite(s, "VIEW_ONLY", vars{"email": "no address"}).refused("EMAIL_INVALID", "email")
	agent.tryInvite(s, "CONTROL", vars{"email": mailbox.address}).refused("ALREADY_INVITED", "access")
	h.exec(`UPDATE members SET channels = '["SMS"]' WHERE id = $1`, agent.id)
	deaf := h.SignIn("agent@demo.example")
	deaf.tryInvite(s, "VIEW_ONLY", vars{"email": mailbox.address}).refused("CHANNEL_NOT_GRANTED", "email")
	if again := deaf.tryInvite(s, "VIEW_ONLY", nil).ok(); again.text("specialistInvitation.code") != c.short {
		t.Errorf("without an address: %s", again.body)
	}
}

// What is sent twice with the same key is sent once, whether or not the code was there before.
func TestS4_ARepeatedKeySendsOneEmail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, mailbox := h.SignIn("agent@demo.example"), h.Mailbox("grace@expert.example")
	s := agent.starts(agent.CreateRoom())
	for i, key := range []string{"the first", "another"} {
		input := vars{"email": mailbox.address, "idempotencyKey": key}
		first := agent.tryInvite(s, "VIEW_ONLY", input).ok()
		again := agent.tryInvite(s, "VIEW_ONLY", input).ok()
		s.codeIn(first)
		if string(first.body) != string(again.body) {
			t.Errorf("%s\nand again\n%s", first.body, again.body)
		}
		if n := h.number(`SELECT count(*) FROM deliveries`); n != i+1 {
			t.Errorf("%d emails for %d keys", n, i+1)
		}
		mailbox.Expect()
	}
}

func TestS4_OneAnswerForEveryCodeThatDoesNotWork(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	invited := func() *code { return agent.starts(agent.CreateRoom()).invites("VIEW_ONLY") }
	good, cancelled, over, expired, closed, gone := invited(), invited(), invited(), invited(), invited(), invited()
	cancelled.cancels()
	over.of.ends()
	h.exec(`UPDATE specialist_invitations SET expires_at = now() - interval '1 second' WHERE id = $1`, expired.id)
	agent.Close(closed.of.room)
	agent.Merge(gone.of.room, agent.CreateRoom())
	for range 5 {
		h.joins(good.short, "Grace Hopper")
	}
	wrong := swapLast(good.short)
	want := ""
	for cause, typed := range map[string]string{
		"wrong": "CCC-CCC-CCC", "wrong at the end, of a full session": wrong, "cancelled": cancelled.short, "ended": over.short, "expired": expired.short,
		"of a closed room": closed.short, "of a room that has gone": gone.short, "nothing": "", "blanks": "   ", "short": good.short[:7], "long": strings.Repeat(good.short, 1000),
		"twice": good.short + good.short, "not letters": "🦊-🦊-🦊", "other letters": "ABE-IOU-018", "with an end": "%" + good.short[1:],
	} {
		a := h.tryJoin(typed, "Ken Thompson")
		a.refused("CODE_INVALID", "code")
		if want == "" {
			want = string(a.body)
		}
		if string(a.body) != want {
			t.Errorf("%s is answered\n%s\nwant\n%s", cause, a.body, want)
		}
	}
	h.tryJoin(good.short, "Ken Thompson").refused("SPECIALIST_LIMIT_REACHED")
}

// swapLast is a code with another letter at the end.
func swapLast(code string) string {
	last := "C"
	if strings.HasSuffix(code, last) {
		last = "D"
	}
	return code[:len(code)-1] + last
}

// One that has ended makes room for the next.
func TestS4_AnExpiredCodeIsFollowedByAnother(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	s := agent.starts(agent.CreateRoom())
	old := s.invites("VIEW_ONLY")
	grace := h.joins(old.short, "Grace Hopper")
	h.exec(`UPDATE specialist_invitations SET expires_at = now() - interval '1 second' WHERE id = $1`, old.id)
	if a := agent.ask(`query ($id: ID!) { room(id: $id) { supportSession { specialistInvitation { code } } } }`, vars{"id": s.room.ID}).ok(); a.find("room.supportSession.specialistInvitation") != nil {
		t.Errorf("the session still has %s", a.body)
	}
	next := s.invites("CONTROL")
	if next.short == old.short {
		t.Error("it is the same")
	}
	h.tryJoin(old.short, "Ken Thompson").refused("CODE_INVALID", "code")
	h.joins(next.short, "Ken Thompson")
	grace.Says("I am still here")
}

func TestS6_ANameComesBeforeAnything(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	s := agent.starts(agent.CreateRoom())
	c := s.invites("VIEW_ONLY")
	for name, code := range map[string]string{
		"": "REQUIRED", "  \t": "REQUIRED", "\u2800": "REQUIRED", "Grace http://evil.example": "NAME_INVALID", "<b>Grace</b>": "NAME_INVALID",
		"Grace\u202e": "NAME_INVALID", strings.Repeat("G", 65): "TOO_LONG",
	} {
		right, wrong := h.tryJoin(c.short, name), h.tryJoin("CCC-CCC-CCC", name)
		right.refused(code, "name")
		if string(right.body) != string(wrong.body) {
			t.Errorf("%q: whether the code is right shows:\n%s\n%s", name, right.body, wrong.body)
		}
	}
	if n := h.number(`SELECT (SELECT count(*) FROM specialists) + (SELECT count(*) FROM events WHERE kind = 'NOTICE' OR kind LIKE 'SPECIALIST_J%')`); n != 0 {
		t.Errorf("%d things are left", n)
	}
	if p := h.joins(c.short, "  Grace   Hopper "); p.name != "Grace Hopper" {
		t.Errorf("the name is %q", p.name)
	}
}

func TestS6_OnArrivalEverybodyKnows(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room, ada := agent.invited()
		s := agent.starts(room)
		c := s.invites("VIEW_ONLY")
		live := ada.at(two).followAfter(room, "", overSocket)
		live.expect("CaughtUp")
		joined := map[string]subscription{}
		for email, by := range map[string]carriage{"second@demo.example": overSocket, "lead@demo.example": overStream} {
			p := two.SignIn(email)
			sub, err := by(two, p.token, `subscription ($room: ID!) { specialistJoined(roomId: $room) { id name access } }`, vars{"room": room.ID})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(sub.cut)
			joined[p.name] = sub
			await(t, p.name+" to follow", func() bool { return slices.Contains(agent.at(two).attendees(room), p.name) }) // who follows is there
		}
		names := []string{"Grace Hopper", "Ken Thompson", "Barbara Liskov"}
		var want []string
		for _, name := range names {
			one.joins(c.short, name)
			e := live.expect("SpecialistJoined", "MessagePosted")
			notice := name + " has joined the session"
			if e[0].Specialist.Name != name || e[0].Actor.Name != name || e[1].Message.Body != notice || e[1].Message.Side != "SYSTEM" || e[1].Message.Author != nil {
				t.Errorf("the customer is told %+v", e)
			}
			want = append(want, notice)
		}
		if got := ada.timeline(room); !slices.Equal(got, want) {
			t.Errorf("the timeline is %q", got)
		}
		for _, p := range []*user{agent, ada, ada.at(two)} {
			here, inSession := p.attendees(room), p.inSession(room)
			for _, name := range names {
				if !slices.Contains(here, name) || !slices.Contains(inSession, name) {
					t.Errorf("%s sees %v in the room and %v in the session", p.name, here, inSession)
				}
			}
			if inSession[0] != agent.name {
				t.Errorf("%s sees %v in the session", p.name, inSession)
			}
		}
		for who, sub := range joined {
			for _, name := range names {
				payload, err := sub.next()
				if err != nil || !strings.Contains(string(payload), `"name":"`+name+`"`) {
					t.Errorf("%s: %v %s, want %s", who, err, payload, name)
				}
			}
		}
	})
}

func TestS6_SpecialistsTakePart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	ada.Says("Before anybody was asked")
	c := agent.starts(room).invites("CONTROL")
	grace, ken := h.joins(c.short, "Grace Hopper"), h.joins(c.short, "Ken Thompson")
	watch := ada.followAfter(room, "", overSocket)
	watch.expect("CaughtUp")

	want := []string{"Before anybody was asked", "Grace Hopper has joined the session", "Ken Thompson has joined the session"}
	if got := grace.timeline(room); !slices.Equal(got, want) {
		t.Errorf("the specialist sees %q", got)
	}
	if got := grace.finds("anybody"); !slices.Equal(got, want[:1]) {
		t.Errorf("the specialist finds %q", got)
	}
	said := grace.Says("Have you tried to turn it off")
	if said.text("message.side") != "SPECIALIST" || said.text("message.author.name") != grace.name {
		t.Errorf("the answer is %s", said.body)
	}
	if e := watch.expect("MessagePosted")[0]; e.Message.Side != "SPECIALIST" || e.Message.Author.Name != grace.name {
		t.Errorf("the customer sees %+v", e)
	}
	for p, n := range map[*user]int{grace: 3, ken: 4, ada: 3} { // neither what one wrote oneself is unread nor what came before is read
		if got := p.unread(room); got != n {
			t.Errorf("%s has %d unread, want %d", p.name, got, n)
		}
	}
	if n := ken.reads(room, said.text("message.cursor")); n != 0 {
		t.Errorf("%d are unread when all is read", n)
	}
	if got := grace.unread(room); got != 3 {
		t.Errorf("%d are unread when the other has read all", got)
	}
	shared := grace.Shares(room, "manual.dat", noise(9))
	if e := watch.expect("MessagePosted")[0]; e.Message.Author.Name != grace.name {
		t.Errorf("the document is told as %+v", e)
	}
	for _, p := range []*user{agent, ada, ken} {
		h.get(p.document(shared.text("document.id")).ok().text("node.url")).is(200)
	}
	grace.tryLeave().ok()
	if grace.document(shared.text("document.id")).isOK() {
		t.Error("who has left still sees the document")
	}
	if got := agent.timeline(room); !slices.Contains(got, "Have you tried to turn it off") {
		t.Errorf("what a specialist wrote has gone with them: %q", got)
	}
}

func TestS6_WhatSpecialistsDoNotSee(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	agent.Says("Hello", room)
	c := agent.starts(room).invites("VIEW_ONLY")
	grace := h.joins(c.short, "Grace Hopper")
	for _, p := range []*user{grace, ada} {
		a := p.ask(`query ($id: ID!) { room(id: $id) { name customer { name phone email } supportSession { host { name } specialistInvitation { code } } createdBy { name } } }`, vars{"id": room.ID}).ok()
		if a.find("room.supportSession.specialistInvitation") != nil || a.text("room.supportSession.host.name") != agent.name {
			t.Errorf("%s sees %s", p.name, a.body)
		}
		if p == grace && (a.text("room.customer.name") != ada.name || a.find("room.customer.email") != nil || a.find("room.customer.phone") != nil) {
			t.Errorf("%s sees %s", p.name, a.body)
		}
		if p == ada && a.find("room.customer.email") == nil {
			t.Errorf("%s does not see their own address: %s", p.name, a.body)
		}
		p.ask(`query ($id: ID!) { node(id: $id) { id } }`, vars{"id": c.id}).failed("FORBIDDEN")
		p.ask(`query ($id: ID!) { room(id: $id) { invitations { totalCount } } }`, vars{"id": room.ID}).failed("FORBIDDEN")
		p.ask(`{ organization { name } }`, nil).failed("FORBIDDEN")
		p.ask(`{ rooms { totalCount } }`, nil).failed("FORBIDDEN")
		p.Link(room).failed("FORBIDDEN")
		f := p.follow(room, overStream)
		for {
			e := f.until("SpecialistInvited", "CustomerInvited", "CaughtUp")
			if e.Type == "CaughtUp" {
				break
			}
			if e.Code != nil || e.Invitation != nil {
				t.Errorf("%s is told %+v", p.name, e)
			}
		}
	}
	other := agent.CreateRoom()
	secret := agent.Says("Not for specialists", other)
	grace.ask(`query ($id: ID!) { room(id: $id) { name } }`, vars{"id": other.ID}).failed("NOT_FOUND")
	grace.ask(`query ($id: ID!) { node(id: $id) { id } }`, vars{"id": secret.text("message.id")}).failed("NOT_FOUND")
	grace.TrySay(other, "Hello?").failed("NOT_FOUND")
	if got := grace.finds("specialists"); len(got) != 0 {
		t.Errorf("the specialist finds %q", got)
	}
}

func TestS7_ACancelledCodeLetsNobodyIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room := agent.CreateRoom()
	s := agent.starts(room)
	c := s.invites("VIEW_ONLY")
	grace, ken := h.joins(c.short, "Grace Hopper"), h.joins(c.short, "Ken Thompson")
	feed, feeds := agent.followAfter(room, "", overSocket), ken.everywhere(room)
	feed.expect("CaughtUp")
	first, again := second.tryCancel(c, false).ok(), c.cancels()
	if first.text("specialistInvitation.cancelledAt") == "" || string(first.body) != string(again.body) {
		t.Errorf("cancelled\n%s\nand again\n%s", first.body, again.body)
	}
	if e := feed.expect("SpecialistInvitationCancelled")[0]; e.Actor.Name != second.name {
		t.Errorf("it is told as %+v", e)
	}
	h.tryJoin(c.short, "Barbara Liskov").refused("CODE_INVALID", "code")
	grace.Says("We stay")
	feed.expect("MessagePosted")

	next := s.invites("CONTROL") // other rights, after the first is cancelled
	if next.short == c.short {
		t.Error("the code is the same")
	}
	barbara := h.joins(next.short, "Barbara Liskov")
	feed.expect("SpecialistInvited", "SpecialistJoined", "MessagePosted")
	agent.tryCancel(c, true).ok() // the old one, and who came by it
	feed.expect("SpecialistLeft", "SpecialistLeft")
	for _, p := range []*user{grace, ken} {
		p.out()
	}
	ended(t, feeds, longEnough, "SpecialistInvitationCancelled", "MessagePosted", "SpecialistInvited", "SpecialistJoined", "SpecialistLeft")
	barbara.Says("I came by the next")
	feed.expect("MessagePosted")
	h.joins(next.short, "Ken Thompson") // which was not cancelled
	feed.expect("SpecialistJoined", "MessagePosted")
	agent.tryCancel(next, true).ok()
	feed.expect("SpecialistInvitationCancelled", "SpecialistLeft", "SpecialistLeft")
	if s.seats() != 0 {
		t.Errorf("%d are there", s.seats())
	}
}
