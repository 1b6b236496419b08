package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"parley/ent/delivery"
	"parley/internal/apierr"
	"parley/internal/notify"
	"parley/internal/notify/twilio"
	"parley/internal/notify/twilio/twiliotest"
)

const smsURL = public + "/webhooks/twilio/sms"

// The example of Twilio's documentation.
func TestTheDocumentedSignature(t *testing.T) {
	t.Parallel()
	form := url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"},
	}
	const address, want = "https://mycompany.com/myapp.php?foo=1&bar=2", "RSOYDt4T1cUTdK1PDd93/VVr8B8="
	if got := twilio.Sign("12345", address, form); got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
	if got := twiliotest.Sign("12345", address, form); got != want {
		t.Errorf("the Twilio of tests signs %s, want %s", got, want)
	}
}

func TestEachValueOfAParameterIsSigned(t *testing.T) {
	t.Parallel()
	one := twilio.Sign("token", smsURL, url.Values{"A": {"2", "1"}})
	if one != twiliotest.Sign("token", smsURL, url.Values{"A": {"1", "2"}}) {
		t.Error("the order of values matters")
	}
	if one == twilio.Sign("token", smsURL, url.Values{"A": {"2"}}) || one == twilio.Sign("token", smsURL, url.Values{"A": {"1"}}) {
		t.Error("a value does not matter")
	}
}

func TestACustomersTextArrives(t *testing.T) {
	h := newHouse(t)
	status, body := h.twilio.Post(smsURL, twiliotest.AuthToken, twiliotest.SMSForm("SM1", adas, ours, "Hi + ü\n"), h.host)
	if status != http.StatusOK || body != "<Response/>" {
		t.Errorf("answered %d %q", status, body)
	}
	if want := (notify.Inbound{ID: "SM1", From: adas, To: ours, Body: "Hi + ü\n"}); len(h.heard.texts) != 1 || h.heard.texts[0] != want {
		t.Errorf("heard %+v", h.heard.texts)
	}
}

func TestATextThatTheDatabaseWouldNotTake(t *testing.T) {
	h := newHouse(t)
	status, _ := h.twilio.Post(smsURL, twiliotest.AuthToken, twiliotest.SMSForm("SM1", adas, ours, "a\x00b\xffc"), h.host)
	if status != http.StatusOK || h.heard.texts[0].Body != "ab\uFFFDc" {
		t.Errorf("answered %d, heard %+v", status, h.heard.texts)
	}
}

func TestR6_StatusCallbacksAreReports(t *testing.T) {
	h := newHouse(t)
	h.sends(text("dlv_1", "Hello"))
	sent := h.twilio.Messages()[0]
	for _, c := range []struct {
		said   string
		code   int
		want   delivery.Status
		reason string
	}{
		{"queued", 0, delivery.StatusQueued, ""}, {"sending", 0, delivery.StatusQueued, ""}, {"something new", 0, delivery.StatusQueued, ""},
		{"sent", 0, delivery.StatusSent, ""}, {"delivered", 0, delivery.StatusDelivered, ""}, {"read", 0, delivery.StatusDelivered, ""},
		{"undelivered", 30003, delivery.StatusFailed, "cannot be reached"}, {"undelivered", 30004, delivery.StatusFailed, "blocks"},
		{"failed", 30005, delivery.StatusFailed, "unknown"}, {"failed", 30006, delivery.StatusFailed, "landline"},
		{"undelivered", 30007, delivery.StatusFailed, "filtered"}, {"failed", 30008, delivery.StatusFailed, "does not know why"},
		{"failed", 30034, delivery.StatusFailed, "not registered"}, {"failed", 30032, delivery.StatusFailed, "not registered"},
		{"failed", 21610, delivery.StatusFailed, "opted out"}, {"failed", 0, delivery.StatusFailed, "no reason"}, {"canceled", 0, delivery.StatusFailed, "no reason"},
	} {
		status, body := h.twilio.Post(sent.Callback, twiliotest.AuthToken, twiliotest.StatusForm(sent, c.said, c.code), h.host)
		got := h.heard.reports[len(h.heard.reports)-1]
		if status != http.StatusNoContent || body != "" || got.DeliveryID != "dlv_1" || got.CarrierID != sent.SID || got.Status != c.want {
			t.Errorf("%s %d: answered %d, heard %+v", c.said, c.code, status, got)
		}
		if !strings.Contains(got.Reason, c.reason) || (got.Reason == "") != (c.reason == "") {
			t.Errorf("%s %d: the reason is %q", c.said, c.code, got.Reason)
		}
	}
}

