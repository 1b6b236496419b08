package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/member"
)

// Ready makes the member ready, anew where they are already.
func (p *user) Ready() {
	p.h.t.Helper()
	p.NotReady()
	p.TryState("READY", "").ok()
}

// NotReady makes the member not ready.
func (p *user) NotReady() {
	p.h.t.Helper()
	p.TryState("NOT_READY", "").ok()
}

func (p *user) TryAccept(c chat) *reply {
	return p.mutate("acceptChat", vars{"conversationId": c.id}, chatSelection)
}

// Accepts accepts a conversation.
func (p *user) Accepts(c chat) {
	p.h.t.Helper()
	if a := p.TryAccept(c).ok(); a.text("conversation.status") != "ACTIVE" || a.text("conversation.agent.id") != p.id {
		p.h.t.Fatalf("%s has accepted, and it is %s", p.name, a.body)
	}
}

func (p *user) TryReject(c chat) *reply {
	return p.mutate("rejectChat", vars{"conversationId": c.id}, chatSelection)
}

// Rejects rejects a conversation.
func (p *user) Rejects(c chat) {
	p.h.t.Helper()
	p.TryReject(c).ok()
}

// listens follows the member's inbox from now on.
func (p *user) listens() *inboxFeed {
	p.h.t.Helper()
	f := p.inbox("", overSocket)
	f.expect("InboxCaughtUp")
	return f
}

// chatNotice reads on to the next word about an offer.
func (i *inboxFeed) chatNotice() (notice, error) {
	for {
		if n, err := i.notice(); err != nil || strings.HasPrefix(n.Type, "Chat") {
			return n, err
		}
	}
}

// offered reads on to the next word about an offer, which has to be that there is one.
func (i *inboxFeed) offered() chat { return i.chat("ChatOffered") }

// withdrawn reads on to the next word about an offer, which has to be that this one is over.
func (i *inboxFeed) withdrawn(c chat) {
	i.t.Helper()
	if got := i.chat("ChatWithdrawn"); got != c {
		i.t.Fatalf("%s is withdrawn, want %s", got.id, c.id)
	}
}

func (i *inboxFeed) chat(want string) chat {
	i.t.Helper()
	defer within(i)()
	n, err := i.chatNotice()
	if err != nil || n.Type != want {
		i.t.Fatalf("got %s %v, want %s", n.Type, err, want)
	}
	return chat{id: n.Conversation.ID}
}

// offer reads on to the next word about an offer, which has to be that this one stands.
func (i *inboxFeed) offer(c chat) notice {
	i.t.Helper()
	defer within(i)()
	n, err := i.chatNotice()
	if err != nil || n.Type != "ChatOffered" || n.Conversation.ID != c.id {
		i.t.Fatalf("got %s of %s %v, want the offer of %s", n.Type, n.Conversation.ID, err, c.id)
	}
	return n
}

// phones are the phones of some customers.
func (h *house) phones(n int) []*device {
	all := make([]*device, n)
	for i := range all {
		all[i] = h.Phone(fmt.Sprintf("+4474001%05d", i))
	}
	return all
}

