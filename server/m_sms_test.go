package main

import (
	"strings"
	"testing"
)

// A conversation as it goes: a text, its way, the answer, and the end.
func TestM5_M6_AConversation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	talk := agent.Opens(agent.to(phone, "Sales"))
	live := agent.Follows(talk, talk.cursor, overSocket)
	live.expect("SmsConversationCaughtUp")

	sent := agent.TryText("Your parcel is here.", talk.in()).ok()
	if sent.text("message.status") != "QUEUED" || sent.text("message.sentAt") == "" || sent.text("message.author.name") != "Ari Agent" ||
		sent.text("message.side") != "MEMBER" || sent.text("message.encoding") != "GSM_7" || sent.text("message.conversation.id") != talk.id {
		t.Errorf("sent %s", sent.body)
	}
	if m := phone.Expect("Your parcel is here."); m.From != demoNumber {
		t.Errorf("it came from %s", m.From)
	}
	if e := live.expect("> Your parcel is here."); e.Message.Cursor != e.Cursor || e.Actor.ID != agent.id || e.Message.Author.Name != "Ari Agent" {
		t.Errorf("it is told as %+v", e)
	}
	live.expect("SENT Your parcel is here.", "DELIVERED Your parcel is here.")

	phone.Reply("Thank you!")
	if e := live.expect("< Thank you!"); e.Message.Status != "RECEIVED" || e.Message.Side != "CUSTOMER" || e.Actor != nil || e.Message.Direction != "INBOUND" {
		t.Errorf("the answer is told as %+v", e)
	}
	agent.Texts("Our pleasure.", talk.in())
	phone.Expect("Our pleasure.")
	live.expect("> Our pleasure.", "SENT Our pleasure.", "DELIVERED Our pleasure.")
	agent.SignOut()

	agent = h.SignIn("agent@demo.example")
	a := agent.Transcript(talk).ok()
	agent.Reads(talk, "> Your parcel is here.", "< Thank you!", "> Our pleasure.")
	if got := strings.Join(a.texts("smsConversation.messages.nodes", "status"), " "); got != "DELIVERED RECEIVED DELIVERED" {
		t.Errorf("the statuses are %s", got)
	}
	h.SignIn("second@demo.example").Reads(talk, "> Your parcel is here.", "< Thank you!", "> Our pleasure.")

	back := agent.Follows(talk, talk.cursor, overStream) // from the beginning
	back.expect("> Your parcel is here.", "SENT Your parcel is here.", "DELIVERED Your parcel is here.", "< Thank you!",
		"> Our pleasure.", "SENT Our pleasure.", "DELIVERED Our pleasure.", "SmsConversationCaughtUp")
	agent.Ends(talk)
	if e := back.expect("SmsConversationEnded"); e.Actor.ID != agent.id || e.Conversation.Status != "ENDED" {
		t.Errorf("the end is told as %+v", e)
	}
	if end := back.end(); !end.complete {
		t.Errorf("it ended with %v", end)
	}
	agent.TryText("Too late", talk.in()).refused("CONVERSATION_ENDED", "conversationId")
	agent.Ends(talk) // changes nothing
	late := agent.Follows(talk, back.last, overSocket)
	late.expect("SmsConversationCaughtUp")
	if end := late.end(); !end.complete {
		t.Errorf("of one that is over it ended with %v", end)
	}
}

// Whom a customer has: the organisation knows them by their number.
func TestM6_ACustomerWhoIsKnown(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
	phone.Expect("Ada")
	talk := agent.Opens(agent.to(phone, "Support"))
	phone.Reply("It is me")
	a := agent.Transcript(talk).ok()
	if a.text("smsConversation.customer.name") != "Ada Lovelace" || a.text("smsConversation.messages.nodes.0.author.name") != "Ada Lovelace" {
		t.Errorf("the conversation is %s", a.body)
	}
	p := agent.mutate("createPredefinedMessage", vars{"title": "Hello", "body": "Hello %F %L, how are you?"}, "predefinedMessage { id }").ok().text("predefinedMessage.id")
	preview := agent.ask(`query ($in: SmsPreviewInput!) { smsPreview(input: $in) { text count limit encoding segments unusualCharacters } }`,
		vars{"in": vars{"predefinedMessageId": p, "to": phone.address, "serviceId": agent.service("Sales")}}).ok()
	if preview.text("smsPreview.text") != "Hello Ada Lovelace, how are you?" || preview.text("smsPreview.encoding") != "GSM_7" {
		t.Errorf("the preview is %s", preview.body)
	}
	agent.mutate("sendSms", talk.in().with(vars{"predefinedMessageId": p}), sendSelection).ok()
	phone.Expect("Hello Ada Lovelace, how are you?")
	h.SignIn("second@demo.example").mutate("sendSms", vars{"predefinedMessageId": p, "serviceId": agent.service("Sales"), "to": "+447400123457"}, sendSelection).failed("NOT_FOUND")
}

