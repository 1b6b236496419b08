package main

import (
	"context"
	"fmt"
	"net/http"
	"strings"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/organization"
	"parley/ent/portal"
	"parley/ent/smsconversation"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
)

// world is an organisation with everything in it that the matrix asks for.
type world struct {
	h       *house
	name    string
	domain  string
	agent   *user
	guest   *user                  // who comes and goes
	members map[string]*ent.Member // by column
	tokens  map[string]string      // by column
	things  map[string]string      // ids and the like, by the name they have in operations
	secrets []string               // what nobody of another organisation or room may see
	code    string                 // by which specialists come into the room
	number  string                 // of its service
	screens map[string]screen      // of those who are there, by column
	rooms   int
	made    int // operations that change things
	joiners int
}

// asking is what one cell of the matrix asks with.
type asking struct {
	token           string
	things, nothing *strings.Replacer
}

func newWorld(h *house, name, domain string) *world {
	h.t.Helper()
	ctx := h.t.Context()
	o := must(h, func() (*ent.Organization, error) {
		return h.ent().Organization.Query().Where(organization.Name(name)).Only(ctx)
	})
	w := &world{h: h, name: name, domain: domain, members: map[string]*ent.Member{}, tokens: map[string]string{}, things: map[string]string{"$org": o.ID}}
	for column, role := range map[string]member.Role{
		"admin": member.RoleAdministrator, "lead": member.RoleTeamLeader, "agent": member.RoleAgent, "quality": member.RoleQualityAssessor,
	} {
		email := "matrix-" + column + "@" + domain
		w.members[column] = must(h, func() (*ent.Member, error) {
			return h.ent().Member.Create().SetOrganizationID(o.ID).SetEmail(email).SetEmailKey(email).SetFirstName("Matrix" + name).SetLastName(column).
				SetPasswordHash("none").SetRole(role).SetClassOfService(member.ClassOfServiceInternal).SetChannels([]string{"EMAIL", "VOICE"}).Save(ctx)
		})
		w.tokens[column] = w.issue(column)
		w.secrets = append(w.secrets, email, w.members[column].ID)
	}
	w.agent = h.user("agent", w.tokens["agent"])
	w.things["$member"] = w.members["agent"].ID
	w.furnish(ctx, o)
	w.things["$asking"], _ = w.inviteMember()
	w.things["$entry"] = w.h.user("admin", w.tokens["admin"]).ask(`{ organization { auditEntries(first: 1) { nodes { id } } } }`, nil).ok().text("organization.auditEntries.nodes.0.id")
	w.fill()
	out := w.issue("lead")
	h.mutate(out, "signOut", nil, "").ok()
	w.tokens["signed-out"] = out
	return w
}

// must fails the test where f does.
func must[T any](h *house, f func() (T, error)) T {
	h.t.Helper()
	v, err := f()
	if err != nil {
		h.t.Fatal(err)
	}
	return v
}

func (w *world) issue(column string) string {
	w.h.t.Helper()
	var issued auth.Issued
	err := database.WithTx(w.h.t.Context(), w.h.ent(), func(tx *ent.Tx) (err error) {
		issued, err = w.h.app.tokens.IssueToMemberTx(w.h.t.Context(), tx, w.members[column].ID)
		return err
	})
	if err != nil {
		w.h.t.Fatal(err)
	}
	return issued.Text
}

