package simulator_test

import (
	"fmt"
	"strings"
	"testing"

	"parley/ent/delivery"
	"parley/internal/notify"
)

func TestListIsOldestFirstAndOfOneRecipient(t *testing.T) {
	h := newHouse(t)
	for i := range 3 {
		h.send(sms(fmt.Sprint("dlv_", i), "+41791234567"))
	}
	h.send(sms("dlv_other", "+41797654321"))
	all := h.list("+41791234567")
	if len(all) != 3 {
		t.Fatalf("%d messages, want 3", len(all))
	}
	for i, m := range all {
		if m.Text != fmt.Sprint("hello dlv_", i) || m.Channel != "SMS" || m.From != "+41790000001" || m.HTML != "" || m.SentAt.IsZero() {
			t.Errorf("message %d is %+v", i, m)
		}
	}
	if w := h.get("/simulator/messages?to=+41797654321"); !strings.Contains(w.Body.String(), "dlv_other") {
		t.Errorf("a plus that was not escaped: %s", w.Body)
	}
	if w := h.get("/simulator/messages?to=nobody"); strings.TrimSpace(w.Body.String()) != "[]" {
		t.Errorf("no messages are listed as %s", w.Body)
	}
	if all := h.list(""); len(all) != 4 {
		t.Errorf("%d messages to all, want 4", len(all))
	}
}

func TestListOfAllIsTheNewest(t *testing.T) {
	h := newHouse(t)
	for i := range 205 {
		h.send(sms(fmt.Sprint("dlv_", i), "+41791234567"))
	}
	all := h.list("")
	if len(all) != 200 || all[0].Text != "hello dlv_5" || all[199].Text != "hello dlv_204" {
		t.Errorf("%d messages from %q to %q", len(all), all[0].Text, all[len(all)-1].Text)
	}
}

func TestEmailIsListedWithAClickableLink(t *testing.T) {
	h := newHouse(t)
	h.send(notify.Outgoing{
		DeliveryID: "dlv_1", Channel: delivery.ChannelEmail, To: "Ada_100%@Example.com",
		Subject: "Come", Text: "Dear <Ada>, https://parley.example/r/abc",
	})
	h.send(notify.Outgoing{DeliveryID: "dlv_2", Channel: delivery.ChannelEmail, To: "Adax100xx@Example.com"})
	all := h.list("ADA_100%@example.com")
	if len(all) != 1 {
		t.Fatalf("%d messages, want 1", len(all))
	}
	want := `Dear &lt;Ada&gt;, <a href="https://parley.example/r/abc">https://parley.example/r/abc</a>`
	if m := all[0]; m.HTML != want || m.Channel != "EMAIL" || m.Subject != "Come" || m.To != "Ada_100%@Example.com" {
		t.Errorf("listed as %+v", m)
	}
}

func TestM10_CustomerTextsOnceWithOneID(t *testing.T) {
	h := newHouse(t)
	for range 2 {
		w := h.post("/simulator/sms", "application/json; charset=utf-8", `{"id":"SM1","from":"+41791234567","to":"+41790000001","body":"hi"}`)
		if m := decode[message](t, w); w.Code != 200 || m.ID != "SM1" || m.Status != "RECEIVED" {
			t.Errorf("%d %+v", w.Code, m)
		}
		if got := <-h.texts; got != (notify.Inbound{ID: "SM1", From: "+41791234567", To: "+41790000001", Body: "hi"}) {
			t.Errorf("received %+v", got)
		}
	}
	if all := h.list("+41790000001"); len(all) != 1 || all[0].Text != "hi" || all[0].From != "+41791234567" {
		t.Errorf("listed %+v", all)
	}
	h.post("/simulator/sms", "application/json", `{"from":"+41791234567","to":"+41790000001","body":"without an id"}`)
	if got := <-h.texts; got.ID == "" {
		t.Error("a text without an id got none")
	}
}

func TestX5_BadInputIsRefusedWithASentence(t *testing.T) {
	h := newHouse(t)
	sent := h.send(sms("dlv_1", "+41791234567")).CarrierID
	const number = `"from":"+41791234567","to":"+41790000001"`
	for _, c := range []struct {
		path, body string
		want       int
		about      string
	}{
		{"sms", `{`, 400, "JSON"},
		{"sms", `{} {}`, 400, "JSON"},
		{"sms", `[]`, 400, "JSON"},
		{"sms", `{"from":7}`, 400, "JSON"},
		{"sms", `{}`, 400, "from"},
		{"sms", `{"from":"0791234567","to":"+41790000001","body":"hi"}`, 400, "from"},
		{"sms", `{"from":"+41791234567","to":"","body":"hi"}`, 400, "to "},
		{"sms", `{` + number + `,"body":"  "}`, 400, "body"},
		{"sms", `{` + number + `,"body":"a\u0000b"}`, 400, "U+0000"},
		{"sms", `{` + number + `,"body":"` + strings.Repeat("é", 1601) + `"}`, 400, "1600"},
		{"sms", `{` + number + `,"body":"` + strings.Repeat("é", 40000) + `"}`, 413, "64 KB"},
		{"sms", `{` + number + `,"body":"hi","id":"` + strings.Repeat("x", 256) + `"}`, 400, "id"},
		{"sms", `{` + number + `,"body":"hi","id":"` + sent + `"}`, 400, "id"},
		{"status", `{"id":"` + sent + `","status":"QUEUED"}`, 400, "status"},
		{"status", `{"id":"` + sent + `"}`, 400, "status"},
		{"status", `{"id":"sim_1","status":"SENT"}`, 404, "id"},
		{"status", `{"id":"a\u0000","status":"SENT"}`, 400, "U+0000"},
	} {
		w := h.post("/simulator/"+c.path, "application/json", c.body)
		if m := decode[message](t, w); w.Code != c.want || !strings.Contains(m.Error, c.about) {
			t.Errorf("%s %.60s: %d %q, want %d about %s", c.path, c.body, w.Code, m.Error, c.want, c.about)
		}
	}
	for _, to := range []string{"%00", "%ff"} {
		if w := h.get("/simulator/messages?to=" + to); w.Code != 400 {
			t.Errorf("to=%s: %d", to, w.Code)
		}
	}
	if len(h.texts) > 0 || len(h.reports) > 0 {
		t.Error("something that was refused came through")
	}
}

// What a page of another origin can send without being asked: forms and plain text.
func TestFormsOfForeignPagesAreRefused(t *testing.T) {
	h := newHouse(t)
	const body = `{"from":"+41791234567","to":"+41790000001","body":"hi"}`
	for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json/x"} {
		for _, path := range []string{"sms", "status"} {
			if w := h.post("/simulator/"+path, kind, body); w.Code != 415 {
				t.Errorf("%s with %q: %d", path, kind, w.Code)
			}
		}
	}
	if w := h.get("/simulator/sms"); w.Code != 405 {
		t.Errorf("GET: %d", w.Code)
	}
}