// Who may text, under which service.
func TestM1_WhoMayText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	sales := agent.to(phone, "Sales")
	foreign := h.SignIn("agent@other.example")
	agent.TryText("Hi", vars{"serviceId": foreign.service("Sales"), "to": phone.address}).failed("NOT_FOUND")
	foreign.TryText("Hi", vars{"serviceId": foreign.service("Sales"), "to": phone.address}).refused("SERVICE_HAS_NO_SMS", "serviceId")
	h.exec(`DELETE FROM member_services WHERE member_id = $1`, agent.id)
	agent.TryText("Hi", sales).refused("SERVICE_NOT_GRANTED", "serviceId")
	agent.TryOpen(sales).refused("SERVICE_NOT_GRANTED", "serviceId")
	h.exec(`INSERT INTO member_services (member_id, service_id) SELECT m.id, s.id FROM members m JOIN services s USING (organization_id) WHERE m.id = $1`, agent.id)
	admin := h.SignIn("admin@demo.example")
	admin.update(agent, vars{"channels": []string{"VOICE"}}).ok()
	agent.TryText("Hi", sales).refused("CHANNEL_NOT_GRANTED")
	agent.TryOpen(sales).refused("CHANNEL_NOT_GRANTED")
	admin.update(agent, vars{"channels": []string{"SMS"}}).ok()
	talk := agent.Texts("Hi", sales)
	phone.Expect("Hi")

	for input, code := range map[string]string{"020 7946 0018": "PHONE_PREFIX_MISSING", "+44 20 7946 0018": "NOT_A_MOBILE_NUMBER", "+44 7": "PHONE_INVALID", " ": "REQUIRED"} {
		agent.TryText("Hi", vars{"serviceId": sales["serviceId"], "to": input}).refused(code, "to")
	}
	agent.TryText("Hi", vars{"to": phone.address}).refused("REQUIRED", "serviceId")
	agent.TryText("Hi", vars{"serviceId": sales["serviceId"]}).refused("REQUIRED", "to")
	agent.TryText("Hi", sales.with(talk.in())).failed("BAD_USER_INPUT")
	agent.TryText("Hi", vars{}).refused("REQUIRED", "serviceId")
	agent.mutate("sendSms", talk.in(), sendSelection).refused("REQUIRED", "body")

	second := h.SignIn("second@demo.example")
	second.TryText("Hi", talk.in()).failed("FORBIDDEN")
	second.TryText("Hi", second.to(phone, "Support")).refused("CONVERSATION_TAKEN", "to")
	second.TryOpen(second.to(phone, "Sales")).refused("CONVERSATION_TAKEN", "to")
	second.TryEnd(talk).failed("FORBIDDEN")
	for _, p := range []*user{foreign, h.SignIn("admin@other.example")} {
		p.Transcript(talk).failed("NOT_FOUND")
		p.TryText("Hi", talk.in()).failed("NOT_FOUND")
		p.TryEnd(talk).failed("NOT_FOUND")
		if got := p.chats(phone); len(got) > 0 {
			t.Errorf("of another organisation they see %v", got)
		}
	}
	if same := agent.Opens(agent.to(phone, "Support")); same.id != talk.id {
		t.Error("the conversation with a number is not the one that lives")
	}
	h.SignIn("lead@demo.example").Ends(talk)
	if next := second.Texts("Hi again", second.to(phone, "Sales")); next.id == talk.id {
		t.Error("a conversation that has ended goes on")
	}
	phone.Expect("Hi again")
}

