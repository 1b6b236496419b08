package main

// user is a member, a customer or a specialist, by their access token.
type user struct {
	h     *house
	name  string
	token string
	id    string
	room  place // a customer's or a specialist's

	watching map[string]*feed // by room
}

// place is a room, with the cursor from which a test follows it.
type place struct{ ID, Start string }

func (h *house) user(name, token string) *user {
	h.keepSecret("an access token", token)
	return &user{h: h, name: name, token: token, watching: map[string]*feed{}}
}

// SignIn signs a member in.
func (h *house) SignIn(email string) *user {
	h.t.Helper()
	a := h.trySignIn(email, demoPassword).ok()
	p := h.user(a.text("member.name"), a.text("accessToken"))
	p.id = a.text("member.id")
	return p
}

func (h *house) trySignIn(email, password string) *reply {
	return h.mutate("", "signIn", vars{"email": email, "password": password}, "accessToken expiresAt member { id name email role }")
}

func (p *user) ask(query string, variables vars) *reply { return p.h.ask(p.token, query, variables) }

func (p *user) mutate(field string, input vars, selection string) *reply {
	return p.h.mutate(p.token, field, input, selection)
}

const roomSelection = "room { id name status lastCursor customer { id name phone email } createdBy { id name } canGetLink }"

// CreateRoom opens a room.
func (p *user) CreateRoom() place {
	p.h.t.Helper()
	a := p.mutate("createRoom", nil, roomSelection).ok()
	return place{ID: a.text("room.id"), Start: a.text("room.lastCursor")}
}

// bySMS and byEmail say how to invite.
func bySMS(phone *device) vars     { return vars{"channel": "SMS", "to": phone.address} }
func byEmail(mailbox *device) vars { return vars{"channel": "EMAIL", "to": mailbox.address} }

const inviteSelection = "room { id name status } invitation { id status channel to room { id } invitedBy { id } } confirmation"

// TryInvite invites a customer, which may be refused.
func (p *user) TryInvite(room place, how vars, firstName, lastName string) *reply {
	input := vars{"roomId": room.ID, "firstName": firstName, "lastName": lastName}
	for name, value := range how {
		input[name] = value
	}
	return p.mutate("inviteCustomer", input, inviteSelection)
}

// Invite invites a customer.
func (p *user) Invite(room place, how vars, firstName, lastName string) *reply {
	p.h.t.Helper()
	return p.TryInvite(room, how, firstName, lastName).ok()
}

const messageSelection = "message { id cursor body side sentAt kind author { __typename ... on Member { name } ... on Customer { name } ... on Specialist { name } } }"

// TrySay writes a message, which may be refused.
func (p *user) TrySay(room place, body string) *reply {
	p.h.keepSecret("a message", body)
	return p.mutate("sendMessage", vars{"roomId": room.ID, "body": body}, messageSelection)
}

// Says writes a message. A customer or a specialist has but one room.
func (p *user) Says(body string, room ...place) *reply {
	p.h.t.Helper()
	return p.TrySay(append(room, p.room)[0], body).ok()
}

// Link gets a link to the room, which may be refused.
func (p *user) Link(room place) *reply { return p.mutate("getLink", vars{"roomId": room.ID}, "url") }

// CopyLink gets a link to the room.
func (p *user) CopyLink(room place) string {
	p.h.t.Helper()
	link := p.Link(room).ok().text("url")
	p.h.keepSecret("a link", tokenOf(link))
	return link
}

// Merge makes a room one with another.
func (p *user) Merge(room, into place) *reply {
	p.h.t.Helper()
	return p.mutate("mergeRooms", vars{"roomId": room.ID, "intoRoomId": into.ID}, roomSelection).ok()
}

// Reinvite asks the room's customer in once more, which may be refused.
func (p *user) Reinvite(room place, how vars) *reply {
	return p.mutate("reinviteCustomer", how.with(vars{"roomId": room.ID}), inviteSelection+" url")
}

// Close closes the room.
func (p *user) Close(room place) {
	p.h.t.Helper()
	p.mutate("closeRoom", vars{"roomId": room.ID}, roomSelection).ok()
}

// SignOut ends the access token.
func (p *user) SignOut() {
	p.h.t.Helper()
	p.mutate("signOut", nil, "").ok()
}

// Sees waits for the messages to arrive live, in this order and no other between them. Who has not looked yet begins
// at the room's start.
func (p *user) Sees(room place, bodies ...string) {
	p.h.t.Helper()
	f := p.watching[room.ID]
	if f == nil {
		f = p.follow(room, overSocket)
		p.watching[room.ID] = f
	}
	for _, body := range bodies {
		if e := f.until("MessagePosted"); e.Message.Body != body {
			p.h.t.Fatalf("%s sees %q, want %q", p.name, e.Message.Body, body)
		}
	}
}

// timeline are the messages of a room, as a page shows them.
func (p *user) timeline(room place) []string {
	p.h.t.Helper()
	a := p.ask(`query ($id: ID!) { room(id: $id) { messages(first: 100) { totalCount nodes { body } } } }`, vars{"id": room.ID}).ok()
	return a.texts("room.messages.nodes", "body")
}

// invited is a room with a customer in it, who came in by email.
func (p *user) invited() (place, *user) {
	p.h.t.Helper()
	room, mailbox := p.CreateRoom(), p.h.Mailbox("ada.lovelace@customer.example")
	p.Invite(room, byEmail(mailbox), "Ada", "Lovelace")
	return room, mailbox.Expect("Ada").Open().Enter()
}
