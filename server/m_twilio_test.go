package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"parley/internal/notify/smtp"
	"parley/internal/notify/twilio/twiliotest"
)

// onTwilio is a house whose text messages go by Twilio.
func onTwilio(t *testing.T) (*house, *twiliotest.Twilio) {
	t.Helper()
	t.Parallel()
	w := twiliotest.New(t)
	return newHouse(t, withTwilio(w)), w
}

// invites invites a customer by SMS, and follows the room from then on.
func (p *user) invites(number string) (place, *feed) {
	p.h.t.Helper()
	room := p.CreateRoom()
	phone := p.h.Phone(number)
	p.Invite(room, bySMS(phone), "Ada", "Lovelace")
	p.h.expected[number]++
	return room, p.follow(room, overSocket)
}

// arrived waits for so many messages to have been taken by Twilio, and returns the last.
func (h *house) arrived(w *twiliotest.Twilio, count int) twiliotest.Message {
	h.t.Helper()
	await(h.t, fmt.Sprint(count, " messages at Twilio"), func() bool { return len(w.Messages()) >= count })
	all := w.Messages()
	if len(all) != count {
		h.t.Fatalf("Twilio has %d messages, want %d", len(all), count)
	}
	h.keepSecret("a link", tokenOf(linkPattern.FindString(all[count-1].Body)))
	return all[count-1]
}

// settled waits until the only delivery is as wanted.
func (h *house) settled(state string, attempts int) {
	h.t.Helper()
	await(h.t, "the delivery to be "+state, func() bool {
		return h.number(`SELECT count(*) FROM deliveries WHERE state = $1 AND attempts >= $2`, state, attempts) == 1
	})
}

// makeDue lets the time pass that deliveries wait for.
func (h *house) makeDue() {
	h.t.Helper()
	h.exec(`UPDATE deliveries SET due_at = now() - interval '1 second' WHERE state = 'WAITING'`)
}

func TestM5_AnInvitationGoesByTwilio(t *testing.T) {
	h, w := onTwilio(t)
	agent := h.SignIn("agent@demo.example")
	_, feed := agent.invites(adasNumber)
	sent := h.arrived(w, 1)
	if sent.From != demoNumber || sent.To != adasNumber || !strings.HasPrefix(sent.Callback, h.url()+"/webhooks/twilio/status?delivery=dlv_") {
		t.Errorf("sent %+v", sent)
	}
	for _, status := range []string{"queued", "sending", "sent"} {
		if got := w.Report(sent, status, 0); got != http.StatusNoContent {
			t.Errorf("%s: %d", status, got)
		}
	}
	feed.status("SENT")
	w.Report(sent, "delivered", 0)
	feed.status("DELIVERED")
	h.open(linkPattern.FindString(sent.Body)).Enter()
	feed.until("CustomerJoined")
}

// Twilio takes the message and its answer is lost: it is looked up, and not sent again.
func TestM5_WhatIsUnknownIsLookedUp(t *testing.T) {
	for name, lost := range map[string]twiliotest.Fault{
		"dropped": {Drop: true}, "500": {Status: 500, Code: 20500}, "502": {Status: 502},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := onTwilio(t)
			lost.On, lost.After = "POST Messages.json", true
			w.Fail(lost)
			_, feed := h.SignIn("agent@demo.example").invites(adasNumber)
			h.settled("WAITING", 1)
			if n := h.number(`SELECT count(*) FROM deliveries WHERE due_at > now() + interval '20 seconds'`); n != 1 {
				t.Error("it is tried again before the call must be over")
			}
			h.makeDue()
			h.settled("DONE", 2)
			sent := h.arrived(w, 1)
			if n := h.number(`SELECT count(*) FROM deliveries WHERE carrier_id = $1`, sent.SID); n != 1 {
				t.Error("the delivery does not know what it is at Twilio")
			}
			w.Report(sent, "delivered", 0)
			feed.status("DELIVERED")
		})
	}
}

// Nothing was taken: it is sent, once.
func TestM5_WhatWasNotTakenIsSentLater(t *testing.T) {
	for name, busy := range map[string]twiliotest.Fault{
		"429": {Status: 429, Code: 20429, Header: http.Header{"Retry-After": {"1"}}}, "503": {Status: 503, Code: 20503}, "401": {Status: 401, Code: 20003},
	} {
		t.Run(name, func(t *testing.T) {
			h, w := onTwilio(t)
			busy.On = "POST Messages.json"
			w.Fail(busy)
			_, feed := h.SignIn("agent@demo.example").invites(adasNumber)
			if name != "429" { // which is over by itself
				h.settled("WAITING", 1)
				h.makeDue()
			}
			w.Report(h.arrived(w, 1), "delivered", 0)
			feed.status("DELIVERED")
		})
	}
}

