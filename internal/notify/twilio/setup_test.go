package twilio_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/internal/dbtest"
	"parley/internal/notify"
	"parley/internal/notify/twilio"
	"parley/internal/notify/twilio/twiliotest"
)

func TestMain(m *testing.M) { dbtest.Main(m) } // which looks for goroutines that are left

const (
	public = "https://parley.example"
	ours   = "+12015550100"
	adas   = "+447400123456"
)

// house is an account at a Twilio in this process, with what calls us.
type house struct {
	t       *testing.T
	twilio  *twiliotest.Twilio
	account *twilio.Account
	log     *strings.Builder
	heard   *receiver
	host    string // where callbacks arrive, behind the public address
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	return at(t, public)
}

// at is a house with the public address.
func at(t *testing.T, public string) *house {
	t.Helper()
	h := &house{t: t, twilio: twiliotest.New(t), log: &strings.Builder{}, heard: &receiver{}}
	log := slog.New(slog.NewTextHandler(h.log, nil))
	h.account = twilio.New(twilio.Settings{AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, APIURL: h.twilio.URL()}, public, log)
	server := httptest.NewServer(h.account.Handler(h.heard))
	h.host = strings.TrimPrefix(server.URL, "http://")
	t.Cleanup(func() {
		server.Close()
		h.account.Close()
	})
	return h
}

func text(deliveryID, body string) notify.Outgoing {
	return notify.Outgoing{DeliveryID: deliveryID, Channel: "SMS", From: ours, To: adas, Text: body}
}

// sends sends a text that is taken.
func (h *house) sends(m notify.Outgoing) notify.Receipt {
	h.t.Helper()
	r, err := h.account.Send(h.t.Context(), m)
	if err != nil {
		h.t.Fatal(err)
	}
	return r
}

// looksUp returns the carrier's ids of what may be the message.
func (h *house) looksUp(m notify.Outgoing, since time.Time) []string {
	h.t.Helper()
	found, err := h.account.Lookup(h.t.Context(), m, since)
	if err != nil {
		h.t.Fatal(err)
	}
	ids := []string{}
	for _, r := range found {
		ids = append(ids, r.CarrierID)
	}
	return ids
}

// receiver keeps what it is told.
type receiver struct {
	mu      sync.Mutex
	reports []notify.Report
	texts   []notify.Inbound
	err     error
}

func (r *receiver) Report(_ context.Context, said notify.Report) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reports = append(r.reports, said)
	return r.err
}

func (r *receiver) ReceiveSMS(ctx context.Context, m notify.Inbound) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r.texts = append(r.texts, m)
	return r.err
}