// During a call, and in its after-call work, nothing has to be chosen.
func TestM2_DuringACall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	call := agent.Calls(phone.address, "Support")
	a := agent.TryText("As I said", vars{}).ok()
	if a.text("conversation.origin") != "CALL" || a.text("conversation.service.name") != "Support" || a.text("conversation.customerNumber") != phone.address {
		t.Errorf("the conversation is %s", a.body)
	}
	phone.Expect("As I said")
	agent.endCall(call).ok()
	if b := agent.TryText("And so on", vars{}).ok(); b.text("conversation.id") != a.text("conversation.id") {
		t.Errorf("after the call it is %s", b.body)
	}
	phone.Expect("And so on")
	agent.TryText("By its id", vars{"callId": call}).ok()
	phone.Expect("By its id")
	h.SignIn("second@demo.example").TryText("Mine?", vars{"callId": call}).failed("NOT_FOUND")
	agent.finishWork(call).ok()
	agent.TryText("Over", vars{}).refused("REQUIRED", "serviceId")
	agent.TryText("Over", vars{"callId": call}).refused("CALL_NOT_SERVED", "callId")
	private := agent.TryCall(vars{"number": phone.address, "flow": "PRIVATE"}).ok().text("call.id")
	agent.TryText("Private", vars{}).refused("REQUIRED", "serviceId")
	agent.TryText("Private", vars{"callId": private}).refused("CALL_NOT_SERVED", "callId")
	agent.endCall(private).ok()
	agent.Calls("+442079460018", "Sales")
	agent.TryText("To a landline", vars{}).refused("NOT_A_MOBILE_NUMBER", "serviceId")
}

// What is previewed in a call is what is sent in it.
func TestM3_APreviewInACall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	agent.Invite(agent.CreateRoom(), bySMS(phone), "Ada", "Lovelace")
	phone.Expect("")
	text := agent.mutate("createPredefinedMessage", vars{"title": "Thanks", "body": "Thank you, %F"}, "predefinedMessage { id }").ok().text("predefinedMessage.id")
	preview := func() string {
		t.Helper()
		return agent.ask(`query ($id: ID!) { smsPreview(input: {predefinedMessageId: $id}) { text } }`, vars{"id": text}).ok().text("smsPreview.text")
	}
	if got := preview(); got != "Thank you," {
		t.Errorf("to nobody: %q", got)
	}
	agent.Calls(phone.address, "Sales")
	if got := preview(); got != "Thank you, Ada" {
		t.Errorf("in a call: %q", got)
	}
	agent.mutate("sendSms", vars{"predefinedMessageId": text}, sendSelection).ok()
	phone.Expect("Thank you, Ada")
}

// A text is at most 160 characters once it is filled in.
func TestM3_HowLongATextMayBe(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	talk := agent.Opens(agent.to(phone, "Sales"))
	agent.TryText(" \n", talk.in()).refused("REQUIRED", "body")
	long := strings.Repeat("é€", 80)
	if got := agent.TryText(long+"!", talk.in()).refused("SMS_TOO_LONG", "body"); got.Limit != 160 || got.Count != 161 {
		t.Errorf("refused with %+v", got)
	}
	a := agent.TryText(long, talk.in()).ok()
	if a.find("message.segments") != 2.0 {
		t.Errorf("sent %s", a.body)
	}
	phone.Expect(long)
	p := agent.mutate("createPredefinedMessage", vars{"title": "Long", "body": strings.Repeat("x", 161)}, "predefinedMessage { id }").ok().text("predefinedMessage.id")
	agent.mutate("sendSms", talk.in().with(vars{"predefinedMessageId": p}), sendSelection).refused("SMS_TOO_LONG", "predefinedMessageId")
	agent.TryText("both", talk.in().with(vars{"predefinedMessageId": p})).failed("BAD_USER_INPUT")
	preview := agent.ask(`{ smsPreview(input: {body: "Привет €!"}) { text count limit encoding segments unusualCharacters } }`, nil).ok()
	if want := `{"text":"Привет €!","count":9,"limit":160,"encoding":"UCS_2","segments":1,"unusualCharacters":["П","р","и","в","е","т"]}`; !strings.Contains(string(preview.body), want) {
		t.Errorf("the preview is %s", preview.body)
	}
}