// furnish makes one of everything that the demo does not have in both organisations, and belongs to the agent.
func (w *world) furnish(ctx context.Context, o *ent.Organization) {
	w.h.t.Helper()
	c := w.h.ent()
	service := must(w.h, func() (*ent.Service, error) {
		return c.Service.Create().SetOrganizationID(o.ID).SetName("Service of " + w.name).Save(ctx)
	})
	site := must(w.h, func() (*ent.Site, error) {
		return c.Site.Create().SetOrganizationID(o.ID).SetName("Site of " + w.name).SetCountry("GB").Save(ctx)
	})
	skill := must(w.h, func() (*ent.Skill, error) {
		return c.Skill.Create().SetOrganizationID(o.ID).SetName("Skill of " + w.name).Save(ctx)
	})
	if err := service.Update().AddSkills(skill).Exec(ctx); err != nil {
		w.h.t.Fatal(err)
	}
	number := must(w.h, func() (*ent.PhoneNumber, error) {
		return c.PhoneNumber.Create().SetOrganizationID(o.ID).SetNumber(fmt.Sprintf("+4474800009%02d", len(w.name))).SetCountry("GB").Save(ctx)
	})
	door := must(w.h, func() (*ent.Portal, error) {
		return c.Portal.Create().SetOrganizationID(o.ID).SetName("Portal of " + w.name).SetMode(portal.ModeWeb).
			SetAllowsSpecialists(true).SetAllowsControl(true).Save(ctx)
	})
	if err := w.members["agent"].Update().AddServices(service).AddSites(site).AddSkills(skill).Exec(ctx); err != nil {
		w.h.t.Fatal(err)
	}
	w.things["$service"], w.things["$site"], w.things["$skill"] = service.ID, site.ID, skill.ID
	w.things["$number"], w.things["$portal"], w.number = number.ID, door.ID, number.Number
	text := must(w.h, func() (*ent.PredefinedMessage, error) {
		return c.PredefinedMessage.Create().SetOrganizationID(o.ID).SetServiceID(service.ID).SetTitle("Text").SetBody("Text of " + w.name).Save(ctx)
	})
	w.things["$text"], w.things["$own"] = text.ID, w.text()
	w.secrets = append(w.secrets, text.ID, text.Body, w.things["$own"])
	w.secrets = append(w.secrets, o.ID, service.Name, site.Name, skill.Name, number.Number, door.ID)
}

// place is a cursor of the agent's inbox: from then on. Cursors of inboxes are times, of all organisations.
func (w *world) place() string {
	w.h.t.Helper()
	i := w.agent.inbox("", overSocket)
	defer i.cut()
	return i.expect("InboxCaughtUp").Cursor
}

// pause has somebody who is in no call be not ready for another reason than before.
func (w *world) pause() {
	w.h.t.Helper()
	w.made++
	w.h.user("lead", w.tokens["lead"]).TryState("NOT_READY", fmt.Sprintf("Pause %d", w.made)).ok()
}

// text keeps a predefined message of the agent's own, and returns its id.
func (w *world) text() string {
	w.h.t.Helper()
	a := w.agent.mutate("createPredefinedMessage", vars{"title": "Own", "body": "One's own"}, "predefinedMessage { id }").ok()
	return a.text("predefinedMessage.id")
}

// leaver makes a member who can go, and returns their id.
func (w *world) leaver(name string) string {
	w.h.t.Helper()
	m := w.members["agent"]
	email := name + "@" + w.domain
	return must(w.h, func() (*ent.Member, error) {
		return w.h.ent().Member.Create().SetOrganizationID(m.OrganizationID).SetEmail(email).SetEmailKey(email).SetFirstName("L").SetLastName("L").
			SetPasswordHash("none").SetRole(m.Role).SetClassOfService(m.ClassOfService).Save(w.h.t.Context())
	}).ID
}

