package main

import (
	"slices"
	"testing"
	"time"
)

func TestS1_ASessionIsStartedThroughAPortalAndEnded(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example")
	room, ada := agent.invited()
	feed := ada.followAfter(room, "", overSocket)
	feed.expect("CaughtUp")
	goingOn := func() any {
		return agent.ask(`query ($id: ID!) { room(id: $id) { supportSession { id } } }`, vars{"id": room.ID}).ok().find("room.supportSession.id")
	}
	for portal, mode := range map[string]string{"Phone": "PHONE", "Web": "WEB", "Queue": "QUEUE"} {
		started := agent.tryStart(room, portal).ok()
		s := &support{host: agent, room: room, id: started.text("supportSession.id")}
		if started.text("supportSession.status") != "ACTIVE" || started.text("supportSession.portal.mode") != mode ||
			started.text("supportSession.host.id") != agent.id || started.find("supportSession.endedAt") != nil || started.text("supportSession.room.id") != room.ID {
			t.Errorf("through %s: %s", portal, started.body)
		}
		if goingOn() != s.id {
			t.Errorf("the room says %v, want %s", goingOn(), s.id)
		}
		second.tryStart(room, portal).refused("SESSION_ALREADY_ACTIVE", "roomId")
		second.tryStart(room, "Phone").refused("SESSION_ALREADY_ACTIVE", "roomId")

		first := second.tryEnd(s).ok()
		again := s.ends()
		if first.text("supportSession.status") != "ENDED" || first.text("supportSession.endedAt") == "" || string(first.body) != string(again.body) {
			t.Errorf("ended as\n%s\nand again\n%s", first.body, again.body)
		}
		if goingOn() != nil {
			t.Errorf("the room says %v after the end", goingOn())
		}
		told := feed.expect("SupportSessionStarted", "SupportSessionEnded")
		if told[0].Actor.Name != agent.name || told[1].Actor.Name != second.name || told[0].Session.ID != s.id || told[1].Session.ID != s.id {
			t.Errorf("told as %+v", told)
		}
	}
	agent.Says("And nothing more", room)
	feed.expect("MessagePosted")
}

func TestS1_SessionsAreForMembersOfTheOrganisation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, foreign := h.SignIn("agent@demo.example"), h.SignIn("agent@other.example")
	room, ada := agent.invited()
	s := agent.starts(room)
	c := s.invites("VIEW_ONLY")
	grace, ken := h.joins(c.short, "Grace Hopper"), h.joins(c.short, "Ken Thompson")
	nobody := &user{h: h}
	for p, want := range map[*user]string{ada: "FORBIDDEN", grace: "FORBIDDEN", nobody: "UNAUTHENTICATED"} {
		p.tryStart(room, "Phone").failed(want)
		p.tryEnd(s).failed(want)
		p.tryInvite(s, "VIEW_ONLY", nil).failed(want)
		p.tryCancel(c, true).failed(want)
		p.tryRemove(ken).failed(want)
		p.trySetAccess(ken, "CONTROL").failed(want)
	}
	foreign.tryStart(room, "Phone").failed("NOT_FOUND") // nor are their portals
	foreign.tryStart(foreign.CreateRoom(), "Phone").failed("NOT_FOUND")
	foreign.tryEnd(s).failed("NOT_FOUND")
	foreign.tryInvite(s, "VIEW_ONLY", nil).failed("NOT_FOUND")
	foreign.tryCancel(c, true).failed("NOT_FOUND")
	foreign.tryRemove(ken).failed("NOT_FOUND")
	foreign.trySetAccess(ken, "CONTROL").failed("NOT_FOUND")
	agent.tryLeave().failed("FORBIDDEN")
	ada.tryLeave().failed("FORBIDDEN")
	if s.seats() != 2 {
		t.Errorf("%d specialists are there", s.seats())
	}
	ken.Says("Nothing has changed")
	grace.Says("For neither of us")
}

