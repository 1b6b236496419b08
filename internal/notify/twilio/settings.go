package twilio

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"
)

// Settings are how an account is reached. They are named after the variables that they come from.
type Settings struct{ AccountSID, AuthToken, APIURL string }

// API is where Twilio is.
const API = "https://api.twilio.com"

var (
	sid   = regexp.MustCompile(`^AC[0-9a-fA-F]{32}$`)
	token = regexp.MustCompile(`^[!-~]+$`)
)

// Check says what is wrong with the settings, by the name of the variable. The token is not shown.
func (s Settings) Check() error {
	switch {
	case s.AccountSID == "":
		return errors.New("TWILIO_ACCOUNT_SID is missing: with the other variables of Twilio it is needed")
	case !sid.MatchString(s.AccountSID):
		return fmt.Errorf("TWILIO_ACCOUNT_SID=%s: want AC and 32 hexadecimal digits, as Twilio's console shows it", s.AccountSID)
	case s.AuthToken == "":
		return errors.New("TWILIO_AUTH_TOKEN is missing: with a TWILIO_ACCOUNT_SID it is needed")
	case !token.MatchString(s.AuthToken):
		return errors.New("TWILIO_AUTH_TOKEN has characters in it that no token has")
	}
	return checkAPI(s.APIURL)
}

// checkAPI refuses an address to which the token would go for everybody to read.
func checkAPI(address string) error {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || address != u.Scheme+"://"+u.Host || u.Scheme != "https" && u.Scheme != "http" {
		return fmt.Errorf("TWILIO_API_URL=%s: want where Twilio's API is, such as %s", address, API)
	}
	if u.Scheme == "http" && !loopback(u.Hostname()) {
		return fmt.Errorf("TWILIO_API_URL=%s: want https://, since the token is sent there", address)
	}
	return nil
}

func loopback(host string) bool {
	return strings.EqualFold(host, "localhost") || net.ParseIP(host).IsLoopback()
}