func TestACallbackThatIsNotTwilios(t *testing.T) {
	h := newHouse(t)
	good := twiliotest.SMSForm("SM1", adas, ours, "Hi")
	foreign := twiliotest.SMSForm("SM1", adas, ours, "Hi")
	foreign.Set("AccountSid", "AC00000000000000000000000000000000")
	nameless := twiliotest.SMSForm("", adas, ours, "Hi")
	long := twiliotest.SMSForm("SM1", adas, ours, strings.Repeat("a", 64<<10))
	for name, c := range map[string]struct {
		address, token string
		form           url.Values
		want           int
	}{
		"another token":        {smsURL, "another token", good, 403},
		"another host":         {"https://attacker.example/webhooks/twilio/sms", twiliotest.AuthToken, good, 403},
		"another scheme":       {"http://parley.example/webhooks/twilio/sms", twiliotest.AuthToken, good, 403},
		"another account":      {smsURL, twiliotest.AuthToken, foreign, 403},
		"no id":                {smsURL, twiliotest.AuthToken, nameless, 400},
		"too large":            {smsURL, twiliotest.AuthToken, long, 413},
		"another path":         {public + "/webhooks/twilio/voice", twiliotest.AuthToken, good, 404},
		"another token, large": {smsURL, "another token", long, 413},
	} {
		if status, _ := h.twilio.Post(c.address, c.token, c.form, h.host); status != c.want {
			t.Errorf("%s: %d, want %d", name, status, c.want)
		}
	}
	if len(h.heard.texts) > 0 {
		t.Errorf("heard %+v", h.heard.texts)
	}
}