// What fails says why, in words; the carrier's reports count in any order, once, and before the call that sent has returned.
func TestM5_WhatBecomesOfAText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, gone, silent := h.SignIn("agent@demo.example"), h.Phone("+447400120000"), h.Phone("+447400129999")
	talk := agent.Opens(agent.to(gone, "Sales"))
	live := agent.Follows(talk, talk.cursor, overSocket)
	live.expect("SmsConversationCaughtUp")
	agent.Texts("Are you there?", talk.in())
	gone.Expect("Are you there?")
	live.expect("> Are you there?")
	if e := live.expect("FAILED Are you there?"); !strings.Contains(e.FailureReason, "unreachable") {
		t.Errorf("it failed because of %q", e.FailureReason)
	}

	other := agent.Opens(agent.to(silent, "Sales"))
	live = agent.Follows(other, other.cursor, overSocket)
	live.expect("SmsConversationCaughtUp")
	agent.Texts("Hello?", other.in())
	m := silent.Expect("Hello?")
	live.expect("> Hello?")
	for _, status := range []string{"DELIVERED", "SENT", "DELIVERED", "FAILED", "SENT"} {
		h.report(m.received, status, "")
	}
	agent.Texts("And now?", other.in())
	silent.Expect("And now?")
	var seen []string
	for len(seen) == 0 || seen[len(seen)-1] != "> And now?" {
		e, err := live.event()
		if err != nil {
			t.Fatal(err)
		}
		seen = append(seen, e.line())
	}
	if got := strings.Join(seen, ", "); got != "DELIVERED Hello?, > And now?" && got != "SENT Hello?, DELIVERED Hello?, > And now?" {
		t.Errorf("told of %s", got)
	}
	if a := agent.Transcript(other).ok(); a.text("smsConversation.messages.nodes.0.status") != "DELIVERED" {
		t.Errorf("it is %s", a.body)
	}
	h.report(m.received, "DELIVERED", "")
	agent.Texts("Bye", other.in())
	bye := silent.Expect("Bye")
	agent.Ends(other)
	h.report(bye.received, "DELIVERED", "") // which the log of an ended conversation does not take any more
	if a := agent.Transcript(other).ok(); a.text("smsConversation.messages.nodes.2.status") != "DELIVERED" {
		t.Errorf("after the end it is %s", a.body)
	}
}

// A request that is repeated is answered as it was, whatever has happened since, and does nothing.
func TestX1_ATextThatIsRepeatedAfterTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	once := agent.to(phone, "Sales").with(vars{"idempotencyKey": "once"})
	first := agent.TryText("Hello", once).ok()
	phone.Expect("Hello")
	talk := chatOf(first)
	agent.Ends(talk)
	h.SignIn("second@demo.example").Opens(agent.to(phone, "Sales"))
	if again := agent.TryText("Hello", once).ok(); again.text("message.id") != first.text("message.id") || again.text("conversation.id") != talk.id {
		t.Errorf("repeated it is %s", again.body)
	}
	if all := agent.chats(phone); len(all) != 2 {
		t.Errorf("there are %v", all)
	}
}