// fill opens a room in which everything has happened, and one that is closed.
func (w *world) fill() {
	w.things["$inbox"] = w.place()
	w.agent.Says("The first news", w.agent.CreateRoom())
	w.agent.TryState("READY", "").ok()
	w.things["$call"] = w.agent.TryCall(vars{"number": "4711", "flow": "CONTACT_CENTER", "serviceId": w.things["$service"]}).ok().text("call.id")
	room, link := w.openRoom()
	ada := w.h.open(link).Enter()
	w.tokens["customer"] = ada.token
	body := "A secret of " + w.name
	w.things["$room"], w.things["$after"], w.things["$customer"] = room.ID, room.Start, ada.id
	w.things["$message"] = ada.Says(body).text("message.id")
	w.things["$invitation"] = w.agent.ask(`query ($id: ID!) { room(id: $id) { invitations { nodes { id } } } }`, vars{"id": room.ID}).ok().text("room.invitations.nodes.0.id")
	w.things["$document"] = w.agent.Shares(room, "paper of "+w.name+".dat", noise(9)).text("document.id")
	picture := w.agent.Shares(room, "picture.png", picture(w.h.t, 2, 2)).text("document.id") // of which something is told
	w.guest = w.h.SignIn("admin@" + w.domain)
	there := w.h.SignIn("agent@"+w.domain).followAfter(room, "", overSocket) // for good
	there.expect("CaughtUp")
	go there.drain()
	await(w.h.t, "a picture to be examined", func() bool { return w.agent.document(picture).ok().text("node.status") == "READY" })
	w.support(room)
	gone := w.agent.CreateRoom()
	w.agent.Merge(gone, room)
	w.things["$gone"], w.things["$goneStart"], w.things["$known"] = gone.ID, gone.Start, fmt.Sprintf("customer%d@of.%s", w.rooms, w.domain)
	w.converse()
	w.offer("admin", "CHAT_OFFERED")
	w.offer("lead", "CHAT_WITHDRAWN")
	over, _ := w.openRoom()
	w.agent.Close(over)
	w.things["$closed"], w.things["$start"] = over.ID, over.Start
	w.secrets = append(w.secrets, room.ID, gone.ID, over.ID, ada.id, body, w.things["$message"], w.things["$invitation"], "customer of "+w.name,
		w.things["$document"], "paper of "+w.name)
}

// converse has everything happen in a conversation by text messages that happens there, while the agent may text; and has another
// one end.
func (w *world) converse() {
	w.h.t.Helper()
	w.agent.id = w.members["agent"].ID
	admin := w.h.user("admin", w.tokens["admin"])
	admin.update(w.agent, vars{"channels": []string{"EMAIL", "VOICE", "SMS"}}).ok()
	defer func() { admin.update(w.agent, vars{"channels": []string{"EMAIL", "VOICE"}}).ok() }()
	phone, other := w.h.Phone("+4474001000"+w.number[len(w.number)-2:]), w.h.Phone("+4474001001"+w.number[len(w.number)-2:])
	w.h.exec(`UPDATE services SET takes_new_chats = true, phone_number_id = $2 WHERE id = $1`, w.things["$service"], w.things["$number"])
	if status := w.h.texted(vars{"from": phone.address, "to": w.number, "body": "A question of " + w.name}); status != http.StatusOK {
		w.h.t.Fatalf("a text message was answered with %d", status)
	}
	open := func(to *device) chat {
		return w.agent.Opens(vars{"serviceId": w.things["$service"], "to": to.address})
	}
	talk := open(phone)
	live := w.agent.Follows(talk, talk.cursor, overSocket)
	defer live.cut()
	live.expect("SmsConversationCaughtUp")
	sent := w.agent.TryText("An answer of "+w.name, talk.in()).ok()
	phone.Expect("An answer")
	live.expect("SmsMessageSent", "SmsMessageStatusChanged")
	ended := open(other)
	w.agent.Ends(ended)
	from := w.agent.ask(`query ($id: ID!) { smsConversation(id: $id) { messages(first: 1) { nodes { cursor } } } }`, vars{"id": talk.id}).ok()
	w.things["$sms"], w.things["$smsg"], w.things["$smsStart"] = talk.id, sent.text("message.id"), from.text("smsConversation.messages.nodes.0.cursor")
	c := must(w.h, func() (eventlog.Cursor, error) { return eventlog.ParseCursor(talk.cursor) })
	w.things["$smsNone"] = w.h.app.events.Cursor(c.Stream, 0) // before all
	w.things["$ended"], w.things["$endedStart"] = ended.id, ended.cursor
	w.secrets = append(w.secrets, talk.id, ended.id, sent.text("message.id"), phone.address, other.address, "question of "+w.name, "answer of "+w.name)
}