// A request goes to whoever has waited longest, and to nobody else; who accepts it is its agent.
func TestM8_ARequestIsOfferedAndAccepted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	agents, seconds := agent.listens(), second.listens()
	start := agents.last
	agent.Ready()
	second.Ready()
	phone.Reply("Is anybody there?")
	c := agents.offered()
	if a := agent.Transcript(c).ok(); a.text("smsConversation.status") != "OFFERED" || a.find("smsConversation.agent") != nil ||
		a.text("smsConversation.origin") != "CUSTOMER" || a.text("smsConversation.service.name") != "Sales" {
		t.Errorf("the request is %s", a.body)
	}
	second.TryAccept(c).refused("CHAT_NOT_OFFERED", "conversationId")
	second.TryReject(c).refused("CHAT_NOT_OFFERED", "conversationId")
	h.SignIn("agent@other.example").TryAccept(c).failed("NOT_FOUND")
	back := agent.inbox(start, overStream)
	if again := back.offered(); again != c {
		t.Errorf("who comes back is offered %s", again.id)
	}
	live := agent.Follows(c, "", overSocket)
	live.expect("SmsConversationCaughtUp")
	agent.Accepts(c)
	if e := live.expect("SmsConversationAccepted"); e.Actor.ID != agent.id || e.Conversation.Status != "ACTIVE" {
		t.Errorf("it is told as %+v", e)
	}
	agent.Accepts(c) // changes nothing
	second.TryAccept(c).refused("CHAT_NOT_OFFERED", "conversationId")
	agent.TryReject(c).refused("CHAT_NOT_OFFERED", "conversationId")
	phone.Reply("I have a question.")
	live.expect("< I have a question.")
	for n := agents.read(); n.Type != "SmsConversationUpdated" || n.Conversation.ID != c.id; n = agents.read() {
		if n.Type == "ChatWithdrawn" {
			t.Error("what was accepted is withdrawn")
		}
	}
	if n := h.number(`SELECT count(*) FROM events WHERE kind = 'ACCEPTED'`); n != 1 {
		t.Errorf("it was accepted %d times", n)
	}

	// A colleague is told of nothing but that there is other news.
	second.Says("Other news", second.CreateRoom())
	for n := seconds.read(); n.Type != "RoomUpdated"; n = seconds.read() {
		if n.Type != "AgentStateChanged" {
			t.Errorf("a colleague is told of %+v", n)
		}
	}
	// And who comes back finds no offer, but their conversation.
	back = agent.inbox(start, overSocket)
	for n := back.read(); n.Type != "InboxCaughtUp"; n = back.read() {
		if n.Type == "ChatOffered" || n.Type == "ChatWithdrawn" {
			t.Errorf("who has accepted is told %s", n.Type)
		}
	}
}

// read reads the next event, whichever it is.
func (i *inboxFeed) read() notice {
	i.t.Helper()
	defer within(i)()
	n, err := i.notice()
	if err != nil {
		i.t.Fatal(err)
	}
	return n
}

// Who rejects a request is not asked again before they are ready anew.
func TestM8_ARejectedRequestGoesToTheNext(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agents, seconds := agent.listens(), second.listens()
	agent.Ready()
	second.Ready()
	h.Phone(adasNumber).Reply("Hello?")
	c := agents.offered()
	agent.Rejects(c)
	agents.withdrawn(c)
	agent.Rejects(c) // changes nothing
	if got := seconds.offered(); got != c {
		t.Errorf("the next one is offered %s", got.id)
	}
	agent.TryAccept(c).refused("CHAT_NOT_OFFERED", "conversationId")
	second.Rejects(c)
	seconds.withdrawn(c)
	agent.isIn("READY", "") // and is asked no more, until
	agent.Ready()
	if got := agents.offered(); got != c {
		t.Errorf("who is ready anew is offered %s", got.id)
	}
	agent.Accepts(c)
}

// Who does not answer is not ready any more, and the next one is asked.
func TestM8_NoAnswerInTime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("chat-offer=3s"))
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agents, seconds := agent.listens(), second.listens()
	agent.Ready()
	second.Ready()
	h.Phone(adasNumber).Reply("Hello?")
	c := agents.offered()
	agents.withdrawn(c)
	if got := seconds.offered(); got != c {
		t.Errorf("the next one is offered %s", got.id)
	}
	second.Accepts(c)
	agent.isIn("NOT_READY", "No answer to a chat")
	second.isIn("READY", "")
	const told = `SELECT count(*) FROM events WHERE kind = 'AGENT_STATE' AND actor_id IS NULL AND data LIKE '%No answer%'`
	if n := h.number(told); n != 1 {
		t.Errorf("colleagues were told %d times", n)
	}
	agent.TryAccept(c).refused("CHAT_NOT_OFFERED", "conversationId")
}

