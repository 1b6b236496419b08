package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// demoNumber is the number of the demo's services.
const demoNumber = "+447480000100"

const (
	smsFields = `id cursor direction body status failureReason side sentAt encoding segments
		author { __typename ... on Member { id name } ... on Customer { id name } } conversation { id }`
	chatFields      = "id status origin customerNumber startedAt endedAt lastCursor service { name } customer { id name } agent { id name }"
	sendSelection   = "message { " + smsFields + " } conversation { " + chatFields + " }"
	chatSelection   = "conversation { " + chatFields + " }"
	transcriptQuery = `query ($id: ID!) { smsConversation(id: $id) { ` + chatFields + ` messages(first: 40) { totalCount nodes { ` + smsFields + ` } } } }`
)

// TryText texts a customer, which may be refused.
func (p *user) TryText(body string, how vars) *reply {
	p.h.keepSecret("a text message", body)
	return p.mutate("sendSms", vars{"body": body}.with(how), sendSelection)
}

// Texts texts a customer, and returns the conversation.
func (p *user) Texts(body string, how vars) chat {
	p.h.t.Helper()
	return chatOf(p.TryText(body, how).ok())
}

// to says whom to text, under a service.
func (p *user) to(phone *device, service string) vars {
	p.h.t.Helper()
	return vars{"serviceId": p.service(service), "to": phone.address}
}

// TryOpen opens a conversation, which may be refused.
func (p *user) TryOpen(how vars) *reply { return p.mutate("openSmsConversation", how, chatSelection) }

// Opens opens a conversation.
func (p *user) Opens(how vars) chat {
	p.h.t.Helper()
	return chatOf(p.TryOpen(how).ok())
}

// TryEnd ends a conversation, which may be refused.
func (p *user) TryEnd(c chat) *reply {
	return p.mutate("endSmsConversation", vars{"conversationId": c.id}, chatSelection)
}

// Ends ends a conversation.
func (p *user) Ends(c chat) {
	p.h.t.Helper()
	if a := p.TryEnd(c).ok(); a.text("conversation.status") != "ENDED" || a.text("conversation.endedAt") == "" {
		p.h.t.Fatalf("ended it is %s", a.body)
	}
}

// chat is a conversation, with the cursor that it had.
type chat struct{ id, cursor string }

func chatOf(a *reply) chat {
	return chat{a.text("conversation.id"), a.text("conversation.lastCursor")}
}

// in says that a text goes into the conversation.
func (c chat) in() vars { return vars{"conversationId": c.id} }

// Transcript asks for a conversation with all that was written.
func (p *user) Transcript(c chat) *reply {
	p.h.t.Helper()
	return p.ask(transcriptQuery, vars{"id": c.id})
}

// Reads checks what was written, in order: each line is who wrote, and what.
func (p *user) Reads(c chat, lines ...string) {
	p.h.t.Helper()
	a := p.Transcript(c).ok()
	directions := a.texts("smsConversation.messages.nodes", "direction")
	var got []string
	for i, body := range a.texts("smsConversation.messages.nodes", "body") {
		got = append(got, map[string]string{"INBOUND": "< ", "OUTBOUND": "> "}[directions[i]]+body)
	}
	if !slices.Equal(got, lines) {
		p.h.t.Errorf("the transcript is %q, want %q", got, lines)
	}
}

// chats are the ids of the conversations with a customer, newest activity first.
func (p *user) chats(phone *device) []string {
	p.h.t.Helper()
	return p.ask(`query ($number: String!) { smsConversations(filter: {customerNumber: $number}) { nodes { id } } }`, vars{"number": phone.address}).
		ok().texts("smsConversations.nodes", "id")
}

// Reply texts the organisation's number.
func (d *device) Reply(body string) {
	d.h.t.Helper()
	d.replyAs("", body)
}

// replyAs is Reply with the carrier's id for the message.
func (d *device) replyAs(id, body string) {
	d.h.t.Helper()
	d.h.keepSecret("a text message", body)
	if status := d.h.texted(vars{"id": id, "from": d.address, "to": demoNumber, "body": body}); status != http.StatusOK {
		d.h.t.Fatalf("a text message was answered with %d", status)
	}
}

// texted has a customer's text arrive, and returns how it was answered.
func (h *house) texted(message vars) int {
	raw, _ := json.Marshal(message) // of texts
	response, err := h.client.Post(h.url()+"/simulator/sms", "application/json", strings.NewReader(string(raw)))
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

// smsEvent is an event of a conversation as a subscriber gets it.
type smsEvent struct {
	Type          string `json:"__typename"`
	Cursor        string
	OccurredAt    time.Time
	Actor         *struct{ ID, Name string }
	Conversation  struct{ ID, Status string }
	Status        string
	FailureReason string
	Message       struct {
		ID, Cursor, Body, Direction, Status, Side string
		Author                                    *struct{ Name string }
	}
}

const smsEvents = `subscription ($id: ID!, $after: Cursor) { smsConversationEvents(conversationId: $id, after: $after) {
	__typename cursor occurredAt actor { ... on Member { id name } ... on Customer { id name } } conversation { id status }
	... on SmsMessageSent { message { id cursor body direction status side author { ... on Member { name } } } }
	... on SmsMessageReceived { message { id cursor body direction status side author { ... on Customer { name } } } }
	... on SmsMessageStatusChanged { status failureReason message { id body status author { ... on Member { name } } } } } }`

// smsFeed is a subscriber to smsConversationEvents.
type smsFeed struct {
	t testing.TB
	subscription
	last string // cursor of the newest event
}

// Follows follows a conversation behind a cursor, or from now on where there is none.
func (p *user) Follows(c chat, after string, by carriage) *smsFeed {
	p.h.t.Helper()
	variables := vars{"id": c.id}
	if after != "" {
		variables["after"] = after
	}
	s, err := by(p.h, p.token, smsEvents, variables)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.h.t.Cleanup(s.cut)
	return &smsFeed{p.h.t, s, after}
}

func (f *smsFeed) event() (e smsEvent, err error) {
	payload, err := f.next()
	if err != nil {
		return e, err
	}
	var result struct {
		Data   struct{ SmsConversationEvents smsEvent }
		Errors []refusal
	}
	if err := json.Unmarshal(payload, &result); err != nil {
		return e, err
	}
	if len(result.Errors) > 0 {
		return e, &ending{errors: result.Errors}
	}
	if e = result.Data.SmsConversationEvents; e.Cursor != "" {
		f.last = e.Cursor
	}
	return e, nil
}

// expect reads exactly these events: a type, or what smsEvent.line says of one.
func (f *smsFeed) expect(lines ...string) (last smsEvent) {
	f.t.Helper()
	defer within(f)()
	for _, want := range lines {
		e, err := f.event()
		if err != nil || e.Type != want && e.line() != want {
			f.t.Fatalf("got %s %v, want %s", e.line(), err, want)
		}
		last = e
	}
	return last
}

// line is an event in a few words.
func (e smsEvent) line() string {
	switch e.Type {
	case "SmsMessageSent":
		return "> " + e.Message.Body
	case "SmsMessageReceived":
		return "< " + e.Message.Body
	case "SmsMessageStatusChanged":
		return fmt.Sprint(e.Status, " ", e.Message.Body)
	}
	return e.Type
}

// end reads the end, before which nothing may come.
func (f *smsFeed) end() *ending {
	f.t.Helper()
	defer within(f)()
	e, err := f.event()
	var end *ending
	if !errors.As(err, &end) {
		f.t.Fatalf("got %s %v, want the end", e.line(), err)
	}
	return end
}
