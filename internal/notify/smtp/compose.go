package smtp

import (
	"fmt"
	netmail "net/mail"
	"strings"
	"unicode"

	"github.com/wneessen/go-mail"

	"parley/internal/notify"
)

// compose makes the email: the text, and the same as HTML.
func (s *Sender) compose(m notify.Outgoing) (*mail.Msg, error) {
	to, err := netmail.ParseAddress(m.To)
	if err != nil {
		return nil, notify.Refused{Reason: "The email address is not valid.", Code: "address"}
	}
	email := mail.NewMsg(mail.WithNoDefaultUserAgent())
	email.FromMailAddress(s.server.from)
	email.ToMailAddress(&netmail.Address{Address: to.Address})
	email.Subject(oneLine(m.Subject))
	email.SetMessageIDWithValue(m.DeliveryID + "@" + s.domain())
	email.SetDate()
	email.SetGenHeader("Auto-Submitted", "auto-generated")
	email.SetGenHeader("X-Auto-Response-Suppress", "All")
	email.SetBodyString(mail.TypeTextPlain, m.Text)
	email.AddAlternativeString(mail.TypeTextHTML, page(m))
	return email, nil
}

func page(m notify.Outgoing) string {
	return fmt.Sprintf("<!doctype html>\n<html><body>\n<p>%s</p>\n</body></html>\n", notify.HTML(m.Text))
}

// domain is that of the address that mail is from.
func (s *Sender) domain() string {
	return s.server.from.Address[strings.LastIndexByte(s.server.from.Address, '@')+1:]
}

// oneLine returns the text with a space for each run of spaces, line breaks and other control characters.
func oneLine(text string) string {
	return strings.Join(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.IsControl(r)
	}), " ")
}
