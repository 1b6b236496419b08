package main

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// sessionOf is a room with a customer, in which a session is going on with a specialist.
func (h *house) sessionOf(access string) (agent, ada, grace *user, s *support) {
	h.t.Helper()
	agent = h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	s = agent.starts(room)
	return agent, ada, h.joins(s.invites(access).short, "Grace Hopper"), s
}

// What two browsers say to each other arrives in order and once, whatever process they are at, and whenever they come back.
func TestS10_SignalsGoBetweenTwoPeople(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, ada, grace, s := one.sessionOf("VIEW_ONLY")
		seen := grace.at(two).follow(s.room, overSocket)
		c := ada.shares(s)
		ada.signals(c, grace, "offer 1") // before anyone knows of it
		told := seen.until("ScreenShareStarted")
		if told.Share.ID != c.ID || told.Share.StoppedAt != "" || told.Actor.Name != ada.name {
			t.Errorf("told of %+v", told)
		}
		adas := ada.watches(c, c.Start, overStream)
		graces := grace.at(two).watches(c, told.Share.LastCursor, overSocket, "offer 1")
		for i := range 10 {
			grace.at(two).signals(c, ada, fmt.Sprint("answer ", i))
			adas.gets(fmt.Sprint("answer ", i))
			ada.signals(c, grace, fmt.Sprint("candidate ", i))
			graces.gets(fmt.Sprint("candidate ", i))
			graces.cut()
			var missed []string
			for j := range i % 4 {
				missed = append(missed, fmt.Sprintf("candidate %d of %d", j, i))
			}
			ada.at([]*house{one, two}[i/2%2]).signals(c, grace, missed...)
			graces = grace.at([]*house{one, two}[i%2]).watches(c, graces.last, []carriage{overSocket, overStream}[i%2], missed...)
		}
		agent.tryStop(c).ok()
		adas.completes()
		graces.completes()
		if stopped := seen.until("ScreenShareStopped"); stopped.Share.ID != c.ID || stopped.Share.StoppedAt == "" || stopped.Actor.Name != agent.name {
			t.Errorf("told of %+v", stopped)
		}
	})
}

func TestS10_AShareSaysWhatItIs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, ada, grace, s := h.sessionOf("VIEW_ONLY")
	agent.tryAllow(s, true).ok()
	var all []string
	for _, p := range []*user{ada, grace, agent} {
		a := p.tryShare(s).ok()
		if a.text("screenShare.sharer.id") != p.id || a.text("screenShare.supportSession.id") != s.id || a.find("screenShare.stoppedAt") != nil {
			t.Errorf("%s shares as %s", p.name, a.body)
		}
		all = append(all, a.text("screenShare.id"))
		for _, q := range []*user{ada, grace, agent} {
			node := q.ask(`query ($id: ID!) { node(id: $id) { id ... on ScreenShare { startedAt } } }`, vars{"id": all[len(all)-1]}).ok()
			if node.text("node.startedAt") != a.text("screenShare.startedAt") {
				t.Errorf("%s finds %s", q.name, node.body)
			}
		}
	}
	if got := s.screens(); !slices.Equal(got, all) {
		t.Errorf("shared are %v, want %v", got, all)
	}
}

func TestS10_NobodyElseGetsASignal(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, ada, grace, s := h.sessionOf("CONTROL")
	ken := h.joins(s.invites("CONTROL").short, "Ken Thompson")
	second := h.SignIn("second@demo.example")
	c := ada.shares(s)
	others := map[*user][]*shareFeed{}
	for _, p := range []*user{agent, second, ken, ada, grace} {
		for _, by := range carriages {
			others[p] = append(others[p], p.watches(c, "", by))
		}
	}
	ada.signals(c, grace, "for Grace alone")
	grace.tryInput(c, "a key for Ada").ok()
	for p, feeds := range others {
		agent.signals(c, p, "for "+p.name)
		for _, f := range feeds {
			switch p {
			case grace:
				f.gets("for Grace alone")
			case ada:
				f.controlled(grace, "a key for Ada")
			}
			f.gets("for " + p.name)
			f.cut()
		}
		want := []string{"for " + p.name}
		if p == grace {
			want = []string{"for Grace alone", "for " + p.name}
		}
		p.watches(c, c.Start, overSocket, want...).cut()
	}
}

