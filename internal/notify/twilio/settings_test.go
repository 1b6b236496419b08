package twilio_test

import (
	"strings"
	"testing"

	"parley/internal/notify/twilio"
	"parley/internal/notify/twilio/twiliotest"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	good := twilio.Settings{AccountSID: twiliotest.AccountSID, AuthToken: "0123456789abcdef0123456789abcdef", APIURL: twilio.API}
	for name, c := range map[string]struct {
		change func(*twilio.Settings)
		want   string // the variable that the error names; none for what is right
	}{
		"right":              {func(*twilio.Settings) {}, ""},
		"this machine":       {func(s *twilio.Settings) { s.APIURL = "http://127.0.0.1:4010" }, ""},
		"no account":         {func(s *twilio.Settings) { s.AccountSID = "" }, "TWILIO_ACCOUNT_SID"},
		"an API key":         {func(s *twilio.Settings) { s.AccountSID = "SK0123456789abcdef0123456789abcdef" }, "TWILIO_ACCOUNT_SID"},
		"a short account":    {func(s *twilio.Settings) { s.AccountSID = "AC0123" }, "TWILIO_ACCOUNT_SID"},
		"no token":           {func(s *twilio.Settings) { s.AuthToken = "" }, "TWILIO_AUTH_TOKEN"},
		"a token with blank": {func(s *twilio.Settings) { s.AuthToken = "canary canary" }, "TWILIO_AUTH_TOKEN"},
		"no address":         {func(s *twilio.Settings) { s.APIURL = "api.twilio.com" }, "TWILIO_API_URL"},
		"a path":             {func(s *twilio.Settings) { s.APIURL = "https://api.twilio.com/2010-04-01" }, "TWILIO_API_URL"},
		"unencrypted":        {func(s *twilio.Settings) { s.APIURL = "http://api.twilio.com" }, "TWILIO_API_URL"},
		"another protocol":   {func(s *twilio.Settings) { s.APIURL = "ftp://api.twilio.com" }, "TWILIO_API_URL"},
	} {
		s := good
		c.change(&s)
		err := s.Check()
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "canary") {
			t.Errorf("%s: the error shows the token: %v", name, err)
		}
	}
}