// What comes for a conversation that has ended is a new one, or nothing; never in the old one.
func TestM7_AfterTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	first := agent.Texts("Hello", agent.to(phone, "Support"))
	phone.Expect("Hello")
	agent.Ends(first)
	phone.Reply("One more thing") // Sales takes new chats on this number
	all := agent.chats(phone)
	if len(all) != 2 || all[1] != first.id {
		t.Fatalf("there are %v", all)
	}
	agent.Reads(first, "> Hello")
	next := chat{id: all[0]}
	agent.Reads(next, "< One more thing")
	a := agent.Transcript(next).ok()
	if a.text("smsConversation.status") != "OFFERED" || a.text("smsConversation.origin") != "CUSTOMER" || a.text("smsConversation.service.name") != "Sales" ||
		a.find("smsConversation.agent") != nil {
		t.Errorf("it is %s", a.body)
	}
	agent.TryEnd(next).failed("FORBIDDEN")
	agent.TryText("Nobody has accepted it", next.in()).failed("FORBIDDEN")
	h.SignIn("admin@demo.example").Ends(next)
	h.exec(`UPDATE services SET takes_new_chats = false`)
	phone.Reply("Anybody?")
	if all := agent.chats(phone); len(all) != 2 {
		t.Errorf("there are %v", all)
	}
	agent.Reads(next, "< One more thing")
	if n := h.number(`SELECT count(*) FROM inbound_messages WHERE body = 'Anybody?'`); n != 1 {
		t.Error("what is for nobody is not kept")
	}
	if status := h.texted(vars{"from": phone.address, "to": "+447480000999", "body": "To nobody"}); status != 200 {
		t.Errorf("a text to nobody's number is answered with %d", status)
	}
}

// A conversation that waits becomes that of a member who opens it, where it could have been offered to them.
func TestM8_AConversationThatWaitsIsOpened(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	phone.Reply("Hello?")
	waiting := chat{id: agent.chats(phone)[0]}
	h.exec(`DELETE FROM member_services WHERE member_id = $1 AND service_id = $2`, second.id, second.service("Sales"))
	second.TryOpen(second.to(phone, "Support")).refused("CONVERSATION_TAKEN", "to")
	h.exec(`INSERT INTO service_skills (service_id, skill_id) SELECT $1, id FROM skills WHERE name = 'French'`, agent.service("Sales"))
	h.exec(`DELETE FROM member_skills WHERE member_id = $1 AND skill_id IN (SELECT id FROM skills WHERE name = 'French')`, agent.id)
	agent.TryOpen(agent.to(phone, "Sales")).refused("CONVERSATION_TAKEN", "to")
	h.exec(`DELETE FROM service_skills`)
	live := second.Follows(waiting, "", overSocket)
	live.expect("SmsConversationCaughtUp")
	if opened := agent.Opens(agent.to(phone, "Sales")); opened.id != waiting.id {
		t.Fatal("it is another one")
	}
	if e := live.expect("SmsConversationAccepted"); e.Actor.ID != agent.id || e.Conversation.Status != "ACTIVE" {
		t.Errorf("it is told as %+v", e)
	}
	agent.Texts("Hi", waiting.in())
	phone.Expect("Hi")
	h.SignIn("admin@demo.example").mutate("deactivateMember", vars{"id": agent.id}, "member { id }").ok()
	phone.Reply("Still there?")
	a := second.Transcript(waiting).ok()
	if a.text("smsConversation.status") != "OFFERED" || a.find("smsConversation.agent") != nil {
		t.Errorf("whose agent has left is %s", a.body)
	}
	second.Reads(waiting, "< Hello?", "> Hi", "< Still there?")
}

// The same text of the carrier counts once; twenty at once from a new number make one conversation, over two processes.
func TestM10_TwentyAtOnceFromANewNumber(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := newHouse(t, beside(h))
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	for _, status := range together(40, func(i int) int {
		to := []*house{h, other}[i%2]
		return to.texted(vars{"id": "SM" + strings.Repeat("x", i/2), "from": phone.address, "to": demoNumber, "body": "Me first"})
	}) {
		if status != 200 {
			t.Errorf("answered with %d", status)
		}
	}
	all := agent.chats(phone)
	if len(all) != 1 {
		t.Fatalf("there are %d conversations", len(all))
	}
	if a := agent.Transcript(chat{id: all[0]}).ok(); a.find("smsConversation.messages.totalCount") != 20.0 || len(a.texts("smsConversation.messages.nodes", "id")) != 20 {
		t.Errorf("it has %v messages", a.find("smsConversation.messages.totalCount"))
	}
	if n := h.number(`SELECT count(*) FROM streams s WHERE last_seq = 0 AND NOT EXISTS (SELECT 1 FROM rooms WHERE stream_id = s.id)`); n != 0 {
		t.Errorf("%d logs are left of conversations that were not begun", n)
	}
}