// The database is asked each time: what somebody may do changes at once, in all processes.
func TestS10_InputIsForThoseWithControl(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, ada, grace, s := one.sessionOf("VIEW_ONLY")
		c := ada.shares(s)
		adas := ada.watches(c, c.Start, overSocket)
		for i := range 5 {
			typed := fmt.Sprintf("password %d", i)
			grace.at(two).tryInput(c, "refused "+typed).refused("ACCESS_NOT_ALLOWED", "screenShareId")
			agent.trySetAccess(grace, "CONTROL").ok()
			grace.at(two).tryInput(c, typed).ok()
			adas.controlled(grace, typed)
			agent.at(two).trySetAccess(grace, "VIEW_ONLY").ok()
			grace.tryInput(c, "refused "+typed).refused("ACCESS_NOT_ALLOWED", "screenShareId")
			agent.tryInput(c, "by the agent").ok()
			adas.controlled(agent, "by the agent")
			for _, text := range []string{"password", "by the agent"} {
				one.nowhere(text)
			}
		}
		agent.signals(agent.shares(s), ada, "something else")
		ada.tryInput(agent.shares(s), "by a customer").refused("ACCESS_NOT_ALLOWED", "screenShareId")
		ada.tryInput(c, "by its sharer").refused("ACCESS_NOT_ALLOWED", "screenShareId")
	})
}

// nowhere fails the test where a text is in any table, as it is or as base64.
func (h *house) nowhere(text string) {
	h.t.Helper()
	rows, err := h.db.SQL.QueryContext(h.t.Context(), `SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public'`)
	if err != nil {
		h.t.Fatal(err)
	}
	defer rows.Close()
	tables := 0
	for ; rows.Next(); tables++ {
		var table string
		if err := rows.Scan(&table); err != nil {
			h.t.Fatal(err)
		}
		coded := strings.TrimRight(base64.StdEncoding.EncodeToString([]byte(text)), "=")
		if n := h.number(`SELECT count(*) FROM `+table+` t WHERE t::text LIKE '%' || $1 || '%' OR t::text LIKE '%' || $2 || '%'`, text, coded[:len(coded)-1]); n > 0 {
			h.t.Errorf("%q is in %d rows of %s", text, n, table)
		}
	}
	if err := rows.Err(); err != nil || tables < 20 {
		h.t.Errorf("looked at %d tables: %v", tables, err)
	}
}

// Whatever characters there are in an input, as long as one may be, it goes from process to process.
func TestS10_TheLongestInputArrivesInTheOtherProcess(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, ada, _, s := one.sessionOf("VIEW_ONLY")
		c := ada.shares(s)
		adas := ada.at(two).watches(c, "", overSocket)
		for _, text := range []string{"x", `"`, "<", "\\", "\n", "\x01", "é", "🖱"} {
			long := strings.Repeat(text, 4096/len(text))
			agent.tryInput(c, long).ok()
			adas.controlled(agent, long)
		}
	})
}

func TestS10_WhatIsLiftedIsStillWhatTheBusCarries(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, ada, _, s := one.sessionOf("VIEW_ONLY")
		c := ada.shares(s)
		adas := ada.at(two).watches(c, "", overSocket)
		limit := agent.tryInput(c, strings.Repeat("x", 10_000)).refused("TOO_LONG", "payload").Limit
		long := strings.Repeat("x", limit)
		agent.tryInput(c, long).ok()
		adas.controlled(agent, long)
	}, withLimits("rates=0,input-bytes=0"))
}

