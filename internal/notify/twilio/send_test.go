package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"parley/ent/delivery"
	"parley/internal/notify"
	"parley/internal/notify/twilio"
	"parley/internal/notify/twilio/twiliotest"
)

func TestATextIsSent(t *testing.T) {
	h := newHouse(t)
	r := h.sends(text("dlv_1", "Hello + & ü 👋"))
	all := h.twilio.Messages()
	if len(all) != 1 || all[0].From != ours || all[0].To != adas || all[0].Body != "Hello + & ü 👋" {
		t.Fatalf("Twilio has %+v", all)
	}
	if r.CarrierID != all[0].SID || r.Status != delivery.StatusQueued {
		t.Errorf("the receipt is %+v", r)
	}
	if want := "https://parley.example/webhooks/twilio/status?delivery=dlv_1#"; !strings.HasPrefix(all[0].Callback, want) {
		t.Errorf("it calls back at %s, want %s", all[0].Callback, want)
	}
}

// verdict is what the outbox reads in an error.
func verdict(err error) string {
	var refused notify.Refused
	var notTaken notify.NotTaken
	switch {
	case errors.As(err, &refused):
		return "refused"
	case errors.As(err, &notTaken):
		return "not taken"
	case err != nil:
		return "unknown"
	}
	return "taken"
}

// What is unknown must never be called certain: that is how a text goes out twice.
func TestWhatAnErrorMeansForTheMessage(t *testing.T) {
	const post = "POST Messages.json"
	for name, c := range map[string]struct {
		fault twiliotest.Fault
		want  string
	}{
		"429":                          {twiliotest.Fault{On: post, Status: 429, Code: 20429}, "not taken"},
		"429 of something between":     {twiliotest.Fault{On: post, Status: 429}, "not taken"},
		"queue of the number full":     {twiliotest.Fault{On: post, Status: 400, Code: 21611}, "not taken"},
		"wrong credentials":            {twiliotest.Fault{On: post, Status: 401, Code: 20003}, "not taken"},
		"suspended":                    {twiliotest.Fault{On: post, Status: 403, Code: 20005}, "not taken"},
		"no such account":              {twiliotest.Fault{On: post, Status: 404, Code: 20404}, "not taken"},
		"a proxy that refuses":         {twiliotest.Fault{On: post, Status: 403}, "not taken"},
		"opted out":                    {twiliotest.Fault{On: post, Status: 400, Code: 21610}, "refused"},
		"no permission for the region": {twiliotest.Fault{On: post, Status: 403, Code: 21408}, "refused"},
		"some other code":              {twiliotest.Fault{On: post, Status: 400, Code: 29999}, "refused"},
		"408":                          {twiliotest.Fault{On: post, Status: 408}, "unknown"},
		"500":                          {twiliotest.Fault{On: post, Status: 500, Code: 20500}, "unknown"},
		"500 after taking it":          {twiliotest.Fault{On: post, Status: 500, Code: 20500, After: true}, "unknown"},
		"502":                          {twiliotest.Fault{On: post, Status: 502}, "unknown"},
		"503":                          {twiliotest.Fault{On: post, Status: 503, Code: 20503}, "unknown"},
		"503 with a code of a refusal": {twiliotest.Fault{On: post, Status: 503, Code: 21610}, "unknown"},
		"307":                          {twiliotest.Fault{On: post, Status: 307, Header: http.Header{"Location": {"/elsewhere"}}}, "unknown"},
		"dropped":                      {twiliotest.Fault{On: post, Drop: true}, "unknown"},
		"dropped after taking it":      {twiliotest.Fault{On: post, Drop: true, After: true}, "unknown"},
		"a success without words":      {twiliotest.Fault{On: post, Status: 200, After: true}, "unknown"},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.twilio.Fail(c.fault)
			_, err := h.account.Send(t.Context(), text("dlv_1", "canary"))
			if got := verdict(err); got != c.want {
				t.Errorf("%s: %v, want %s", got, err, c.want)
			}
			for _, secret := range []string{"canary", adas, ours, twiliotest.AuthToken} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("the error holds %q: %v", secret, err)
				}
			}
			if posts := count(h, "POST", "Messages.json"); posts != 1 {
				t.Errorf("it was sent %d times", posts)
			}
		})
	}
}