// A customer's answer is in the conversation, or in the next one; never behind the end, and never lost.
func TestM7_AnAnswerAgainstTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	other := newHouse(t, beside(h))
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	for range 10 {
		talk := agent.Opens(agent.to(phone, "Sales"))
		together(5, func(i int) int {
			if i == 2 {
				agent.TryEnd(talk).ok()
				return 0
			}
			return []*house{h, other}[i%2].texted(vars{"from": phone.address, "to": demoNumber, "body": "Wait"})
		})
		all := agent.chats(phone)
		if len(all) > 2 {
			t.Fatalf("there are %v", all)
		}
		if n := h.number(`SELECT count(*) FROM events WHERE kind = 'SMS_RECEIVED'`); n != 4 {
			t.Errorf("of 4 texts there are %d", n)
		}
		if n := h.number(`SELECT count(*) FROM events e JOIN sms_conversations c ON c.stream_id = e.stream_id
			WHERE c.id = $1 AND seq > (SELECT seq FROM events x WHERE x.stream_id = e.stream_id AND x.kind = 'ENDED')`, talk.id); n != 0 {
			t.Errorf("%d came behind the end", n)
		}
		h.exec(`DELETE FROM events WHERE kind = 'SMS_RECEIVED'`)
		h.exec(`DELETE FROM sms_conversations`)
	}
}

// What is sent at the moment of the end is before it, or refused.
func TestM7_ATextAgainstTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	for range 10 {
		talk := agent.Opens(agent.to(phone, "Sales"))
		sent := 0
		for _, a := range together(6, func(i int) *reply {
			if i == 3 {
				return agent.TryEnd(talk)
			}
			return agent.TryText("Quick", talk.in())
		}) {
			switch code := a.code(); {
			case code == "" && a.field == "sendSms":
				sent++
			case code != "" && code != "CONVERSATION_ENDED":
				t.Errorf("answered %s", a.body)
			}
		}
		for range sent {
			phone.Expect("Quick")
		}
		if a := agent.Transcript(talk).ok(); len(a.texts("smsConversation.messages.nodes", "id")) != sent {
			t.Errorf("%d were accepted: %s", sent, a.body)
		}
	}
}

// Two who open the same conversation at once: it is the one's, and the other is told so.
func TestM6_TwoOpenTheSameAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, second, phone := h.SignIn("agent@demo.example"), h.SignIn("second@demo.example"), h.Phone(adasNumber)
	for range 5 {
		how := agent.to(phone, "Sales")
		ids, codes := map[string]bool{}, map[string]int{}
		for _, a := range together(8, func(i int) *reply { return []*user{agent, second}[i%2].TryOpen(how) }) {
			codes[a.code()]++
			if id := a.text("conversation.id"); id != "" {
				ids[id] = true
			}
		}
		if len(ids) != 1 || codes[""] != 4 || codes["CONVERSATION_TAKEN"] != 4 {
			t.Errorf("have %v and %v", ids, codes)
		}
		for id := range ids {
			h.SignIn("admin@demo.example").Ends(chat{id: id})
		}
	}
}

// A number that was released sends no more; whoever has it next begins anew.
func TestM1_ANumberThatWasReleased(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent, phone := h.SignIn("admin@demo.example"), h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	talk := agent.Texts("Hello", agent.to(phone, "Sales"))
	phone.Expect("Hello")
	number := admin.ask(`{ organization { phoneNumbers { id } } }`, nil).ok().text("organization.phoneNumbers.0.id")
	admin.mutate("releasePhoneNumber", vars{"id": number, "confirm": true}, numberSelection).ok()
	agent.TryText("Still there?", talk.in()).refused("SERVICE_HAS_NO_SMS", "conversationId")
	agent.TryText("Still there?", agent.to(phone, "Sales")).refused("SERVICE_HAS_NO_SMS", "serviceId")
	phone.Reply("Hello?") // to a number that is nobody's
	h.exec(`WITH bought AS (INSERT INTO phone_numbers (id, organization_id, number, country, status, created_at)
			SELECT 'num_00000000000000000000000002', organization_id, '+447480000200', 'GB', 'HELD', now() FROM members WHERE id = $1 RETURNING id)
		UPDATE services SET phone_number_id = bought.id FROM bought WHERE services.id = $2`, agent.id, agent.service("Sales"))
	agent.TryText("By another number?", talk.in()).refused("SERVICE_HAS_NO_SMS", "conversationId")
	agent.Reads(talk, "> Hello")

	foreign := h.SignIn("agent@other.example")
	h.exec(`INSERT INTO phone_numbers (id, organization_id, number, country, status, created_at)
		SELECT 'num_00000000000000000000000001', organization_id, $2, 'GB', 'HELD', now() FROM members WHERE id = $1`, foreign.id, demoNumber)
	h.exec(`UPDATE services SET phone_number_id = 'num_00000000000000000000000001' WHERE id = $1`, foreign.service("Sales"))
	theirs := foreign.Texts("We are new", foreign.to(phone, "Sales"))
	phone.Expect("We are new")
	phone.Reply("Who?")
	foreign.Reads(theirs, "> We are new", "< Who?")
	a := agent.Transcript(talk).ok()
	if a.text("smsConversation.status") != "ENDED" {
		t.Errorf("the old conversation is %s", a.body)
	}
	agent.Reads(talk, "> Hello")
}