func TestS10_SpecialistsShareWhereTheSessionAllowsIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, ada, grace, s := h.sessionOf("VIEW_ONLY")
	grace.tryShare(s).refused("SCREEN_SHARE_NOT_ALLOWED", "supportSessionId")
	adas, agents := ada.shares(s), agent.shares(s)
	if a := agent.tryAllow(s, true).ok(); a.find("supportSession.specialistsMayShare") != true {
		t.Errorf("allowed: %s", a.body)
	}
	graces := grace.shares(s)
	watching := ada.watches(graces, "", overSocket)
	agent.tryAllow(s, true).ok()
	ada.tryAllow(s, true).failed("FORBIDDEN")
	grace.tryAllow(s, true).failed("FORBIDDEN")
	h.SignIn("agent@other.example").tryAllow(s, false).failed("NOT_FOUND")
	if got := s.screens(); !slices.Equal(got, []string{adas.ID, agents.ID, graces.ID}) {
		t.Errorf("shared are %v", got)
	}
	agent.tryAllow(s, false).ok()
	watching.completes()
	if got := s.screens(); !slices.Equal(got, []string{adas.ID, agents.ID}) { // the others' go on
		t.Errorf("shared are %v", got)
	}
	grace.tryShare(s).refused("SCREEN_SHARE_NOT_ALLOWED", "supportSessionId")
	if told := grace.changes(s.room); told != 2 { // and not of what was so before
		t.Errorf("%d changes were told", told)
	}
	s.ends()
	agent.tryAllow(s, true).refused("SESSION_NOT_ACTIVE", "supportSessionId")
	for _, p := range []*user{agent, ada} {
		p.tryShare(s).refused("SESSION_NOT_ACTIVE", "supportSessionId")
	}

	started := agent.mutate("startSupportSession", vars{"roomId": s.room.ID, "portalId": h.portal("Phone"), "specialistsMayShare": true}, "supportSession { id specialistsMayShare }").ok()
	s = &support{host: agent, room: s.room, id: started.text("supportSession.id")}
	if started.find("supportSession.specialistsMayShare") != true {
		t.Errorf("started as %s", started.body)
	}
	h.joins(s.invites("VIEW_ONLY").short, "Ken Thompson").shares(s)
}