// offer has a member told of an offer, of which nothing else is so.
func (w *world) offer(column, kind string) {
	w.h.t.Helper()
	m := w.members[column]
	err := database.WithTx(w.h.t.Context(), w.h.ent(), func(tx *ent.Tx) error {
		streamID, err := eventlog.CreateTx(w.h.t.Context(), tx, m.OrganizationID)
		if err != nil {
			return err
		}
		if err := tx.Member.UpdateOneID(m.ID).SetChatStreamID(streamID).Exec(w.h.t.Context()); err != nil {
			return err
		}
		_, err = w.h.app.events.AppendTx(w.h.t.Context(), tx, streamID, eventlog.Entry{
			Kind: kind, Side: "SYSTEM", Data: fmt.Sprintf(`{"conversation": %q}`, w.things["$sms"]),
		})
		return err
	})
	if err != nil {
		w.h.t.Fatal(err)
	}
}

// talk is a conversation of the agent's for one operation.
func (w *world) talk() string {
	w.h.t.Helper()
	w.made++
	var c *ent.SmsConversation
	err := database.WithTx(w.h.t.Context(), w.h.ent(), func(tx *ent.Tx) error {
		streamID, err := eventlog.CreateTx(w.h.t.Context(), tx, w.members["agent"].OrganizationID)
		if err != nil {
			return err
		}
		c, err = tx.SmsConversation.Create().SetOrganizationID(w.members["agent"].OrganizationID).SetServiceID(w.things["$service"]).
			SetNumber(w.number).SetCustomerNumber(fmt.Sprintf("+44740%07d", w.made)).SetAgentID(w.members["agent"].ID).
			SetStatus(smsconversation.StatusActive).SetOrigin(smsconversation.OriginAgent).SetStreamID(streamID).Save(w.h.t.Context())
		return err
	})
	if err != nil {
		w.h.t.Fatal(err)
	}
	return c.ID
}

// support has everything happen in the room that happens in support sessions, of which one goes on.
func (w *world) support(room place) {
	w.h.t.Helper()
	before := w.host(room)
	w.things["$over"] = before.of.id
	before.of.ends()
	w.things["$last"] = w.agent.ask(`query ($id: ID!) { room(id: $id) { lastCursor } }`, vars{"id": room.ID}).ok().text("room.lastCursor")
	first := w.host(room)
	first.cancels()
	c := first.of.invites("VIEW_ONLY")
	expert, removed := w.h.joins(c.short, "Expert of "+w.name), w.h.joins(c.short, "Former expert of "+w.name)
	w.agent.trySetAccess(expert, "CONTROL").ok()
	w.agent.tryRemove(removed).ok()
	stranger := w.h.joins(w.host(w.agent.CreateRoom()).short, "Stranger")
	w.tokens["specialist"], w.tokens["removed"], w.tokens["stranger"] = expert.token, removed.token, stranger.token
	w.things["$session"], w.things["$code"], w.things["$expert"], w.code = c.of.id, c.id, expert.id, c.short
	w.show(c.of)
	w.secrets = append(w.secrets, c.of.id, before.of.id, c.id, c.short, expert.id, expert.name, removed.id, removed.name)
}

// show has everyone who is in the session share a screen, and get a signal there; and the agent another one, which is stopped.
func (w *world) show(s *support) {
	w.h.t.Helper()
	w.agent.id = w.members["agent"].ID
	w.agent.tryAllow(s, true).ok()
	stopped := w.agent.shares(s)
	w.things["$stopped"], w.things["$stoppedStart"] = stopped.ID, stopped.Start
	w.screens = map[string]screen{}
	admin, assessor := w.h.user("admin", w.tokens["admin"]), w.h.user("quality", w.tokens["quality"])
	assessor.id = w.members["quality"].ID
	admin.update(assessor, vars{"role": "AGENT"}).ok() // who may share
	defer func() { admin.update(assessor, vars{"role": "QUALITY_ASSESSOR"}).ok() }()
	for _, column := range columns[:here] {
		p := w.h.user(column, w.tokens[column])
		switch column {
		case "customer":
			p.id = w.things["$customer"]
		case "specialist":
			p.id = w.things["$expert"]
		default:
			p.id = w.members[column].ID
		}
		c := p.shares(s)
		w.agent.signals(c, p, "A signal of "+w.name)
		w.screens[column] = c
		w.secrets = append(w.secrets, c.ID, "A signal of "+w.name)
	}
	agents := w.screens["agent"] // with which the first one was stopped
	w.things["$share"], w.things["$shareStart"] = agents.ID, agents.Start
}