func TestS1_AClosedRoomHasNoSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	s := agent.starts(room)
	c := s.invites("VIEW_ONLY")
	grace := h.joins(c.short, "Grace Hopper")
	feeds, agents := grace.everywhere(room), agent.follow(room, overSocket)
	agent.Close(room)
	agents.until("SpecialistLeft")
	agents.until("SupportSessionEnded")
	agents.until("RoomClosed")
	for name, f := range feeds {
		f.end("SpecialistLeft", "SupportSessionEnded", "RoomClosed")
		t.Log(name, "has ended")
	}
	grace.out()
	h.tryJoin(c.short, "Ken Thompson").refused("CODE_INVALID", "code")
	agent.tryStart(room, "Phone").refused("ROOM_CLOSED", "roomId")
	if a := s.ends(); a.text("supportSession.status") != "ENDED" {
		t.Errorf("the session of a closed room: %s", a.body)
	}
}

func TestS1_OneOfManyStartsASession(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		phone := one.portal("Phone")
		for range 10 {
			room := agent.CreateRoom()
			started := 0
			for _, a := range together(10, func(i int) *reply {
				p := agent.at([]*house{one, two}[i%2])
				return p.mutate("startSupportSession", vars{"roomId": room.ID, "portalId": phone}, sessionSelection)
			}) {
				if a.isOK() {
					started++
				} else {
					a.refused("SESSION_ALREADY_ACTIVE", "roomId")
				}
			}
			if started != 1 {
				t.Fatalf("%d were started", started)
			}
		}
	})
}

func TestS2_ThePortalDecidesWhetherSpecialistsMayCome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	web := &support{host: agent, room: room, id: agent.tryStart(room, "Web").ok().text("supportSession.id")} // as portals are by default
	for _, access := range []string{"VIEW_ONLY", "CONTROL"} {
		agent.tryInvite(web, access, nil).refused("EXTERNAL_SPECIALISTS_DISABLED", "supportSessionId")
	}
	agent.tryInvite(web, "VIEW_ONLY", vars{"email": "grace@expert.example"}).refused("EXTERNAL_SPECIALISTS_DISABLED", "supportSessionId")
	h.exec(`UPDATE portals SET allows_specialists = true WHERE name = 'Web'`)
	web.invites("VIEW_ONLY")
	web.ends()
	agent.tryInvite(web, "VIEW_ONLY", nil).refused("SESSION_NOT_ACTIVE", "supportSessionId")
	agent.tryInvite(web, "VIEW_ONLY", vars{"email": "grace@expert.example"}).refused("SESSION_NOT_ACTIVE", "supportSessionId")
	if n := h.number(`SELECT count(*) FROM specialist_invitations`); n != 1 {
		t.Errorf("%d invitations were made", n)
	}
}

func TestS3_RightsAreChosenBeforeAndThePortalLimitsThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room, other := agent.CreateRoom(), agent.CreateRoom()
	h.exec(`UPDATE portals SET allows_specialists = true WHERE name = 'Web'`) // and not control
	web := &support{host: agent, room: room, id: agent.tryStart(room, "Web").ok().text("supportSession.id")}
	agent.tryInvite(web, "CONTROL", nil).refused("ACCESS_NOT_ALLOWED", "access")
	grace := h.joins(web.invites("VIEW_ONLY").short, "Grace Hopper")
	agent.trySetAccess(grace, "CONTROL").refused("ACCESS_NOT_ALLOWED", "access")
	agent.tryInvite(web, "CONTROL", nil).refused("ACCESS_NOT_ALLOWED", "access")

	phone := agent.starts(other)
	for access, label := range map[string]string{"VIEW_ONLY": "View only", "CONTROL": "Control keyboard and mouse"} {
		a := agent.tryInvite(phone, access, nil).ok()
		if a.text("specialistInvitation.access") != access || a.text("specialistInvitation.accessLabel") != label {
			t.Errorf("the code says %s", a.body)
		}
		c := phone.codeIn(a)
		joined := h.tryJoin(c.short, "Ken Thompson").ok()
		if joined.text("specialist.access") != access || joined.text("specialist.accessLabel") != label {
			t.Errorf("who joins is told %s", joined.body)
		}
		c.cancels()
	}
}