// An offer says until when it can be accepted, also to who comes back in the middle of it; the next one's time is their own.
func TestM8_AnOfferSaysUntilWhen(t *testing.T) {
	t.Parallel()
	const full = 40 * time.Minute
	h := newHouse(t, withLimits("chat-offer="+full.String()))
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agents, seconds := agent.listens(), second.listens()
	start := agents.last
	agent.Ready()
	second.Ready()
	phone := h.Phone(adasNumber)
	phone.Reply("Hello?")
	c := chat{id: agent.chats(phone)[0]}
	told := agents.offer(c)
	if lasts := told.ExpiresAt.Sub(told.OccurredAt); (lasts - full).Abs() > 10*time.Second {
		t.Errorf("it lasts %s, want %s", lasts, full)
	}
	var until time.Time
	err := h.db.SQL.QueryRowContext(t.Context(), `SELECT offered_until FROM sms_conversations`).Scan(&until)
	if err != nil || until.Sub(told.ExpiresAt).Abs() > time.Millisecond {
		t.Errorf("it ends %s %v, and is told to end %s", until, err, told.ExpiresAt)
	}
	for name, by := range carriages {
		if back := agent.inbox(start, by).offer(c); !back.ExpiresAt.Equal(told.ExpiresAt) {
			t.Errorf("%s: who comes back is told that it ends %s, not %s", name, back.ExpiresAt, told.ExpiresAt)
		}
	}
	agent.Rejects(c)
	if next := seconds.offer(c); (next.ExpiresAt.Sub(next.OccurredAt) - full).Abs() > 10*time.Second {
		t.Errorf("the next one has %s, want %s", next.ExpiresAt.Sub(next.OccurredAt), full)
	}
}

// Who was not looking when they were asked is told of it when they come: they have so long for an answer.
func TestM8_WhoComesLaterIsToldOfTheOffer(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agent.Ready()
	phone := h.Phone(adasNumber)
	phone.Reply("Hello?")
	c := chat{id: agent.chats(phone)[0]}
	await(t, "the request to be offered", func() bool {
		return h.number(`SELECT count(*) FROM sms_conversations WHERE offered_to_id = $1`, agent.id) == 1
	})
	for _, by := range carriages {
		agent.inbox("", by).offer(c)
	}
	second.inbox("", overSocket).expect("InboxCaughtUp")
	agent.Accepts(c)
	agent.inbox("", overSocket).expect("InboxCaughtUp")
}

// Where nobody is there requests wait, and the oldest goes first; one at a time.
func TestM8_RequestsWait(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	agents := agent.listens()
	var waiting []chat
	for _, phone := range h.phones(3) {
		phone.Reply("Hello?")
		waiting = append(waiting, chat{id: agent.chats(phone)[0]})
	}
	agent.Ready()
	for range waiting { // oldest first, but for one that somebody has locked at that moment
		c := agents.offered()
		if n := h.number(`SELECT count(*) FROM sms_conversations WHERE offered_to_id IS NOT NULL`); n != 1 {
			t.Errorf("%d are offered", n)
		}
		agent.Accepts(c)
	}
	for _, c := range waiting {
		h.isOf(c, agent, true)
	}
}

// Whoever cannot take a request any more, for whatever reason, loses it to the next one.
func TestM8_WhoCannotTakeItLosesIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, second := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	sales, support := agent.service("Sales"), agent.service("Support")
	skills := admin.ask("{ organization { skills { id } } }", nil).ok().texts("organization.skills", "id")
	needs := func(ids ...string) {
		admin.mutate("updateService", vars{"id": sales, "skillIds": append([]string{}, ids...)}, "service { id }").ok()
	}
	all := vars{"channels": []string{"SMS", "VOICE"}, "serviceIds": []string{sales, support}, "skillIds": skills, "role": "AGENT"}
	agents, seconds := agent.listens(), second.listens()
	call := ""
	for i, c := range []struct {
		what string
		lose func()
	}{
		{"not ready", agent.NotReady},
		{"in a call", func() { call = agent.TryCall(vars{"number": "4711", "flow": "PRIVATE"}).ok().text("call.id") }},
		{"without the channel", func() { admin.update(agent, vars{"channels": []string{"VOICE"}}).ok() }},
		{"without the service", func() { admin.update(agent, vars{"serviceIds": []string{support}}).ok() }},
		{"without a skill", func() { needs(skills[0]); admin.update(agent, vars{"skillIds": skills[1:]}).ok() }},
		{"with a role that serves nobody", func() { admin.update(agent, vars{"role": "QUALITY_ASSESSOR"}).ok() }},
		{"for a service that needs more", func() { admin.update(agent, vars{"skillIds": skills[1:]}).ok(); needs(skills...) }},
		{"without a seat", func() { admin.mutate("deactivateMember", vars{"id": agent.id}, "").ok() }},
	} {
		needs()
		admin.update(agent, all).ok()
		if call != "" {
			agent.endCall(call)
		}
		second.NotReady()
		agent.Ready()
		second.Ready()
		h.phones(i + 1)[i].Reply("Hello?")
		offered := agents.offered()
		c.lose()
		if c.what == "without a seat" {
			agents.end()
		} else {
			agents.withdrawn(offered)
		}
		if got := seconds.offered(); got != offered {
			t.Fatalf("%s: the next one is offered %s, want %s", c.what, got.id, offered.id)
		}
		second.Accepts(offered)
		if c.what == "in a call" {
			agent.isIn("BUSY", "")
		}
	}
}