// What was signed is what counts: the query, each parameter, and that there is none more.
func TestACallbackThatWasChanged(t *testing.T) {
	h := newHouse(t)
	h.sends(text("dlv_1", "Hello"))
	sent := h.twilio.Messages()[0]
	address, _, _ := strings.Cut(sent.Callback, "#")
	form := twiliotest.StatusForm(sent, "delivered", 0)
	signature := twiliotest.Sign(twiliotest.AuthToken, address, form)
	post := func(query, body string) int {
		t.Helper()
		r, err := http.NewRequest(http.MethodPost, "http://"+h.host+"/webhooks/twilio/status?"+query, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", signature)
		r.Header.Set("X-Forwarded-Proto", "http")
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		http.DefaultClient.CloseIdleConnections()
		_ = response.Body.Close()
		return response.StatusCode
	}
	if got := post("delivery=dlv_1", form.Encode()); got != http.StatusNoContent {
		t.Fatalf("unchanged: %d", got)
	}
	changed := url.Values{}
	for name, values := range form {
		changed[name] = values
	}
	changed.Set("MessageStatus", "failed")
	for name, got := range map[string]int{
		"another delivery": post("delivery=dlv_2", form.Encode()),
		"another status":   post("delivery=dlv_1", changed.Encode()),
		"one more":         post("delivery=dlv_1", form.Encode()+"&ErrorCode=30003"),
		"one twice":        post("delivery=dlv_1", form.Encode()+"&MessageStatus=failed"),
		"in the query":     post("delivery=dlv_1&MessageStatus=failed", form.Encode()),
	} {
		if got != http.StatusForbidden {
			t.Errorf("%s: %d", name, got)
		}
	}
	if len(h.heard.reports) != 1 {
		t.Errorf("heard %+v", h.heard.reports)
	}
}

// Twilio has signed the address with its port and without, and the end of an address that it keeps to itself may count.
func TestSpellingsOfOurAddress(t *testing.T) {
	t.Parallel()
	form := twiliotest.SMSForm("SM1", adas, ours, "Hi")
	for name, c := range map[string]struct {
		public, signed string
		want           int
	}{
		"no port":             {public, smsURL, 200},
		"the usual port":      {public, "https://parley.example:443/webhooks/twilio/sms", 200},
		"a port, and without": {"https://parley.example:8443", smsURL, 200},
		"a port, and with":    {"https://parley.example:8443", "https://parley.example:8443/webhooks/twilio/sms", 200},
		"another port":        {"https://parley.example:8443", "https://parley.example:9443/webhooks/twilio/sms", 403},
		"http":                {"http://parley.example:8080", "http://parley.example:8080/webhooks/twilio/sms", 200},
		"http without port":   {"http://parley.example:8080", "http://parley.example/webhooks/twilio/sms", 403},
		"with its end":        {public, smsURL + "#rc=3&rp=ct,rt,5xx", 200},
		"with another end":    {public, smsURL + "#rc=0", 403},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := at(t, c.public)
			r, err := http.NewRequest(http.MethodPost, "http://"+h.host+"/webhooks/twilio/sms", strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("X-Twilio-Signature", twiliotest.Sign(twiliotest.AuthToken, c.signed, form))
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			response, err := client.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			_ = response.Body.Close()
			if response.StatusCode != c.want {
				t.Errorf("%d, want %d", response.StatusCode, c.want)
			}
		})
	}
}

// What could not be written down is asked for again; what nobody wants to know is not.
func TestErrorsOfOursAreAskedForAgain(t *testing.T) {
	h := newHouse(t)
	h.sends(text("dlv_1", "Hello"))
	sent := h.twilio.Messages()[0]
	report := func() int {
		status, _ := h.twilio.Post(sent.Callback, twiliotest.AuthToken, twiliotest.StatusForm(sent, "sent", 0), h.host)
		return status
	}
	h.heard.err = errors.New("the database is away")
	if status, _ := h.twilio.Post(smsURL, twiliotest.AuthToken, twiliotest.SMSForm("SM1", adas, ours, "canary"), h.host); status != 500 {
		t.Errorf("a text: %d", status)
	}
	if got := report(); got != 500 {
		t.Errorf("a status: %d", got)
	}
	h.heard.err = apierr.MissingThing("delivery")
	if got := report(); got != http.StatusNoContent {
		t.Errorf("the status of what is not there: %d", got)
	}
	if log := h.log.String(); strings.Contains(log, "canary") || strings.Contains(log, adas) || !strings.Contains(log, "database is away") {
		t.Errorf("the log says %s", log)
	}
}

// What was said was said, even if Twilio does not wait for the answer: it might not say it again.
func TestACallbackIsTakenThoughTwilioLeaves(t *testing.T) {
	h := newHouse(t)
	form := twiliotest.SMSForm("SM1", adas, ours, "Hi")
	gone, leave := context.WithCancel(t.Context())
	leave()
	r := httptest.NewRequestWithContext(gone, http.MethodPost, "/webhooks/twilio/sms", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", twiliotest.Sign(twiliotest.AuthToken, smsURL, form))
	h.account.Handler(h.heard).ServeHTTP(httptest.NewRecorder(), r)
	if len(h.heard.texts) != 1 {
		t.Errorf("heard %+v", h.heard.texts)
	}
}

func TestNothingButPostsIsTaken(t *testing.T) {
	h := newHouse(t)
	response, err := http.Get("http://" + h.host + "/webhooks/twilio/sms")
	if err != nil {
		t.Fatal(err)
	}
	_ = response.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	if response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("GET: %d", response.StatusCode)
	}
}