// Whatever ends a share, the room is told, subscriptions end, and what was signalled is forgotten.
func TestS10_AStoppedShareIsForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	type scene struct {
		agent, ada, grace *user
		s                 *support
		c                 screen
	}
	for name, cause := range map[string]struct {
		sharer func(scene) *user
		stop   func(scene)
		behind []string // what the room is told behind it
		out    bool     // the specialist loses access
	}{
		"by its sharer":          {func(x scene) *user { return x.ada }, func(x scene) { x.ada.tryStop(x.c).ok() }, nil, false},
		"by a member":            {func(x scene) *user { return x.ada }, func(x scene) { x.agent.tryStop(x.c).ok() }, nil, false},
		"by another member":      {func(x scene) *user { return x.agent }, func(x scene) { h.SignIn("second@demo.example").tryStop(x.c).ok() }, nil, false},
		"by a specialist":        {func(x scene) *user { return x.grace }, func(x scene) { x.grace.tryStop(x.c).ok() }, nil, false},
		"the sharer begins anew": {func(x scene) *user { return x.ada }, func(x scene) { x.ada.shares(x.s) }, []string{"ScreenShareStarted"}, false},
		"no longer allowed":      {func(x scene) *user { return x.grace }, func(x scene) { x.agent.tryAllow(x.s, false).ok() }, []string{"SupportSessionChanged"}, false},
		"the customer's links end": {func(x scene) *user { return x.ada }, func(x scene) {
			x.agent.mutate("revokeLinks", vars{"roomId": x.s.room.ID}, "").ok()
		}, nil, false},
		"leaving": {func(x scene) *user { return x.grace }, func(x scene) { x.grace.tryLeave().ok() }, []string{"SpecialistLeft"}, true},
		"removed": {func(x scene) *user { return x.grace }, func(x scene) { x.agent.tryRemove(x.grace).ok() }, []string{"SpecialistLeft"}, true},
		"all removed": {func(x scene) *user { return x.grace }, func(x scene) { x.agent.tryCancel(x.s.invites("VIEW_ONLY"), true).ok() },
			[]string{"SpecialistLeft"}, true},
		"the end of the session": {func(x scene) *user { return x.ada }, func(x scene) { x.s.ends() }, []string{"SupportSessionEnded"}, true},
		"the end of the other's": {func(x scene) *user { return x.grace }, func(x scene) { x.s.ends() }, []string{"SpecialistLeft", "SupportSessionEnded"}, true},
		"the end of the room":    {func(x scene) *user { return x.ada }, func(x scene) { x.agent.Close(x.s.room) }, []string{"SupportSessionEnded", "RoomClosed"}, true},
		"a merge":                {func(x scene) *user { return x.agent }, func(x scene) { x.agent.Merge(x.s.room, x.agent.CreateRoom()) }, []string{"SupportSessionEnded"}, true},
		"signing out":            {func(x scene) *user { return x.grace }, func(x scene) { x.grace.SignOut() }, []string{"SpecialistLeft"}, true},
		"a token that has ended": {func(x scene) *user { return x.grace }, func(x scene) {
			h.exec(`UPDATE access_tokens SET expires_at = now() WHERE specialist_id = $1`, x.grace.id)
			if err := h.app.sessions.FreeSeats(h.t.Context()); err != nil {
				h.t.Error(err)
			}
		}, []string{"SpecialistLeft"}, true},
	} {
		agent := h.SignIn("agent@demo.example")
		mailbox := h.Mailbox(strings.ReplaceAll(name, " ", ".") + "@customer.example")
		room := agent.CreateRoom()
		agent.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
		x := scene{agent: agent, ada: mailbox.Expect("Ada").Open().Enter(), s: agent.starts(room)}
		x.grace = h.joins(x.s.invites("VIEW_ONLY").short, "Grace Hopper")
		agent.tryAllow(x.s, true).ok()
		sharer := cause.sharer(x)
		x.c = sharer.shares(x.s)
		signal := "canary of " + name
		sharer.signals(x.c, agent, signal)
		if n := h.number(`SELECT count(*) FROM events WHERE data LIKE '%' || $1 || '%'`, signal); n != 1 {
			t.Errorf("%s: %d entries before", name, n)
		}
		news := agent.followAfter(room, "", overSocket)
		feeds := []*shareFeed{agent.watches(x.c, x.c.Start, overSocket, signal), agent.watches(x.c, x.c.Start, overStream, signal)}
		graces := x.grace.watches(x.c, "", overSocket)
		news.until("CaughtUp")

		cause.stop(x)
		if e := news.until("ScreenShareStopped", "SpecialistLeft", "SupportSessionEnded", "RoomClosed", "RoomMerged", "ScreenShareStarted"); e.Type != "ScreenShareStopped" || e.Share.ID != x.c.ID {
			t.Errorf("%s: first the room is told %+v", name, e)
		}
		var behind []string
		for len(behind) < len(cause.behind) {
			if e := news.until("ScreenShareStopped", "SpecialistLeft", "SupportSessionEnded", "RoomClosed", "ScreenShareStarted", "SupportSessionChanged"); e.Type != "SpecialistLeft" || slices.Contains(cause.behind, e.Type) {
				behind = append(behind, e.Type)
			}
		}
		if !slices.Equal(behind, cause.behind) {
			t.Errorf("%s: then it is told %v, want %v", name, behind, cause.behind)
		}
		for _, f := range feeds {
			f.completes()
		}
		if end := graces.end(); !cause.out && !end.complete {
			t.Errorf("%s: the specialist's subscription ended with %v", name, end)
		}
		h.nowhere(signal)
		agent.watches(x.c, x.c.Start, overSocket).completes()
		agent.watches(x.c, "", overStream).completes()
		agent.trySignal(x.c, agent, "too late").refused("SESSION_NOT_ACTIVE", "screenShareId")
		agent.tryInput(x.c, "too late").refused("SESSION_NOT_ACTIVE", "screenShareId")
		if slices.Contains(x.s.screens(), x.c.ID) {
			t.Errorf("%s: it is shared still", name)
		}
		first, again := agent.tryStop(x.c).ok(), agent.tryStop(x.c).ok()
		if first.text("screenShare.stoppedAt") == "" || string(first.body) != string(again.body) {
			t.Errorf("%s: stopped again as %s and %s", name, first.body, again.body)
		}
		if cause.out {
			x.grace.out()
			if a := x.grace.trySignal(x.c, agent, "too late"); a.isOK() || a.code() == "SESSION_NOT_ACTIVE" {
				t.Errorf("%s: who has left gets %s", name, a.body)
			}
		}
	}
}

