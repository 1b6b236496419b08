package twilio

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"parley/ent/delivery"
	"parley/internal/apierr"
	"parley/internal/notify"
)

const (
	// bodyBytes is the most that a callback may hold.
	bodyBytes = 64 << 10

	// deliveryParameter is where the address of a status callback has our delivery's id.
	deliveryParameter = "delivery"

	// noting is how long it may take to write down what a callback says. Twilio waits for 15 s.
	noting = 10 * time.Second
)

// Handler returns what Twilio calls: POST /webhooks/twilio/sms with what customers text, and POST /webhooks/twilio/status
// with what became of messages. Both go to the receiver, to which the same one twice, or late, does no harm.
func (a *Account) Handler(to notify.Receiver) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+smsPath, a.callback(func(ctx context.Context, r *http.Request) error {
		return to.ReceiveSMS(ctx, inbound(r))
	}, func(w http.ResponseWriter) {
		w.Header().Set("Content-Type", "text/xml; charset=utf-8")
		_, _ = io.WriteString(w, "<Response/>") // no answer to the customer; Twilio that left asks again
	}))
	mux.HandleFunc("POST "+statusPath, a.callback(func(ctx context.Context, r *http.Request) error {
		err := to.Report(ctx, report(r))
		if apierr.Is(err, apierr.NotFound) { // nobody wants to know: no use in saying it again
			return nil
		}
		return err
	}, func(w http.ResponseWriter) { w.WriteHeader(http.StatusNoContent) }))
	return mux
}

// callback makes a handler of what is done with a callback and how it is answered then.
func (a *Account) callback(do func(context.Context, *http.Request) error, done func(http.ResponseWriter)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if status := a.refuse(w, r); status != 0 {
			http.Error(w, http.StatusText(status), status)
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), noting) // what was said was said, even if Twilio leaves
		defer cancel()
		if err := do(ctx, r); err != nil {
			a.log.ErrorContext(ctx, "take a callback of Twilio's", "path", r.URL.Path, "error", err)
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		done(w)
	}
}

// refuse reads a callback, and returns the status of a refusal; 0 where it is Twilio's, for this account.
func (a *Account) refuse(w http.ResponseWriter, r *http.Request) int {
	r.Body = http.MaxBytesReader(w, r.Body, bodyBytes)
	err := r.ParseForm()
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return http.StatusRequestEntityTooLarge
	case err != nil:
		return http.StatusBadRequest
	case !a.signed(r) || r.PostForm.Get("AccountSid") != a.settings.AccountSID:
		return http.StatusForbidden
	case r.PostForm.Get("MessageSid") == "":
		return http.StatusBadRequest
	}
	return 0
}

func inbound(r *http.Request) notify.Inbound {
	said := func(name string) string {
		return strings.ReplaceAll(strings.ToValidUTF8(r.PostForm.Get(name), "\uFFFD"), "\x00", "") // the database takes no others
	}
	return notify.Inbound{ID: said("MessageSid"), From: said("From"), To: said("To"), Body: said("Body")}
}

func report(r *http.Request) notify.Report {
	said := notify.Report{
		DeliveryID: r.URL.Query().Get(deliveryParameter),
		CarrierID:  r.PostForm.Get("MessageSid"),
		Status:     statusOf(r.PostForm.Get("MessageStatus")),
	}
	if said.Status == delivery.StatusFailed {
		code, _ := strconv.Atoi(r.PostForm.Get("ErrorCode")) // none is 0
		said.Reason = reasonOf(code)
	}
	return said
}