func TestS5_FiveSeatsAndOneThatIsFreeAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	s := agent.starts(agent.CreateRoom())
	c := s.invites("VIEW_ONLY")
	if s.seats() != 0 {
		t.Errorf("%d seats are taken of a new session", s.seats())
	}
	experts := make([]*user, 5)
	for i, name := range []string{"Grace Hopper", "Ken Thompson", "Barbara Liskov", "Grace Hopper", "Radia Perlman"} { // two may have the same name
		experts[i] = h.joins(c.short, name)
	}
	full := func() {
		t.Helper()
		if a := h.tryJoin(c.short, "Edsger Dijkstra").refused("SPECIALIST_LIMIT_REACHED"); a.Limit != 5 || a.Count != 5 || s.seats() != 5 {
			t.Errorf("%d of %d are there, %d are taken", a.Count, a.Limit, s.seats())
		}
	}
	full()
	for range 3 { // coming back with one's own token keeps one's seat
		for _, p := range experts {
			p.everywhere(p.room)
			p.TrySay(p.room, "I am back").ok()
		}
	}
	full()
	experts[1].tryLeave().ok()
	experts[1].out()
	experts[1] = h.joins(c.short, "Edsger Dijkstra")
	full()
	agent.tryRemove(experts[3]).ok()
	experts[3].out()
	experts[3] = h.joins(c.short, "Tony Hoare")
	full()
	for _, p := range experts {
		p.Says("We are all here")
	}
	other := agent.starts(agent.CreateRoom()) // has seats of its own
	h.joins(other.invites("VIEW_ONLY").short, "Leslie Lamport")
	full()
}

func TestS5_TheNumberOfSeatsIsALimit(t *testing.T) {
	t.Parallel()
	h, lifted := newHouse(t, withLimits("specialist-seats=1")), newHouse(t, withLimits("rates=0,specialist-seats=0"))
	agent := h.SignIn("agent@demo.example")
	c := agent.starts(agent.CreateRoom()).invites("VIEW_ONLY")
	h.joins(c.short, "Grace Hopper")
	if a := h.tryJoin(c.short, "Ken Thompson").refused("SPECIALIST_LIMIT_REACHED"); a.Limit != 1 || a.Count != 1 {
		t.Errorf("%d of %d", a.Count, a.Limit)
	}
	agent = lifted.SignIn("agent@demo.example")
	s := agent.starts(agent.CreateRoom())
	c = s.invites("VIEW_ONLY")
	for range 8 {
		lifted.joins(c.short, "Grace Hopper")
	}
	if a := agent.ask(`query ($id: ID!) { node(id: $id) { ... on SupportSession { specialistSeats { taken limit } } } }`, vars{"id": s.id}).ok(); a.find("node.specialistSeats.limit") != nil || a.find("node.specialistSeats.taken") != 8.0 {
		t.Errorf("without a limit: %s", a.body)
	}
}

// Whose token has ended cannot come back: somebody else may have the seat.
func TestS5_WhoCannotComeBackHasNoSeat(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	s := agent.starts(room)
	c := s.invites("VIEW_ONLY")
	grace, ken, barbara := h.joins(c.short, "Grace Hopper"), h.joins(c.short, "Ken Thompson"), h.joins(c.short, "Barbara Liskov")
	feed := agent.followAfter(room, "", overSocket)
	feed.expect("CaughtUp")
	grace.SignOut()
	if e := feed.expect("SpecialistLeft")[0]; e.Specialist.ID != grace.id || e.Actor == nil || e.Actor.Name != grace.name || s.seats() != 2 {
		t.Errorf("%+v, %d are there", e, s.seats())
	}
	h.exec(`UPDATE access_tokens SET expires_at = now() WHERE specialist_id = $1`, ken.id)
	if err := h.app.sessions.FreeSeats(t.Context()); err != nil {
		t.Fatal(err)
	}
	if e := feed.expect("SpecialistLeft")[0]; e.Specialist.ID != ken.id || e.Actor != nil || s.seats() != 1 {
		t.Errorf("%+v, %d are there", e, s.seats())
	}
	if err := h.app.sessions.FreeSeats(t.Context()); err != nil {
		t.Fatal(err)
	}
	barbara.Says("I am still here")
	feed.expect("MessagePosted") // and nobody has left again
	for range 4 {
		h.joins(c.short, "Grace Hopper")
	}
	h.exec(`UPDATE access_tokens SET expires_at = now() WHERE specialist_id = $1`, barbara.id)
	h.joins(c.short, "Margaret Hamilton") // who need not wait until somebody looks
	h.tryJoin(c.short, "Ken Thompson").refused("SPECIALIST_LIMIT_REACHED")
}