func TestS10_WhoMayStopAShare(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, ada, grace, s := h.sessionOf("CONTROL")
	c := ada.shares(s)
	grace.tryStop(c).failed("FORBIDDEN")
	ada.tryStop(agent.shares(s)).failed("FORBIDDEN")
	h.SignIn("agent@other.example").tryStop(c).failed("NOT_FOUND")
	(&user{h: h}).tryStop(c).failed("UNAUTHENTICATED")
	if !slices.Contains(s.screens(), c.ID) {
		t.Error("it was stopped")
	}
}

// What is of another session, room or organisation is not there; and signals go to nobody who is not in the session.
func TestS10_WhoIsNotInTheSessionHasNoPartInAShare(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, ada, grace, s := h.sessionOf("CONTROL")
	c := ada.shares(s)
	elsewhere := agent.CreateRoom()
	mailbox := h.Mailbox("eve@customer.example")
	agent.Invite(elsewhere, byEmail(mailbox), "Eve", "Else")
	eve := mailbox.Expect("Eve").Open().Enter()
	alan := h.joins(agent.starts(elsewhere).invites("CONTROL").short, "Alan Turing")
	foreign := h.SignIn("agent@other.example")
	ken := h.joins(s.invites("CONTROL").short, "Ken Thompson")
	ken.tryLeave().ok()
	for _, p := range []*user{eve, alan, foreign} {
		p.trySignal(c, ada, "x").failed("NOT_FOUND")
		p.tryInput(c, "x").failed("NOT_FOUND")
		p.tryShare(s).failed("NOT_FOUND")
		p.tryStop(c).failed("NOT_FOUND")
		if end := p.opens(c, c.Start, overSocket).end(); len(end.errors) != 1 || end.errors[0].Extensions.Code != "NOT_FOUND" {
			t.Errorf("%s follows: %v", p.name, end)
		}
		p.ask(`query ($id: ID!) { node(id: $id) { id } }`, vars{"id": c.ID}).failed("NOT_FOUND")
		agent.trySignal(c, p, "x").failed("NOT_FOUND")
	}
	agent.trySignal(c, ken, "x").failed("NOT_FOUND")
	agent.trySignal(c, &user{id: "nobody"}, "x").failed("NOT_FOUND")
	agent.trySignal(screen{ID: "scr_01h455vb4pex5vsknk084sn02q"}, ada, "x").failed("NOT_FOUND")
	agent.tryInput(screen{ID: "scr_01h455vb4pex5vsknk084sn02q"}, "x").failed("NOT_FOUND")
	(&user{h: h}).trySignal(c, ada, "x").failed("UNAUTHENTICATED")
	(&user{h: h}).tryInput(c, "x").failed("UNAUTHENTICATED")
	ada.watches(c, c.Start, overSocket) // and nothing has come
	grace.signals(c, ada, "in it")

	s.ends() // a later session of the room is another one
	later := agent.starts(s.room)
	late := h.joins(later.invites("CONTROL").short, "Late Comer")
	late.tryInput(c, "x").failed("NOT_FOUND")
	late.trySignal(c, ada, "x").failed("NOT_FOUND")
	late.tryStop(c).failed("NOT_FOUND")
}