func count(h *house, method, end string) (n int) {
	for _, r := range h.twilio.Asked() {
		if r.Method == method && strings.HasSuffix(r.Path, end) {
			n++
		}
	}
	return n
}

func TestATimeOutIsUnknown(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	h.twilio.Fail(twiliotest.Fault{On: "POST Messages.json", Hang: true, After: true, Then: cancel})
	if _, err := h.account.Send(ctx, text("dlv_1", "Hello")); verdict(err) != "unknown" {
		t.Errorf("%s: %v", verdict(err), err)
	}
	if n := len(h.twilio.Messages()); n != 1 {
		t.Errorf("Twilio has %d messages", n)
	}
}

func TestWithoutAConnectionNothingIsTaken(t *testing.T) {
	t.Parallel()
	away := twilio.New(twilio.Settings{AccountSID: twiliotest.AccountSID, AuthToken: "x", APIURL: "http://127.0.0.1:1"}, public, nil)
	_, err := away.Send(t.Context(), text("dlv_1", "Hello"))
	if verdict(err) != "not taken" {
		t.Errorf("%s: %v", verdict(err), err)
	}
}

func TestTwilioMayAskToBeLeftAlone(t *testing.T) {
	h := newHouse(t)
	h.twilio.Fail(twiliotest.Fault{On: "POST Messages.json", Status: 429, Code: 20429, Header: http.Header{"Retry-After": {"17"}}})
	_, err := h.account.Send(t.Context(), text("dlv_1", "Hello"))
	var notTaken notify.NotTaken
	if !errors.As(err, &notTaken) || notTaken.After != 17*time.Second {
		t.Errorf("%#v", err)
	}
}

// The credentials are nobody's fault who sends: the message waits, and the log names what is to be mended.
func TestWrongCredentialsAreNamed(t *testing.T) {
	h := newHouse(t)
	wrong := twilio.New(twilio.Settings{AccountSID: twiliotest.AccountSID, AuthToken: "wrong", APIURL: h.twilio.URL()}, public, nil)
	defer wrong.Close()
	_, err := wrong.Send(t.Context(), text("dlv_1", "Hello"))
	var notTaken notify.NotTaken
	if !errors.As(err, &notTaken) || !strings.Contains(notTaken.Code, "TWILIO_AUTH_TOKEN") || !strings.Contains(notTaken.Code, "20003") {
		t.Errorf("%#v", err)
	}
	if _, err := wrong.Lookup(t.Context(), text("dlv_1", "Hello"), time.Now()); err == nil || !strings.Contains(err.Error(), "TWILIO_AUTH_TOKEN") {
		t.Errorf("the lookup says %v", err)
	}
}

func TestR6_TwiliosRefusalsAreSentences(t *testing.T) {
	for code, words := range map[int]string{
		21610: "opted out", 21211: "not a valid", 21214: "cannot be reached", 21217: "not a valid", 21408: "country", 21612: "cannot be sent",
		21614: "not a mobile", 21606: "The organisation's number", 29999: "29999",
	} {
		h := &house{}
		t.Run(words, func(t *testing.T) {
			h = newHouse(t)
			h.twilio.Refuse(adas, code)
			_, err := h.account.Send(t.Context(), text("dlv_1", "Hello"))
			var refused notify.Refused
			if !errors.As(err, &refused) || !strings.Contains(refused.Reason, words) || strings.Contains(refused.Reason, "canary") {
				t.Errorf("%d: %#v", code, err)
			}
		})
	}
	t.Run("too long", func(t *testing.T) {
		h := newHouse(t)
		_, err := h.account.Send(t.Context(), text("dlv_1", strings.Repeat("a", 1601)))
		var refused notify.Refused
		if !errors.As(err, &refused) || !strings.Contains(refused.Reason, "too long") {
			t.Errorf("%#v", err)
		}
	})
}

