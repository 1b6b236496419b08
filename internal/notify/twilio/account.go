package twilio

import (
	"cmp"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"parley/internal/carrier"
	"parley/internal/notify"
)

// Account is an account at Twilio.
type Account struct {
	settings Settings
	public   string // where Twilio finds us
	log      *slog.Logger
	client   *http.Client
}

var (
	_ notify.Sender   = (*Account)(nil)
	_ carrier.Numbers = (*Account)(nil)
)

// Where Twilio calls.
const (
	smsPath    = "/webhooks/twilio/sms"
	statusPath = "/webhooks/twilio/status"
)

// repeats is for the end of an address that Twilio calls: it tries again after a time-out or an error of ours as well, and
// three times. By itself it tries once more, and only where it could not connect.
const repeats = "#rc=3&rp=ct,rt,5xx"

// New returns an account by settings that were checked. Twilio finds us at the public address, which ends without a slash.
func New(s Settings, publicURL string, log *slog.Logger) *Account {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.IdleConnTimeout = 30 * time.Second // less than servers keep one: a call that meets its end is unknown
	return &Account{
		settings: s, public: publicURL,
		log: cmp.Or(log, slog.New(slog.DiscardHandler)),
		client: &http.Client{
			Transport:     transport,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, // a text is not sent to another place
		},
	}
}

// Close ends connections that are not in use.
func (a *Account) Close() { a.client.CloseIdleConnections() }

// statusURL is where the callbacks on a delivery go.
func (a *Account) statusURL(deliveryID string) string {
	return a.public + statusPath + "?" + url.Values{deliveryParameter: {deliveryID}}.Encode() + repeats
}
