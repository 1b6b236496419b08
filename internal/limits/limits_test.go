package limits_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/internal/limits"
)

func TestParse(t *testing.T) {
	t.Parallel()
	l, err := limits.Parse(" depth=20, token-idle = 90s,socket-ping=0 ,cost=0,,depth=7")
	if err != nil {
		t.Fatal(err)
	}
	want := limits.Default()
	want.Depth, want.TokenIdle, want.SocketPing, want.Cost = 7, 90*time.Second, 0, 0
	if l != want {
		t.Errorf("have %+v\nwant %+v", l, want)
	}
	if l, err := limits.Parse(""); err != nil || l != limits.Default() {
		t.Errorf("nothing gives %+v, %v", l, err)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"dephts=3":           `"dephts"`,
		"Depth=3":            `"Depth"`,
		"=3":                 `""`,
		"depth":              "depth=: want a whole number such as 10",
		"depth=ten":          "depth=ten: want a whole number such as 10",
		"depth=-1":           "depth=-1",
		"depth=1.5":          "depth=1.5",
		"depth=99999999999":  "depth=99999999999",
		"depth=10s":          "depth=10s",
		"token-idle=90":      "token-idle=90: want a duration such as 30m",
		"token-idle=-1m":     "token-idle=-1m",
		"depth=3,tokens=x":   "tokens=x",
		"sms-countries=GBR":  "sms-countries=GBR: want codes of countries such as GB+FR",
		"sms-countries=GB+":  "want codes",
		"sms-countries=4+1":  "want codes",
		"rates=1":            "only rates=0",
		"rates":              "only rates=0",
		"depth=3;tokens=100": "depth=3;tokens=100",
	} {
		if _, err := limits.Parse(s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: have %v, want %q in it", s, err, want)
		}
	}
}

// The defaults are safe: nothing is unlimited, and what the project promises is what holds.
func TestDefaults(t *testing.T) {
	t.Parallel()
	l := limits.Default()
	for i := range reflect.ValueOf(l).NumField() {
		if f := reflect.ValueOf(l).Field(i); f.CanInt() && f.Int() <= 0 {
			t.Errorf("%s has no limit", reflect.TypeFor[limits.Limits]().Field(i).Name)
		}
	}
	if l.Depth != 10 || l.Cost != 1000 || l.PageSize != 100 || l.MessageCharacters != 10_000 || l.Operation != 10*time.Second ||
		l.MessagesPerSecond != 5 || l.MessagesBurst != 60 || l.SignInPerAccount != 5 || l.LinkFailures != 10 || l.TokenIdle != 30*time.Minute ||
		l.TokenLife != 12*time.Hour || l.IdempotencyKey != 72*time.Hour {
		t.Errorf("the defaults are %+v", l)
	}
}

// rates=0 lifts what counts how often and how many at once, and nothing that protects against one request.
func TestRatesAreLiftedTogether(t *testing.T) {
	t.Parallel()
	l, err := limits.Parse("rates=0")
	if err != nil {
		t.Fatal(err)
	}
	fallback := limits.Default()
	lifted := map[string]bool{}
	for i, f := range reflect.VisibleFields(reflect.TypeFor[limits.Limits]()) {
		got, usual := reflect.ValueOf(l).Field(i), reflect.ValueOf(fallback).Field(i)
		if rate := f.Tag.Get("rate") != ""; rate && !got.IsZero() || !rate && !got.Equal(usual) {
			t.Errorf("%s is %v (usually %v)", f.Name, got, usual)
		}
		lifted[f.Tag.Get("name")] = got.IsZero()
	}
	for _, name := range []string{
		"messages-per-second", "messages-burst", "sign-in-per-account", "sign-in-per-address", "link-failures", "invites-per-recipient-hour",
		"invites-per-recipient-day", "invites-per-member-hour", "invites-per-organization-day", "socket-subscriptions",
		"session-connections", "session-uploads", "address-connections",
	} {
		if !lifted[name] {
			t.Errorf("%s is not lifted", name)
		}
	}
	if l, err := limits.Parse("rates=0,messages-burst=9"); err != nil || l.MessagesBurst != 9 {
		t.Errorf("one of them cannot be set after: %d, %v", l.MessagesBurst, err)
	}
}

func TestWithin(t *testing.T) {
	t.Parallel()
	for d, limited := range map[time.Duration]bool{0: false, time.Hour: true} {
		ctx, cancel := limits.Within(t.Context(), d)
		if _, has := ctx.Deadline(); has != limited || ctx.Err() != nil {
			t.Errorf("within %s: a deadline %v, ended by %v", d, has, ctx.Err())
		}
		cancel()
		if ctx.Err() == nil {
			t.Errorf("within %s: it is not cancelled", d)
		}
	}
}

func TestRatesLifted(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"": false, "rates=0": true, "depth=3, rates = 0 ,cost=1": true, "crates=0": false, "rates=00": false, "depth=3": false,
	} {
		if got := limits.RatesLifted(s); got != want {
			t.Errorf("RatesLifted(%q) = %v", s, got)
		}
	}
}

func TestHelpListsEveryLimit(t *testing.T) {
	t.Parallel()
	lines := strings.Split(strings.TrimSuffix(limits.Help(), "\n"), "\n")
	all := reflect.VisibleFields(reflect.TypeFor[limits.Limits]())
	if len(lines) != len(all) {
		t.Fatalf("%d lines for %d limits", len(lines), len(all))
	}
	seen := map[string]bool{}
	for i, f := range all {
		name, fallback, help := f.Tag.Get("name"), f.Tag.Get("default"), f.Tag.Get("help")
		if name == "" || seen[name] || help == "" {
			t.Errorf("%s has no name of its own, or no help", f.Name)
		}
		seen[name] = true
		if words := strings.Fields(lines[i]); words[0] != name || words[1] != fallback || !strings.HasSuffix(lines[i], help) {
			t.Errorf("%q does not tell of %s", lines[i], name)
		}
		if l, err := limits.Parse(name + "=0"); err != nil || !reflect.ValueOf(l).Field(i).IsZero() {
			t.Errorf("%s is not lifted by 0: %v", name, err)
		}
	}
}

func TestCountries(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"": "GB FR US", "sms-countries=0": "GB FR US", "sms-countries=": "GB FR US", "sms-countries=gb+FR": "GB FR", "sms-countries=US": "US",
	} {
		l, err := limits.Parse(s)
		var allowed []string
		for _, country := range []string{"GB", "FR", "US"} {
			if l.SmsCountries.Allow(country) {
				allowed = append(allowed, country)
			}
		}
		if got := strings.Join(allowed, " "); got != want || err != nil {
			t.Errorf("%q allows %s, want %s (%v)", s, got, want, err)
		}
	}
	if l, err := limits.Parse("sms-countries=GB"); err != nil || l.SmsCountries.Allow("") || l.SmsCountries.Allow("G") {
		t.Errorf("what is no country is allowed (%v)", err)
	}
}

// Zero lifts a time: what it limits ends in a century.
func TestEnd(t *testing.T) {
	t.Parallel()
	begun := time.Date(2026, 3, 1, 9, 30, 0, 0, time.UTC)
	if end := limits.End(begun, time.Hour); !end.Equal(begun.Add(time.Hour)) {
		t.Errorf("an hour ends at %s", end)
	}
	if end := limits.End(begun, 0); end.Year() != 2126 {
		t.Errorf("what is lifted ends at %s", end)
	}
}
