package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"parley/ent/delivery"
	"parley/internal/notify"
)

// message is a message as Twilio shows it.
type message struct {
	SID         string `json:"sid"`
	Body        string `json:"body"`
	Status      string `json:"status"`
	ErrorCode   int    `json:"error_code"`
	DateCreated string `json:"date_created"`
}

// created is when Twilio has made the message; false where it does not say.
func (m message) created() (time.Time, bool) {
	at, err := time.Parse(time.RFC1123Z, m.DateCreated)
	return at, err == nil
}

func (m message) receipt() notify.Receipt {
	r := notify.Receipt{CarrierID: m.SID, Status: statusOf(m.Status)}
	if r.Status == delivery.StatusFailed {
		r.Reason = reasonOf(m.ErrorCode)
	}
	return r
}

// statusOf is what a status of Twilio's is here. What is on its way to the carrier is queued still, and what Twilio may
// come to say besides says nothing.
func statusOf(said string) delivery.Status {
	switch said {
	case "sent":
		return delivery.StatusSent
	case "delivered", "read":
		return delivery.StatusDelivered
	case "undelivered", "failed", "canceled":
		return delivery.StatusFailed
	}
	return delivery.StatusQueued // accepted, scheduled, queued, sending
}

// Send hands a text message to Twilio.
func (a *Account) Send(ctx context.Context, m notify.Outgoing) (notify.Receipt, error) {
	var taken message
	err := a.call(ctx, http.MethodPost, a.resource("Messages.json"), url.Values{
		"From": {m.From}, "To": {m.To}, "Body": {m.Text}, "StatusCallback": {a.statusURL(m.DeliveryID)},
	}, &taken)
	if err != nil {
		return notify.Receipt{}, judge(err)
	}
	if taken.SID == "" {
		return notify.Receipt{}, notify.Unknown{Code: "an answer without a sid"}
	}
	return taken.receipt(), nil
}

// judge tells what the error of a call means for the message.
func judge(err error) error {
	var none unsent
	var p problem
	switch {
	case errors.As(err, &none):
		return notify.NotTaken{Code: "no connection", Err: err}
	case !errors.As(err, &p):
		return fmt.Errorf("send a text message: %w", err)
	case !p.certain():
		return notify.Unknown{Code: p.Error(), Err: p}
	case p.later():
		return notify.NotTaken{Code: p.Error(), After: p.after, Err: p}
	}
	return notify.Refused{Reason: reasonOf(p.code), Code: p.Error()}
}

// certain tells whether Twilio has certainly done nothing: it has answered that what was asked is wrong.
func (p problem) certain() bool {
	return p.status >= 400 && p.status < 500 && p.status != http.StatusRequestTimeout
}

// later tells whether what was refused may be taken later, when somebody has mended what is wrong with the account, or
// when there is room again. An answer without a code is not Twilio's, but of something between.
func (p problem) later() bool {
	switch p.code {
	case 0, codeSenderQueueFull, codeTooFast:
		return true
	}
	if _, known := reasons[p.code]; known {
		return false
	}
	switch p.status {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusTooManyRequests:
		return true
	}
	return false
}