func TestS8_TheEndEndsEverySpecialistsAccess(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room, ada := agent.invited()
		s := agent.starts(room)
		c := s.invites("CONTROL")
		grace, ken := one.joins(c.short, "Grace Hopper"), two.joins(c.short, "Ken Thompson")
		feeds := []map[string]*feed{grace.everywhere(room), ken.everywhere(room), grace.at(two).everywhere(room), ken.at(one).everywhere(room)}
		watch := ada.at(two).followAfter(room, "", overSocket)
		watch.expect("CaughtUp")
		s.ends()
		for _, f := range feeds {
			ended(t, f, longEnough, "SpecialistLeft", "SupportSessionEnded")
		}
		told := watch.expect("SpecialistLeft", "SpecialistLeft", "SupportSessionEnded")
		for _, e := range told {
			if e.Actor == nil || e.Actor.Name != agent.name {
				t.Errorf("it is told as %+v", e)
			}
		}
		for _, h := range []*house{one, two} {
			grace.at(h).out()
			ken.at(h).out()
			h.tryJoin(c.short, "Grace Hopper").refused("CODE_INVALID", "code")
		}
		if here := agent.attendees(room); slices.Contains(here, "Grace Hopper") {
			t.Errorf("%v are in the room", here)
		}
		again := agent.starts(room)
		grace.out()
		if next := again.invites("CONTROL"); next.short == c.short {
			t.Error("the next session has the same code")
		}
		agent.Says("Only we are left", room)
		watch.until("MessagePosted")
	})
}

func TestS9_RightsChangeAtOnce(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room := agent.CreateRoom()
		grace := two.joins(agent.starts(room).invites("VIEW_ONLY").short, "Grace Hopper")
		feed := grace.followAfter(room, "", overSocket)
		feed.expect("CaughtUp")
		access := func(p *user) string {
			a := p.ask(`query ($id: ID!) { node(id: $id) { ... on Specialist { access accessLabel } } }`, vars{"id": grace.id}).ok()
			return a.text("node.access")
		}
		own := func(p *user) string {
			return p.ask(`{ viewer { ... on Specialist { access } } }`, nil).ok().text("viewer.access")
		}
		for _, want := range []string{"CONTROL", "VIEW_ONLY", "CONTROL"} {
			if a := agent.trySetAccess(grace, want).ok(); a.text("specialist.access") != want {
				t.Errorf("set to %s: %s", want, a.body)
			}
			for _, got := range []string{access(agent), access(grace), access(grace.at(one)), own(grace), own(grace.at(one))} {
				if got != want {
					t.Errorf("it is %s, want %s", got, want)
				}
			}
			agent.trySetAccess(grace, want).ok() // tells nothing again
			if e := feed.expect("SpecialistAccessChanged")[0]; e.Access != want || e.Specialist.ID != grace.id || e.Actor.Name != agent.name {
				t.Errorf("it is told as %+v, want %s", e, want)
			}
		}
		grace.tryLeave().ok()
		agent.trySetAccess(grace, "VIEW_ONLY").refused("SESSION_NOT_ACTIVE", "specialistId")
	})
}