// Who ends a request, or takes it otherwise, takes it from who is asked.
func TestM8_ARequestThatIsTakenOrEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, second := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agents := agent.listens()
	agent.Ready()
	phones := h.phones(2)
	phones[0].Reply("Hello?")
	c := agents.offered()
	admin.Ends(c)
	agents.withdrawn(c)
	phones[1].Reply("Hello?")
	c = agents.offered()
	if got := second.Opens(second.to(phones[1], "Sales")); got.id != c.id {
		t.Errorf("opened is %s", got.id)
	}
	agents.withdrawn(c)
	agent.TryAccept(c).refused("CHAT_NOT_OFFERED", "conversationId")
	phones[0].Reply("Hello again?")
	if next := agents.offered(); next == c {
		t.Error("offered is what was taken")
	}
}

// What the customer writes to who has no seat any more is offered anew.
func TestM8_AConversationWithoutItsAgent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, second, phone := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	c := agent.Opens(agent.to(phone, "Sales"))
	seconds := second.listens()
	second.Ready()
	admin.mutate("deactivateMember", vars{"id": agent.id}, "").ok()
	phone.Reply("Are you still there?")
	if got := seconds.offered(); got.id != c.id {
		t.Errorf("offered is %s, want %s", got.id, c.id)
	}
	second.Accepts(chat{id: c.id})
	second.Reads(c, "< Are you still there?")
}

// Who signs out does not answer.
func TestM8_WhoSignsOutWhileTheyAreAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("chat-offer=2s"))
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	agents, seconds := agent.listens(), second.listens()
	agent.Ready()
	h.Phone(adasNumber).Reply("Hello?")
	c := agents.offered()
	agent.SignOut()
	second.Ready()
	if got := seconds.offered(); got != c {
		t.Errorf("the next one is offered %s", got.id)
	}
	second.Accepts(c)
}

// A process that ends leaves nothing: another one goes on with what it has offered.
func TestM8_TheProcessEnds(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, second := one.SignIn("agent@demo.example"), two.SignIn("second@demo.example")
		agents, seconds := agent.listens(), second.listens()
		agent.Ready()
		phones := one.phones(2)
		phones[0].Reply("Hello?")
		c := agents.offered()
		if err := one.stop(); err != nil {
			t.Fatal(err)
		}
		second.Ready()
		if got := seconds.offered(); got != c {
			t.Errorf("the next one is offered %s", got.id)
		}
		second.Accepts(c)
		agent.at(two).isIn("NOT_READY", "No answer to a chat")
		phones[1].h = two
		phones[1].Reply("And me?")
		second.Accepts(seconds.offered())
	}, withLimits("rates=0,chat-offer=3s"))
}

