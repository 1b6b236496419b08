package twilio_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"parley/internal/carrier"
	"parley/internal/notify/twilio/twiliotest"
)

const mobile = "+447480000200"

func TestO8_NumbersAreFound(t *testing.T) {
	h := newHouse(t)
	h.twilio.Sell("+12015550101", "+12015550102", "+13125550103", mobile, "+33140000001", "+33633140001")
	for name, c := range map[string]struct {
		country, area string
		most          int
		want          string
	}{
		"mobile":                 {"GB", "", 5, mobile},
		"an area":                {"US", "201", 5, "+12015550101 +12015550102"},
		"no more than asked for": {"US", "", 2, "+12015550101 +12015550102"},
		"digits at their place":  {"FR", "14", 5, "+33140000001"},
		"none of the kind":       {"GB", "20", 5, ""},
		"no such country":        {"AQ", "", 5, ""},
	} {
		found, err := h.account.Search(t.Context(), c.country, c.area, c.most)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var got []string
		for _, n := range found {
			got = append(got, n.Number)
			if n.Country != c.country || c.area == "201" && (n.AreaCode == nil || *n.AreaCode != "201") {
				t.Errorf("%s: %+v", name, n)
			}
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, got, c.want)
		}
	}
	for _, r := range h.twilio.Asked() {
		if r.Params.Has("AreaCode") && !strings.Contains(r.Path, "/US/") {
			t.Errorf("an area was asked for at %s", r.Path)
		}
	}
	h.twilio.Fail(twiliotest.Fault{On: "GET Local.json", Status: 500, Code: 20500})
	if found, err := h.account.Search(t.Context(), "US", "", 5); err == nil {
		t.Errorf("found %v", found)
	}
}

func TestO8_ANumberIsBoughtAndGivenBack(t *testing.T) {
	h := newHouse(t)
	h.twilio.Sell(mobile)
	for range 2 { // again by the same reference is once
		if err := h.account.Purchase(t.Context(), mobile, "num_1"); err != nil {
			t.Fatal(err)
		}
	}
	all := h.twilio.Numbers()
	if len(all) != 1 || all[0].Number != mobile || all[0].Name != "num_1" || !strings.HasPrefix(all[0].SMSURL, smsURL+"#") || all[0].Method != http.MethodPost {
		t.Fatalf("bought %+v", all)
	}
	if err := h.account.Purchase(t.Context(), mobile, "num_2"); !errors.Is(err, carrier.ErrNotAvailable) {
		t.Errorf("bought by another: %v", err)
	}
	if err := h.account.Release(t.Context(), mobile, "num_2"); err != nil || len(h.twilio.Numbers()) != 1 {
		t.Errorf("given back by another: %v", err)
	}
	for range 2 {
		if err := h.account.Release(t.Context(), mobile, "num_1"); err != nil || len(h.twilio.Numbers()) != 0 {
			t.Errorf("given back: %v", err)
		}
	}
}

func TestO8_WhatAnErrorMeansForAPurchase(t *testing.T) {
	const look, buy = "GET IncomingPhoneNumbers.json", "POST IncomingPhoneNumbers.json"
	for name, c := range map[string]struct {
		fault twiliotest.Fault
		want  error // nil for one that says that nobody knows
	}{
		"not for sale":          {twiliotest.Fault{On: buy, Status: 400, Code: 21422}, carrier.ErrNotAvailable},
		"needs an address":      {twiliotest.Fault{On: buy, Status: 400, Code: 21631}, carrier.ErrNotAvailable},
		"needs a bundle":        {twiliotest.Fault{On: buy, Status: 400, Code: 21649}, carrier.ErrNotAvailable},
		"too often":             {twiliotest.Fault{On: buy, Status: 429, Code: 20429}, carrier.ErrNotDone},
		"wrong credentials":     {twiliotest.Fault{On: buy, Status: 401, Code: 20003}, carrier.ErrNotDone},
		"500":                   {twiliotest.Fault{On: buy, Status: 500, Code: 20500}, nil},
		"500 after selling":     {twiliotest.Fault{On: buy, Status: 500, Code: 20500, After: true}, nil},
		"dropped after selling": {twiliotest.Fault{On: buy, Drop: true, After: true}, nil},
		"500 with a known code": {twiliotest.Fault{On: buy, Status: 500, Code: 21422}, nil},
		"cannot look":           {twiliotest.Fault{On: look, Status: 500, Code: 20500}, nil},
		"may not look":          {twiliotest.Fault{On: look, Status: 401, Code: 20003}, nil},
		"too often for a look":  {twiliotest.Fault{On: look, Status: 429, Code: 20429}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t)
			h.twilio.Sell(mobile)
			h.twilio.Fail(c.fault)
			err := h.account.Purchase(t.Context(), mobile, "num_1")
			if c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("%v, want %v", err, c.want)
			}
			if c.want == nil && (err == nil || errors.Is(err, carrier.ErrNotAvailable) || errors.Is(err, carrier.ErrNotDone)) {
				t.Errorf("%v, want an error that says neither yes nor no", err)
			}
			if err != nil && (strings.Contains(err.Error(), mobile) || strings.Contains(err.Error(), "7480")) {
				t.Errorf("the error holds the number: %v", err)
			}
			// Whatever it was, asking again by the same reference buys it, and once.
			if err := h.account.Purchase(t.Context(), mobile, "num_1"); err != nil || len(h.twilio.Numbers()) != 1 {
				t.Errorf("again: %v, %v", err, h.twilio.Numbers())
			}
		})
	}
}

// A call whose answer nobody heard comes late: after the look, before the purchase.
func TestO8_APurchaseThatComesLateIsOurs(t *testing.T) {
	h := newHouse(t)
	h.twilio.Sell(mobile)
	h.twilio.Fail(twiliotest.Fault{On: "POST IncomingPhoneNumbers.json", Status: 400, Code: 21422, After: true})
	if err := h.account.Purchase(t.Context(), mobile, "num_1"); err != nil {
		t.Error(err)
	}
}

func TestO8_AReleaseIsDoneOrSaysSo(t *testing.T) {
	h := newHouse(t)
	h.twilio.Sell(mobile)
	if err := h.account.Purchase(t.Context(), mobile, "num_1"); err != nil {
		t.Fatal(err)
	}
	for _, f := range []twiliotest.Fault{{On: "GET IncomingPhoneNumbers.json", Status: 500}, {On: "DELETE .json", Status: 500}} {
		h.twilio.Fail(f)
		if err := h.account.Release(t.Context(), mobile, "num_1"); err == nil || len(h.twilio.Numbers()) != 1 {
			t.Errorf("%s: %v", f.On, err)
		}
	}
	h.twilio.Fail(twiliotest.Fault{On: "DELETE .json", Status: 404, Code: 20404, After: true}) // given back by another call just now
	if err := h.account.Release(t.Context(), mobile, "num_1"); err != nil || len(h.twilio.Numbers()) != 0 {
		t.Errorf("gone: %v", err)
	}
}

func TestO8_NoConnectionIsNoPurchase(t *testing.T) {
	h := newHouse(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := h.account.Purchase(ctx, mobile, "num_1"); err == nil || errors.Is(err, carrier.ErrNotDone) {
		t.Errorf("%v: it says nothing of an earlier call", err)
	}
}
