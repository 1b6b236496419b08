package main

import (
	"strings"
	"testing"
)

// Every house looks for its secrets in its log and in errors. Here canaries go the whole way, right and wrong ones, and
// through all that can be refused.
func TestNoCanaryIsInALogOrAnError(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for what, canary := range map[string]string{
		"a password": "canary-password", "a wrong token": "canary-token-0123456789", "a message": "canary-body", "a name": "Canaria",
		"an address": "canary@customer.example", "a wrong address": "canary address", "a wrong number": "+4474001234canary", "a key": "canary-key",
		"a number": adasNumber, "a wrong code": "canary-code", "a specialist's name": "canary-expert",
	} {
		h.keepSecret(what, canary)
	}
	h.trySignIn("canary@customer.example", "canary-password").refused("CREDENTIALS_INVALID")
	h.trySignIn("agent@demo.example", "canary-password"+strings.Repeat("x", 2000)).refused("CREDENTIALS_INVALID")
	agent := h.SignIn("agent@demo.example")
	room, mailbox, phone := agent.CreateRoom(), h.Mailbox("canary@customer.example"), h.Phone(adasNumber)
	agent.TryInvite(room, vars{"channel": "EMAIL", "to": "canary address"}, "Canaria", "Lovelace").refused("EMAIL_INVALID", "to")
	agent.TryInvite(room, vars{"channel": "SMS", "to": "+4474001234canary"}, "Canaria", "Lovelace").refused("PHONE_INVALID", "to")
	agent.TryInvite(room, byEmail(mailbox), "Canaria://", "Lovelace").refused("NAME_INVALID", "firstName")
	agent.Invite(room, byEmail(mailbox), "Canaria", "Lovelace")
	agent.Invite(agent.CreateRoom(), bySMS(phone), "Canaria", "Lovelace")
	phone.Expect("Canaria")
	ada := mailbox.Expect("Canaria").Open().Enter()
	ada.Says("canary-body")
	agent.Sees(room, "canary-body")
	h.open(agent.CopyLink(room)).Enter()
	(&page{h: h, token: "canary-token-0123456789"}).TryEnter().refused("LINK_INVALID", "token")
	h.fetch("POST", h.url()+"/r/canary-token-0123456789")
	h.fetch("GET", h.url()+"/r/canary-token-0123456789?canary-key")
	h.fetch("GET", h.url()+"/s/canary-token-0123456789?canary-key")

	c := agent.starts(room).invites("VIEW_ONLY") // of which the house looks for the code
	h.tryJoin("canary-code", "canary-expert").refused("CODE_INVALID", "code")
	h.tryJoin(c.short, "canary-expert://").refused("NAME_INVALID", "name")
	agent.tryInvite(c.of, "VIEW_ONLY", vars{"email": "canary address"}).refused("EMAIL_INVALID", "email")
	h.joins(c.short, "canary-expert").Says("canary-body")
	h.fetch("GET", c.url)
	h.fetch("POST", c.url)
	h.fetch("GET", h.url()+"/s/canary-code?canary-key")

	key := vars{"roomId": room.ID, "body": "canary-body", "idempotencyKey": "canary-key"}
	agent.mutate("sendMessage", key, messageSelection).ok()
	agent.mutate("sendMessage", key.with(vars{"body": "canary-body 2"}), messageSelection).refused("IDEMPOTENCY_KEY_REUSED", "idempotencyKey")
	agent.TrySay(room, strings.Repeat("canary-body", 1000)).refused("TOO_LONG", "body")
	agent.mutate("sendMessage", key.with(vars{"body": "canary-body\x00"}), messageSelection).failed("BAD_USER_INPUT")
	for _, body := range []string{
		`{"query": "mutation { signIn(input: {email: \"a\", password: \"canary-password\"`,
		`{"query": "mutation { signIn(input: {email: \"a\", password: \"canary-password\"}) { nope } }"}`,
		`{"query": "mutation { signIn(input: {email: \"a\", password: canary-password}) { expiresAt } }"}`,
		`{"query": "{ room(id: \"canary-token-0123456789\") { nope } }"}`,
		`{"query": "query ($t: Int) { rooms(first: $t) { totalCount } }", "variables": {"t": "canary-password"}}`,
		`{"query": "mutation ($i: SignInInput!) { signIn(input: $i) { expiresAt } }", "variables": {"i": {"email": "a", "password": ["canary-password"]}}}`,
		`{"query": "mutation ($i: SignInInput!) { signIn(input: $i) { expiresAt } }", "variables": {"i": "canary-password"}}`,
		`canary-password`,
	} {
		if a := h.post(agent.token, []byte(body)); strings.Contains(string(a.body), "canary-") && !strings.Contains(string(a.body), `"canary-`) {
			t.Errorf("%s is answered %s", body, a.body)
		}
	}
	h.post("canary-token-0123456789", []byte(`{"query":"{viewer{__typename}}"}`))
	if s, err := h.dial("canary-token-0123456789"); err == nil {
		s.cut()
		t.Error("a wrong token was let in")
	}

	// What breaks inside tells the log, and the log says nothing of what it was about.
	h.exec(`ALTER TABLE events ADD CHECK (body NOT LIKE 'canary-break%')`)
	h.exec(`ALTER TABLE customers ADD CHECK (first_name NOT LIKE 'Canariabreak%')`)
	h.exec(`ALTER TABLE specialists ADD CHECK (name NOT LIKE 'canary-expert-break%')`)
	h.provoke()
	agent.TrySay(room, "canary-break").failed("INTERNAL")
	h.tryJoin(c.short, "canary-expert-break").failed("INTERNAL")
	agent.TryInvite(agent.CreateRoom(), byEmail(h.Mailbox("canary2@customer.example")), "Canariabreak", "Lovelace").failed("INTERNAL")
	if !strings.Contains(h.log.String(), "request failed") {
		t.Error("the log says nothing of what broke")
	}
}