// Of what is done to an offer at the same moment, at two processes, one thing is done.
func TestM8_AnswersAtTheSameMoment(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, second := one.SignIn("agent@demo.example"), two.SignIn("second@demo.example")
		agents := agent.listens()
		ask := func(i int) chat {
			agent.Ready()
			one.phones(i + 1)[i].Reply("Hello?")
			for n := agents.read(); ; n = agents.read() { // the one before may still be withdrawn
				if n.Type == "ChatOffered" {
					return chat{id: n.Conversation.ID}
				}
			}
		}
		for i := range 5 {
			c := ask(i)
			answers := together(3, func(n int) *reply {
				return []func() *reply{
					func() *reply { return agent.TryAccept(c) },
					func() *reply { return agent.at(two).TryAccept(c) },
					func() *reply { return second.TryAccept(c) },
				}[n]()
			})
			if answers[0].code() != "" || answers[1].code() != "" || answers[2].code() != "CHAT_NOT_OFFERED" {
				t.Errorf("who is asked, and who is not, get %s, %s and %s", answers[0].body, answers[1].body, answers[2].body)
			}
		}
		for i := 5; i < 10; i++ {
			c := ask(i)
			answers := together(2, func(n int) *reply {
				if n == 0 {
					return agent.TryAccept(c)
				}
				return agent.at(two).TryReject(c)
			})
			accepted, rejected := answers[0].code() == "", answers[1].code() == ""
			if accepted == rejected {
				t.Errorf("of an acceptance and a rejection: %s, %s", answers[0].body, answers[1].body)
			}
			one.isOf(c, agent, accepted)
			if rejected {
				one.SignIn("admin@demo.example").Ends(c)
			}
		}
		for i := 10; i < 15; i++ {
			c := ask(i)
			answers := together(2, func(n int) *reply {
				if n == 0 {
					one.exec(`UPDATE sms_conversations SET offered_until = now() WHERE id = $1 AND offered_until IS NOT NULL`, c.id)
					two.app.conversations.Ring()
					return nil
				}
				return agent.TryAccept(c)
			})
			accepted := answers[1].code() == ""
			one.isOf(c, agent, accepted)
			if !accepted {
				await(t, "the member not to be ready", func() bool {
					return agent.ask(ownState, nil).ok().text("viewer.state") == "NOT_READY"
				})
				one.SignIn("admin@demo.example").Ends(c)
			} else {
				agent.isIn("READY", "")
			}
		}
		one.checkOffers()
	})
}

// isOf checks whether a conversation is a member's, in the database.
func (h *house) isOf(c chat, p *user, want bool) {
	h.t.Helper()
	const q = `SELECT count(*) FROM sms_conversations c JOIN events e ON e.stream_id = c.stream_id AND e.kind = 'ACCEPTED'
		WHERE c.id = $1 AND c.agent_id = $2 AND e.actor_id = $2 AND c.status = 'ACTIVE' AND c.offered_to_id IS NULL`
	if n := h.number(q, c.id, p.id); (n == 1) != want || n > 1 {
		h.t.Errorf("%s is %s's %d times, which is to be %v", c.id, p.name, n, want)
	}
}