func TestLookupFindsTheSameTextOldestFirst(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	h.twilio.At(now.Add(-time.Hour))
	h.sends(text("dlv_0", "Hello  Ada"))
	h.twilio.At(now)
	one := h.sends(text("dlv_1", "Hello Ada"))
	h.sends(text("dlv_2", "Hello Eve"))
	two := h.sends(text("dlv_3", "Hello Ada "))
	other := text("dlv_4", "Hello Ada")
	other.To = "+447400123457"
	h.sends(other)
	if got := h.looksUp(text("dlv_1", "Hello Ada"), now); !slices.Equal(got, []string{one.CarrierID, two.CarrierID}) {
		t.Errorf("found %v, want %v and %v", got, one, two)
	}
	if got := h.looksUp(text("dlv_1", "Hello"), now); len(got) != 0 {
		t.Errorf("found %v for another text", got)
	}
}

// Twilio's clock may go otherwise than ours, and shows no fractions of seconds.
func TestLookupDoesNotTrustClocks(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	h.twilio.At(now.Add(-10 * time.Minute))
	one := h.sends(text("dlv_1", "Hello"))
	if got := h.looksUp(text("dlv_1", "Hello"), now); !slices.Equal(got, []string{one.CarrierID}) {
		t.Errorf("found %v", got)
	}
}

func TestLookupReadsPagesUntilTheyAreOld(t *testing.T) {
	h := newHouse(t)
	now := time.Now()
	h.twilio.PageSize(2)
	h.twilio.At(now.Add(-time.Hour))
	for range 6 {
		h.sends(text("dlv_0", "old"))
	}
	h.twilio.At(now)
	one := h.sends(text("dlv_1", "Hello"))
	for range 4 {
		h.sends(text("dlv_2", "Hi"))
	}
	if got := h.looksUp(text("dlv_1", "Hello"), now); !slices.Equal(got, []string{one.CarrierID}) {
		t.Errorf("found %v", got)
	}
	if pages := count(h, "GET", "Messages.json"); pages != 4 { // the last one is the first that is old as a whole
		t.Errorf("%d pages were read", pages)
	}
}

// What is in Twilio's queue has no date of sending yet, so it must not be asked for by that.
func TestLookupAsksForWhatWasNotSentYet(t *testing.T) {
	h := newHouse(t)
	h.looksUp(text("dlv_1", "Hello"), time.Now())
	for _, r := range h.twilio.Asked() {
		for name := range r.Params {
			if strings.HasPrefix(name, "DateSent") {
				t.Errorf("asked for by %s", name)
			}
		}
	}
}

func TestLookupKnowsTheTextsOfATrial(t *testing.T) {
	h := newHouse(t)
	h.twilio.Rewrite(func(text string) string { return "Sent from your Twilio trial account - " + text })
	one := h.sends(text("dlv_1", "Hello"))
	if got := h.looksUp(text("dlv_1", "Hello"), time.Now()); !slices.Equal(got, []string{one.CarrierID}) {
		t.Errorf("found %v", got)
	}
}

// A lookup that fails is no lookup that has found nothing, on any page.
func TestALookupThatFailsSaysSo(t *testing.T) {
	for name, f := range map[string]twiliotest.Fault{
		"500": {Status: 500, Code: 20500}, "429": {Status: 429, Code: 20429}, "404": {Status: 404, Code: 20404}, "dropped": {Drop: true}, "words": {Status: 200},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.sends(text("dlv_1", "Hello"))
			f.On = "GET Messages.json"
			h.twilio.Fail(f)
			if name == "dropped" { // net/http asks once more for what may be asked twice
				h.twilio.Fail(f, f, f)
			}
			if found, err := h.account.Lookup(t.Context(), text("dlv_1", "Hello"), time.Now()); err == nil {
				t.Errorf("found %v", found)
			} else if strings.Contains(err.Error(), adas) || strings.Contains(err.Error(), "7400") {
				t.Errorf("the error holds the number: %v", err)
			}
		})
	}
}