// host starts a support session in a room and makes its code.
func (w *world) host(room place) *code {
	w.h.t.Helper()
	a := w.agent.mutate("startSupportSession", vars{"roomId": room.ID, "portalId": w.things["$portal"]}, sessionSelection).ok()
	return (&support{host: w.agent, room: room, id: a.text("supportSession.id")}).invites("VIEW_ONLY")
}

// happen has what is live only happen in the room, where an operation asks for it.
func (w *world) happen(o operation) {
	room := place{ID: w.things["$room"]}
	switch {
	case o.mentions("on Typing "):
		w.agent.mutate("setTyping", vars{"roomId": room.ID, "typing": true}, "").ok()
	case o.mentions("specialistJoined"):
		w.h.joins(w.code, "Visitor").tryLeave().ok()
	case o.mentions("on ScreenShareControlled "):
		for _, c := range w.screens {
			w.agent.tryInput(c, "An input of "+w.name).ok()
		}
	case o.mentions("on PresenceChanged "):
		w.guest.followAfter(room, "", overStream).cut()
	}
}

// openRoom opens a room with a customer and returns it with a link.
func (w *world) openRoom() (place, string) {
	w.h.t.Helper()
	w.rooms++
	mailbox := w.h.Mailbox(fmt.Sprintf("customer%d@of.%s", w.rooms, w.domain))
	room := w.agent.CreateRoom()
	w.agent.Invite(room, byEmail(mailbox), "A", "customer of "+w.name)
	w.h.expected[mailbox.address] += 2 // the second one is where an operation re-invites
	return room, w.agent.CopyLink(room)
}

// joiner is the address of somebody who may become a member.
func (w *world) joiner() string {
	w.joiners++
	address := fmt.Sprintf("joiner%d@of.%s", w.joiners, w.domain)
	w.h.expected[address] += 2 // the second one is where an operation sends it once more
	return address
}

// inviteMember asks somebody to become a member, and returns the id of the invitation with the token of its link.
func (w *world) inviteMember() (id, token string) {
	w.h.t.Helper()
	given := vars{"serviceIds": []string{w.things["$service"]}, "siteIds": []string{w.things["$site"]}, "skillIds": []string{w.things["$skill"]}}
	id = w.h.user("admin", w.tokens["admin"]).InviteMember(given, w.joiner())
	w.secrets = append(w.secrets, id)
	i := must(w.h, func() (*ent.MemberInvitation, error) { return w.h.ent().MemberInvitation.Get(w.h.t.Context(), id) })
	return id, auth.NewLinks([]byte(testSecret), "").Token(i.LinkID)
}

// prepare makes what a viewer needs for an operation. What changes things gets new ones each time, and a new token.
func (w *world) prepare(o operation, column string, other *world) asking {
	w.h.t.Helper()
	things := map[string]string{}
	for name, thing := range w.things {
		things[name] = thing
	}
	viewer, name := w, strings.TrimPrefix(column, "other-")
	if name != column {
		viewer = other
	}
	token := viewer.tokens[name]
	mine := w.screens[name]
	if viewer != w || mine.ID == "" {
		mine = w.screens["agent"]
	}
	things["$mine"], things["$mineStart"] = mine.ID, mine.Start
	if o.mentions("$lately#") {
		things["$lately"] = w.place()
		w.pause()
		other.pause()
	}
	if o.changes() {
		own := &lodging{}
		if viewer == w {
			own = w.lodge(o, things, name == "specialist")
		} else {
			w.lodge(o, things, false)
		}
		if o.mentions("$draft#") {
			things["$draft"] = w.agent.CreateRoom().ID
		}
		w.made++
		things["$email"], things["$joiner"] = "agent@"+w.domain, w.joiner()
		things["$label"] = fmt.Sprintf("Label %d", w.made)
		if o.mentions("$spare#") {
			things["$spare"] = w.text()
		}
		if o.mentions("$talk#") {
			things["$talk"] = w.talk()
		}
		if o.mentions("$leaver#") {
			things["$leaver"] = w.leaver(fmt.Sprintf("leaver%d", w.made))
		}
		if o.mentions("$asked#") || o.mentions("$join#") {
			things["$asked"], things["$join"] = w.inviteMember()
		}
		token = viewer.freshToken(o, name, token, own)
	}
	return asking{token: token, things: replacer(things, false), nothing: replacer(things, true)}
}