// Twilio reports before its answer has come, more than once and in any order. The furthest status counts, once.
func TestM5_ReportsBeforeTheCallHasReturned(t *testing.T) {
	h, w := onTwilio(t)
	reported := make(chan struct{})
	w.Fail(twiliotest.Fault{On: "POST Messages.json", After: true, Then: func() {
		defer close(reported)
		sent := w.Messages()[0]
		for _, status := range []string{"delivered", "sent", "delivered", "queued", "failed", "sent"} {
			if got := w.Report(sent, status, 0); got != http.StatusNoContent {
				t.Errorf("%s: %d", status, got)
			}
		}
	}})
	room, feed := h.SignIn("agent@demo.example").invites(adasNumber)
	feed.status("DELIVERED")
	<-reported
	h.arrived(w, 1)
	h.settled("DONE", 1)
	if n := h.number(`SELECT count(*) FROM events WHERE stream_id = (SELECT stream_id FROM rooms WHERE id = $1) AND kind = 'INVITATION_STATUS_CHANGED'`, room.ID); n != 1 {
		t.Errorf("%d statuses were told", n)
	}
}

func TestR6_TwiliosReasonsAreShown(t *testing.T) {
	h, w := onTwilio(t)
	agent := h.SignIn("agent@demo.example")
	w.Refuse(adasNumber, 21610)
	_, feed := agent.invites(adasNumber)
	if e := feed.status("FAILED"); !strings.Contains(e.Invitation.FailureReason, "opted out") {
		t.Errorf("the reason is %q", e.Invitation.FailureReason)
	}
	_, feed = agent.invites("+447400123457")
	w.Report(h.arrived(w, 1), "undelivered", 30003)
	if e := feed.status("FAILED"); !strings.Contains(e.Invitation.FailureReason, "switched off") {
		t.Errorf("the reason is %q", e.Invitation.FailureReason)
	}
}

func TestM10_ACustomersTextIsKeptOnce(t *testing.T) {
	h, w := onTwilio(t)
	body := "What a customer texts"
	h.keepSecret("a message", body)
	post := func(token, sid, to string) int {
		status, _ := w.Post(h.url()+"/webhooks/twilio/sms", token, twiliotest.SMSForm(sid, adasNumber, to, body))
		return status
	}
	h.keepSecret("a number", adasNumber)
	for range 2 {
		if got := post(twiliotest.AuthToken, "SM1", "+447480000999"); got != http.StatusOK { // nobody holds that one
			t.Errorf("answered %d", got)
		}
	}
	for _, status := range together(20, func(int) int { return post(twiliotest.AuthToken, "SM2", demoNumber) }) {
		if status != http.StatusOK {
			t.Errorf("answered %d", status)
		}
	}
	if got := post("another token", "SM3", demoNumber); got != http.StatusForbidden {
		t.Errorf("a signature with another token: %d", got)
	}
	if n := h.number(`SELECT count(*) FROM inbound_messages`); n != 2 {
		t.Errorf("%d messages are kept, want 2", n)
	}
}

func TestM5_AStatusThatTwilioDidNotSignMovesNothing(t *testing.T) {
	h, w := onTwilio(t)
	h.SignIn("agent@demo.example").invites(adasNumber)
	sent := h.arrived(w, 1)
	h.settled("DONE", 1)
	if got, _ := w.Post(sent.Callback, "another token", twiliotest.StatusForm(sent, "delivered", 0)); got != http.StatusForbidden {
		t.Errorf("answered %d", got)
	}
	if n := h.number(`SELECT count(*) FROM deliveries WHERE status = 'QUEUED'`); n != 1 {
		t.Error("the status has moved")
	}
}

// Behind a proxy the server sees another scheme, host and port than Twilio, which signs the public address.
func TestM5_CallbacksComeThroughAProxy(t *testing.T) {
	h, w := onTwilio(t)
	form := twiliotest.SMSForm("SM1", adasNumber, demoNumber, "Hello")
	host := h.app.listener.Addr().String()
	through := strings.Replace(host, "127.0.0.1", "localhost", 1)
	if got, _ := w.Post(h.url()+"/webhooks/twilio/sms", twiliotest.AuthToken, form, through); got != http.StatusOK {
		t.Errorf("by another name: %d", got)
	}
	if got, _ := w.Post("http://"+through+"/webhooks/twilio/sms", twiliotest.AuthToken, form); got != http.StatusForbidden {
		t.Errorf("signed for another name: %d", got)
	}
}

func TestO8_ANumberIsBoughtAtTwilioAndGivenBack(t *testing.T) {
	h, w := onTwilio(t)
	const number = "+12015550123"
	w.Sell(number)
	admin, agent := h.SignIn("admin@other.example"), h.SignIn("agent@other.example")
	offered := admin.ask(`{ organization { availablePhoneNumbers(country: "US", areaCode: "201", first: 3) { number areaCode } } }`, nil).ok()
	if got := offered.texts("organization.availablePhoneNumbers", "number"); len(got) != 1 || got[0] != number {
		t.Fatalf("offered %s", offered.body)
	}
	w.Fail(twiliotest.Fault{On: "POST IncomingPhoneNumbers.json", Drop: true, After: true})
	buy := vars{"number": number, "idempotencyKey": "a key"}
	admin.mutate("purchasePhoneNumber", buy, numberSelection).refused("CARRIER_UNAVAILABLE")
	h.exec(`UPDATE phone_numbers SET settle_at = now() - interval '1 second' WHERE settle_at IS NOT NULL`)
	if err := h.app.numbers.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	bought := admin.mutate("purchasePhoneNumber", buy, numberSelection).ok()
	if all := w.Numbers(); len(all) != 1 || bought.text("phoneNumber.status") != "HELD" {
		t.Fatalf("%s, and at Twilio %+v", bought.body, all)
	}
	agent.invites(adasNumber)
	if sent := h.arrived(w, 1); sent.From != number {
		t.Errorf("sent from %s", sent.From)
	}
	admin.mutate("releasePhoneNumber", vars{"id": bought.text("phoneNumber.id"), "confirm": true}, numberSelection).ok()
	if all := w.Numbers(); len(all) != 0 {
		t.Errorf("at Twilio there is still %+v", all)
	}
}