func TestS9_ARemovalTakesEffectAtOnce(t *testing.T) {
	onTwoProcesses(t, func(t *testing.T, one, two *house) {
		agent := one.SignIn("agent@demo.example")
		room := agent.CreateRoom()
		s := agent.starts(room)
		c := s.invites("VIEW_ONLY")
		watch := agent.at(two).followAfter(room, "", overSocket)
		watch.expect("CaughtUp")
		var took []time.Duration
		ken := one.joins(c.short, "Ken Thompson")
		watch.expect("SpecialistJoined", "MessagePosted")
		kens := ken.at(two).everywhere(room)
		for range 9 {
			grace := two.joins(c.short, "Grace Hopper")
			watch.expect("SpecialistJoined", "MessagePosted")
			feeds, near := grace.everywhere(room), grace.at(one).everywhere(room)
			first := agent.tryRemove(grace).ok()
			began := time.Now()
			ended(t, feeds, longEnough, "SpecialistLeft")
			took = append(took, time.Since(began))
			ended(t, near, longEnough, "SpecialistLeft")
			grace.out()
			grace.at(one).out()
			if again := agent.tryRemove(grace).ok(); first.text("specialist.leftAt") == "" || string(again.body) != string(first.body) {
				t.Errorf("removed\n%s\nand again\n%s", first.body, again.body)
			}
			if e := watch.expect("SpecialistLeft")[0]; e.Specialist.ID != grace.id || e.Actor.Name != agent.name {
				t.Errorf("it is told as %+v", e)
			}
		}
		for _, f := range kens {
			f.until("SpecialistJoined")
		}
		ken.Says("I am still here")
		slices.Sort(took)
		t.Logf("from the answer to the end of subscriptions in the other process: median %s, at most %s", took[len(took)/2], took[len(took)-1])
		if took[len(took)/2] > 250*time.Millisecond {
			t.Errorf("half of them took longer than %s", took[len(took)/2])
		}
	})
}

// As of each room that goes, whoever makes it go.
func TestR19_TheSessionOfARoomThatGoesIsEnded(t *testing.T) {
	t.Parallel()
	for name, merge := range map[string]func(agent *user, phone *device, goes, stays place){
		"mergeRooms":     func(agent *user, _ *device, goes, stays place) { agent.Merge(goes, stays) },
		"inviteCustomer": func(agent *user, phone *device, goes, _ place) { agent.Invite(goes, bySMS(phone), "Ada", "Lovelace") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
			goes, stays := agent.CreateRoom(), agent.CreateRoom()
			agent.Invite(stays, bySMS(phone), "Ada", "Lovelace")
			phone.Expect("Ada")
			ending, lasting := agent.starts(goes), agent.starts(stays)
			dead, good := ending.invites("VIEW_ONLY"), lasting.invites("VIEW_ONLY")
			grace, ken := h.joins(dead.short, "Grace Hopper"), h.joins(good.short, "Ken Thompson")
			graces, kens := grace.everywhere(goes), ken.everywhere(stays)
			followed := agent.follow(goes, overSocket)
			merge(second, phone, goes, stays)
			if name == "inviteCustomer" {
				phone.Expect("Ada")
			}

			ended(t, graces, longEnough, "SpecialistLeft", "SupportSessionEnded", "RoomMerged")
			grace.out()
			(&user{h: h, name: grace.name, token: grace.token, room: stays}).out()
			h.tryJoin(dead.short, "Barbara Liskov").refused("CODE_INVALID", "code")
			if a := ending.ends(); a.text("supportSession.status") != "ENDED" {
				t.Errorf("the session of the room that has gone is %s", a.body)
			}
			for _, want := range []string{"SpecialistLeft", "SupportSessionEnded"} {
				if e := followed.until("SpecialistLeft", "SupportSessionEnded", "RoomMerged"); e.Type != want || e.Actor.Name != second.name {
					t.Errorf("%+v is told, want %s by %s", e, want, second.name)
				}
			}
			for _, f := range kens {
				f.until("RoomMerged")
			}
			ken.Says("I am still here")
			h.joins(good.short, "Barbara Liskov").Says("And I have come")
			if lasting.seats() != 2 {
				t.Errorf("%d are in the session of the room that stays", lasting.seats())
			}
			if a := agent.tryStart(goes, "Phone"); a.code() != "SESSION_ALREADY_ACTIVE" { // the old id leads there
				t.Errorf("the room that stays has no session: %s", a.body)
			}
		})
	}
}