// lodging is a room that was opened for one operation: its link, and the code of its session. Each is empty where the operation
// needs none.
type lodging struct{ link, code string }

// lodge opens a room for an operation that names one, and a session in it where one is named or wanted.
func (w *world) lodge(o operation, things map[string]string, session bool) *lodging {
	w.h.t.Helper()
	of := &lodging{}
	inSession := o.mentions("$live#") || o.mentions("$ticket#") || o.mentions("$colleague#") || o.mentions("$spoken#") || o.mentions("$shown#")
	if !inSession && !o.mentions("$fresh#") && !o.mentions("$link#") {
		return of
	}
	room := place{}
	if o.mentions("$fresh#") || o.mentions("$link#") || o.mentions("creenShare") { // which customers do, too
		room, of.link = w.openRoom()
		things["$fresh"], things["$begin"], things["$link"] = room.ID, room.Start, tokenOf(of.link)
	} else {
		room = w.agent.CreateRoom()
	}
	if inSession || session {
		c := w.host(room)
		of.code = c.short
		things["$live"], things["$ticket"], things["$spoken"] = c.of.id, c.id, c.short
		if o.mentions("$shown#") {
			things["$shown"] = w.agent.shares(c.of).ID
		}
	}
	if o.mentions("$colleague#") {
		things["$colleague"] = w.h.joins(of.code, "Colleague").id
	}
	return of
}

// freshToken is a token for what ends tokens or rooms; a customer's and a specialist's is of the room that was opened for the
// operation, if it is their own organisation's.
func (w *world) freshToken(o operation, column, token string, own *lodging) string {
	w.h.t.Helper()
	switch {
	case w.members[column] != nil:
		return w.issue(column)
	case o.mentions("$share#"), o.mentions("$stopped#"), o.mentions("$over#"): // which nothing ends
		return token
	case column == "customer":
		if own.link == "" {
			_, own.link = w.openRoom()
		}
		return w.h.open(own.link).Enter().token
	case column == "stranger", column == "specialist" && own.code == "" && !o.mentions("$room#"):
		return w.h.joins(w.host(w.agent.CreateRoom()).short, "Stranger").token
	case column == "specialist" && own.code != "":
		return w.h.joins(own.code, "Expert").token
	}
	return token
}

// replacer puts things into an operation, or ids of the same types that nothing has.
func replacer(things map[string]string, missing bool) *strings.Replacer {
	var pairs []string
	for name, thing := range things {
		if prefix, _, isID := strings.Cut(thing, "_"); isID && missing {
			thing = prefix + "_01h455vb4pex5vsknk084sn02q"
		}
		pairs = append(pairs, name+"#", `"`+thing+`"`)
	}
	return strings.NewReplacer(pairs...)
}

// checkSilence fails the test where an answer to someone else has anything of this world in it.
func (w *world) checkSilence(o operation, column, body string) {
	w.h.t.Helper()
	if o.public {
		return
	}
	for _, secret := range w.secrets {
		if strings.Contains(body, secret) {
			w.h.t.Errorf("%s tells %s of %q of %s: %s", o.name, column, secret, w.name, body)
		}
	}
}