// What is real is not simulated beside.
func TestTheSimulatorStandsInForWhatIsNotRealAlone(t *testing.T) {
	t.Parallel()
	mail, err := smtp.New("smtp://127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	w := twiliotest.New(t)
	for _, c := range []struct {
		name           string
		change         []setting
		channels       string
		text, webhooks int // answers to POST /simulator/sms and to an unsigned callback
	}{
		{"neither", nil, `["SMS","EMAIL"]`, 415, 404},
		{"mail", []setting{withMail(mail)}, `["SMS"]`, 415, 404},
		{"Twilio", []setting{withTwilio(w)}, `["EMAIL"]`, 404, 403},
		{"both", []setting{withTwilio(w), withMail(mail)}, "", 404, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, c.change...)
			response, body := h.fetch(http.MethodGet, h.url()+"/simulator/channels")
			if (response.StatusCode == http.StatusOK) != (c.channels != "") || c.channels != "" && strings.TrimSpace(body) != c.channels {
				t.Errorf("channels: %d %s, want %s", response.StatusCode, body, c.channels)
			}
			if response, _ := h.fetch(http.MethodGet, h.url()+"/simulator"); (response.StatusCode == http.StatusNotFound) != (c.channels == "") {
				t.Errorf("the page: %d", response.StatusCode)
			}
			if got := h.postForm("/simulator/sms"); got != c.text {
				t.Errorf("POST /simulator/sms: %d, want %d", got, c.text)
			}
			if got := h.postForm("/webhooks/twilio/sms"); got != c.webhooks {
				t.Errorf("POST /webhooks/twilio/sms: %d, want %d", got, c.webhooks)
			}
		})
	}
}

// postForm posts a form of nothing, and returns the answer's status.
func (h *house) postForm(path string) int {
	h.t.Helper()
	response, err := h.client.PostForm(h.url()+path, url.Values{})
	if err != nil {
		h.t.Fatal(err)
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, response.Body)
	return response.StatusCode
}

func TestTwiliosSettingsAreTakenTogether(t *testing.T) {
	t.Parallel()
	all := map[string]string{
		"TWILIO_ACCOUNT_SID": twiliotest.AccountSID, "TWILIO_AUTH_TOKEN": "0123456789abcdef0123456789abcdef", "PARLEY_PUBLIC_URL": "https://parley.example",
		"PARLEY_SECRET": testSecret,
	}
	configured := func(without string, with ...string) (*config, error) {
		return configure(nil, func(name string) string {
			switch {
			case len(with) > 0 && name == without:
				return with[0]
			case name == without:
				return ""
			}
			return all[name]
		}, io.Discard)
	}
	if c, err := configured(""); err != nil || c.twilio == nil || c.twilio.APIURL != "https://api.twilio.com" {
		t.Errorf("with all: %v", err)
	}
	if c, err := configured("TWILIO_API_URL", "http://127.0.0.1:4010"); err != nil || c.twilio.APIURL != "http://127.0.0.1:4010" {
		t.Errorf("with another API: %v", err)
	}
	for _, name := range []string{"TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN", "PARLEY_PUBLIC_URL"} {
		if _, err := configured(name); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
	for name, wrong := range map[string]string{"TWILIO_ACCOUNT_SID": "AC12", "TWILIO_API_URL": "api.twilio.com", "TWILIO_AUTH_TOKEN": "a b"} {
		if _, err := configured(name, wrong); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("with %s=%s: %v", name, wrong, err)
		}
	}
	none, err := configure(nil, func(name string) string { return map[string]string{"PARLEY_SECRET": testSecret}[name] }, io.Discard)
	if err != nil || none.twilio != nil {
		t.Errorf("with none: %v", err)
	}
	alone := map[string]string{"PARLEY_SECRET": testSecret, "TWILIO_API_URL": "https://api.twilio.com"}
	if _, err := configure(nil, func(name string) string { return alone[name] }, io.Discard); err == nil || !strings.Contains(err.Error(), "TWILIO_ACCOUNT_SID") {
		t.Errorf("with the API alone: %v", err)
	}
	var help strings.Builder
	if _, err := configure([]string{"-h"}, func(string) string { return "" }, &help); err != nil || !strings.Contains(help.String(), "$TWILIO_API_URL") {
		t.Errorf("-h says %s", help.String())
	}
}