// A signal that is under way while its sender is removed is in the log before, or is refused.
func TestS10_WhoIsRemovedSendsNoSignalAnyMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	_, ada, grace, s := h.sessionOf("CONTROL")
	c := ada.shares(s)
	adas := ada.watches(c, "", overSocket)
	tx, err := h.db.SQL.BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after the commit
	if _, err := tx.ExecContext(t.Context(), `UPDATE specialists SET left_at = now() WHERE id = $1`, grace.id); err != nil {
		t.Fatal(err)
	}
	answered := make(chan *reply, 1)
	go func() { answered <- grace.trySignal(c, ada, "while she is removed") }()
	await(t, "the signal to wait", func() bool {
		return h.number(waiting) > 0
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	(<-answered).failed("NOT_FOUND")
	grace.tryInput(c, "with a token that has not ended yet").failed("NOT_FOUND")
	s.host.signals(c, ada, "the next one")
	adas.gets("the next one")
}

func TestS10_RacesOfSignals(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent, ada, _, s := one.sessionOf("CONTROL")
		code := s.invites("CONTROL")
		for i := range 12 {
			grace := one.joins(code.short, "Grace Hopper")
			c := ada.shares(s)
			replies := together(8, func(n int) *reply {
				switch {
				case n < 6:
					return grace.at([]*house{one, two}[n%2]).trySignal(c, ada, "a signal")
				case n == 6 && i%2 == 0:
					return agent.at(two).tryStop(c)
				}
				return agent.tryRemove(grace)
			})
			accepted := 0
			for _, a := range replies[:6] {
				switch {
				case a.isOK():
					accepted++
				case a.code() != "SESSION_NOT_ACTIVE" && a.code() != "NOT_FOUND" && a.code() != "UNAUTHENTICATED":
					t.Errorf("refused with %v %s", a.err, a.body)
				}
			}
			replies[6].ok()
			replies[7].ok()
			if n := one.number(`SELECT count(*) FROM events e JOIN screen_shares c ON c.stream_id = e.stream_id WHERE c.id = $1 AND e.kind = 'SIGNAL'`, c.ID); n != accepted {
				t.Errorf("%d signals are stored, and %d were accepted", n, accepted)
			}
		}
	})
}

func TestS10_OneShareOfAPersonAtATime(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	_, ada, _, s := h.sessionOf("VIEW_ONLY")
	for _, a := range together(12, func(int) *reply { return ada.tryShare(s) }) {
		a.ok()
	}
	if got := s.screens(); len(got) != 1 {
		t.Errorf("%d are shared", len(got))
	}
}

func TestS10_SignalsAreInNoListAndNotFound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, ada, _, s := h.sessionOf("VIEW_ONLY")
	c := ada.shares(s)
	agent.Says("a word", s.room)
	ada.signals(c, agent, "fingerprint")
	for query, want := range map[string]int{"word": 1, "fingerprint": 0} {
		found := agent.ask(`query ($q: String!) { searchMessages(query: $q) { nodes { id } } }`, vars{"q": query}).ok().texts("searchMessages.nodes", "id")
		if len(found) != want {
			t.Errorf("%s finds %v", query, found)
		}
	}
	if n := h.number(`SELECT count(*) FROM search_entries WHERE organization_id LIKE 'ses%'`); n > 0 {
		t.Errorf("words were taken of %d signals", n)
	}
	if rooms := agent.ask(`{ rooms { nodes { id } } }`, nil).ok().texts("rooms.nodes", "id"); !slices.Equal(rooms, []string{s.room.ID}) {
		t.Errorf("there are the rooms %v", rooms)
	}
	cursor := agent.ask(`query ($id: ID!) { room(id: $id) { lastCursor } }`, vars{"id": s.room.ID}).ok().text("room.lastCursor")
	if end := agent.opens(c, cursor, overSocket).end(); len(end.errors) != 1 || end.errors[0].Extensions.Code != "BAD_USER_INPUT" {
		t.Errorf("behind a room's cursor: %v", end)
	}
}

func TestS10_ASignalWithAKeyIsSentOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, ada, grace, s := h.sessionOf("VIEW_ONLY")
	c := ada.shares(s)
	input := vars{"screenShareId": c.ID, "toAttendeeId": ada.id, "payload": "once", "idempotencyKey": "k"}
	for _, a := range together(10, func(int) *reply { return grace.mutate("sendSignal", input, "") }) {
		a.ok()
	}
	grace.mutate("sendSignal", input.with(vars{"payload": "twice"}), "").refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	agent.mutate("sendSignal", input.with(vars{"payload": "another's"}), "").ok()
	ada.watches(c, c.Start, overSocket, "once", "another's")
	ada.tryStop(c).ok()
	grace.mutate("sendSignal", input, "").ok()
	refused := input.with(vars{"idempotencyKey": "new"})
	grace.mutate("sendSignal", refused, "").refused("SESSION_NOT_ACTIVE", "screenShareId")
	grace.mutate("sendSignal", refused.with(vars{"screenShareId": ada.shares(s).ID}), "").ok() // which has not used it up
}

// Nobody uses a share up for the others.
func TestLimit_SignalsOfAPersonAboutAShare(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("share-signals=5,screen-shares=2"))
	agent, ada, grace, s := h.sessionOf("VIEW_ONLY")
	c := ada.shares(s)
	for i := range 5 {
		grace.trySignal(c, ada, fmt.Sprint(i)).ok()
	}
	grace.trySignal(c, ada, "5").failed("THROTTLED")
	agent.trySignal(c, ada, "6").ok()
	c = ada.shares(s)
	grace.trySignal(c, ada, "7").ok()
	ada.tryShare(s).failed("THROTTLED")
	agent.shares(s)
}

func TestLimit_SignalsAndInputs(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("signal-bytes=20,input-bytes=10,signals-burst=12,inputs-burst=8,signals-per-second=1,inputs-per-second=1"))
	agent, ada, grace, s := h.sessionOf("CONTROL")
	c := ada.shares(s)
	agent.trySignal(c, ada, "").refused("REQUIRED", "payload")
	agent.tryInput(c, "").refused("REQUIRED", "payload")
	if e := agent.trySignal(c, ada, strings.Repeat("é", 11)).refused("TOO_LONG", "payload"); e.Limit != 20 || e.Count != 22 {
		t.Errorf("refused with %+v", e)
	}
	if e := agent.tryInput(c, strings.Repeat("é", 6)).refused("TOO_LONG", "payload"); e.Limit != 10 || e.Count != 12 {
		t.Errorf("refused with %+v", e)
	}
	adas := ada.watches(c, "", overSocket)
	agent.trySignal(c, ada, strings.Repeat("é", 10)).ok()
	adas.gets(strings.Repeat("é", 10))
	until := func(try func() *reply) (n int, refused *reply) {
		for ; n < 100; n++ {
			if refused = try(); !refused.isOK() {
				break
			}
		}
		return n, refused
	}
	n, refused := until(func() *reply { return grace.trySignal(c, ada, "x") })
	if refused.throttled(time.Second); n < 12 || n > 40 {
		t.Errorf("%d signals in a row", n)
	}
	n, refused = until(func() *reply { return grace.tryInput(c, "x") })
	if refused.throttled(time.Second); n < 8 || n > 40 {
		t.Errorf("%d inputs in a row", n)
	}
	agent.tryInput(c, "x").ok()
}