// What costs money is limited before the carrier is asked.
func TestM_HowOftenMembersText(t *testing.T) {
	t.Parallel()
	for limit, name := range map[string]string{
		"sms-per-recipient-hour=2": "to one number", "sms-per-member-hour=2": "by one member", "sms-per-organization-day=2": "by one organisation",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, withLimits(limit))
			agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
			talk := agent.Opens(agent.to(phone, "Sales"))
			accepted := 0
			for _, a := range together(6, func(int) *reply { return agent.TryText("Again", talk.in()) }) {
				switch a.code() {
				case "":
					accepted++
				case "THROTTLED":
				default:
					t.Errorf("answered %s", a.body)
				}
			}
			if accepted != 2 {
				t.Errorf("%d were accepted", accepted)
			}
			phone.Expect("Again")
			phone.Expect("Again")
		})
	}
	h := newHouse(t, withLimits("sms-countries=FR"))
	agent := h.SignIn("agent@demo.example")
	agent.TryText("Hello", agent.to(h.Phone(adasNumber), "Sales")).refused("COUNTRY_NOT_ALLOWED", "to")
	agent.TryOpen(agent.to(h.Phone(adasNumber), "Sales")).refused("COUNTRY_NOT_ALLOWED", "to")
}

// Whoever loses their access hears nothing more.
func TestX3_WhoIsSignedOutFollowsNoConversation(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	talk := agent.Opens(agent.to(phone, "Sales"))
	for name, by := range carriages {
		watcher := h.SignIn("second@demo.example")
		live := watcher.Follows(talk, "", by)
		live.expect("SmsConversationCaughtUp")
		watcher.SignOut()
		phone.Reply("After the end")
		if end := live.end(); end.complete && len(end.errors) == 0 {
			t.Errorf("over %s it ended with %v", name, end)
		}
	}
}

// Who has opted out gets nothing, wherever it would have come from; what they write is read all the same, and begins nothing.
func TestM9_WhoHasOptedOutIsTextedNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	agent, phone := h.SignIn("agent@demo.example"), h.Phone(adasNumber)
	phone.Reply("Stop")
	if all := agent.chats(phone); len(all) != 0 {
		t.Errorf("STOP has begun %v", all)
	}
	agent.TryText("Hello", agent.to(phone, "Sales")).refused("OPTED_OUT", "to")
	if all := agent.chats(phone); len(all) != 0 {
		t.Errorf("a text that was refused has begun %v", all)
	}
	phone.Reply("START")
	talk := agent.Texts("Hello", agent.to(phone, "Sales"))
	phone.Expect("Hello")
	phone.Reply("STOP")
	agent.TryText("Please", talk.in()).refused("OPTED_OUT", "conversationId")
	agent.TryText("Please", talk.in().with(vars{"idempotencyKey": "again"})).refused("OPTED_OUT", "conversationId")
	phone.Reply("YES")
	agent.Texts("Welcome back", talk.in())
	phone.Expect("Welcome back")
	agent.Reads(talk, "> Hello", "< STOP", "< YES", "> Welcome back")
}