// checkOffers goes through all that was offered, in the order in which it was: each request to one member at a time, each member
// one at a time, and what is accepted once is.
func (h *house) checkOffers() {
	h.t.Helper()
	rows, err := h.db.SQL.QueryContext(h.t.Context(), `SELECT m.id, e.kind, e.data::jsonb ->> 'conversation' FROM members m
		JOIN events e ON e.stream_id = m.chat_stream_id ORDER BY e.at, e.stream_id, e.seq`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	asked, of, accepted := map[string]string{}, map[string]string{}, map[string]int{}
	for rows.Next() {
		var who, kind, what string
		if err := rows.Scan(&who, &kind, &what); err != nil {
			h.t.Fatal(err)
		}
		switch {
		case kind == "CHAT_OFFERED" && asked[who] == "" && of[what] == "" && accepted[what] == 0:
			asked[who], of[what] = what, who
			continue
		case kind == "CHAT_OFFERED" || asked[who] != what || of[what] != who:
			h.t.Errorf("%s of %s to %s, who is asked %q while it is asked of %q, accepted %d times", kind, what, who, asked[who], of[what], accepted[what])
		case kind == "CHAT_ACCEPTED":
			accepted[what]++
		}
		delete(asked, who)
		delete(of, what)
	}
	if err := rows.Err(); err != nil {
		h.t.Fatal(err)
	}
	const acceptances = `SELECT count(*) FROM sms_conversations c JOIN events e ON e.stream_id = c.stream_id AND e.kind = 'ACCEPTED' AND e.actor_id = c.agent_id`
	if n := h.number(acceptances); n != len(accepted) {
		h.t.Errorf("%d were accepted, and %d say so", len(accepted), n)
	}
}

// colleagues are more agents of the demo's, who can all that the first one can.
func (h *house) colleagues(n int) []*user {
	h.t.Helper()
	m := must(h, func() (*ent.Member, error) {
		return h.ent().Member.Query().Where(member.Email("agent@demo.example")).WithServices().WithSkills().Only(h.t.Context())
	})
	all := make([]*user, n)
	for i := range all {
		email := fmt.Sprintf("colleague%d@demo.example", i)
		must(h, func() (*ent.Member, error) {
			return h.ent().Member.Create().SetOrganizationID(m.OrganizationID).SetEmail(email).SetEmailKey(email).
				SetFirstName("Cole").SetLastName(fmt.Sprint("League", i)).SetPasswordHash(m.PasswordHash).SetRole(m.Role).
				SetClassOfService(m.ClassOfService).SetChannels(m.Channels).AddServices(m.Edges.Services...).AddSkills(m.Edges.Skills...).
				Save(h.t.Context())
		})
		all[i] = h.SignIn(email)
	}
	return all
}

// Many requests and many members, who accept, reject, say nothing or are in each other's way, at two processes: all are answered,
// each by one.
func TestM8_ManyRequestsAndMembersAtOnce(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		const members, requests = 6, 24
		houses := []*house{one, two}
		colleagues := one.colleagues(members)
		feeds := make([]*inboxFeed, members)
		for i, p := range colleagues {
			feeds[i] = p.at(houses[i%2]).listens()
			p.Ready()
		}
		var all sync.WaitGroup
		for i, p := range colleagues {
			all.Go(func() { p.answersAtRandom(feeds[i], colleagues, houses) })
		}
		phones := one.phones(requests)
		together(requests, func(i int) error {
			phones[i].h = houses[i%2]
			phones[i].Reply("Hello?")
			return nil
		})
		await(t, "all requests to be answered", func() bool {
			return one.number(`SELECT count(*) FROM sms_conversations WHERE status = 'ACTIVE'`) == requests
		})
		for _, f := range feeds {
			f.cut()
		}
		all.Wait()
		one.checkOffers()
		const unanswered = `SELECT count(*) FROM events WHERE kind = 'AGENT_STATE' AND data LIKE '%No answer%'`
		t.Logf("%d offers, %d rejections, %d without an answer", one.number(`SELECT count(*) FROM events WHERE kind = 'CHAT_OFFERED'`),
			one.number(`SELECT count(*) FROM chat_rejections`), one.number(unanswered))
	}, withLimits("rates=0,chat-offer=700ms"))
}

// answersAtRandom answers what is offered, until the subscription ends.
func (p *user) answersAtRandom(f *inboxFeed, colleagues []*user, houses []*house) {
	here := func() *house { return houses[rand.IntN(2)] }
	for {
		n, err := f.chatNotice()
		if err != nil {
			return
		}
		c := chat{id: n.Conversation.ID}
		if n.Type == "ChatWithdrawn" {
			p.at(here()).mutate("setAgentState", vars{"state": "NOT_READY"}, "")
			p.at(here()).mutate("setAgentState", vars{"state": "READY"}, "")
			continue
		}
		switch rand.IntN(6) {
		case 0:
			p.at(here()).TryReject(c)
		case 1: // no answer
		case 2:
			p.at(here()).mutate("setAgentState", vars{"state": "NOT_READY"}, "")
			p.at(here()).mutate("setAgentState", vars{"state": "READY"}, "")
		case 3:
			together(2, func(i int) *reply {
				return []*user{p, colleagues[rand.IntN(len(colleagues))]}[i].at(here()).TryAccept(c)
			})
		default:
			p.at(here()).TryAccept(c)
		}
	}
}
