package twilio_test

import (
	"context"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/notify"
	"parley/internal/notify/twilio"
	"parley/internal/notify/twilio/twiliotest"
)

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// road is an outbox on a database, with Twilio at its end.
type road struct {
	t      *testing.T
	db     *dbtest.DB
	org    string
	twilio *twiliotest.Twilio
	outbox *notify.Outbox
}

// newRoad is a road on which a call is given up soon, and asked about soon after.
func newRoad(t *testing.T) *road {
	t.Helper()
	t.Parallel()
	w, db := twiliotest.New(t), dbtest.New(t)
	account := twilio.New(twilio.Settings{AccountSID: twiliotest.AccountSID, AuthToken: twiliotest.AuthToken, APIURL: w.URL()}, public, nil)
	org, err := db.Ent.Organization.Create().SetName("Demo").Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := &road{t: t, db: db, org: org.ID, twilio: w}
	r.outbox = notify.New(notify.Config{
		Ent: db.Ent, Senders: map[delivery.Channel]notify.Sender{delivery.ChannelSMS: account},
		Link: func(id string) string { return id },
		Tuning: notify.Tuning{
			Lease: 2 * time.Second, Call: 2 * time.Second, Pause: time.Millisecond, Retry: time.Millisecond, Poll: 20 * time.Millisecond,
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- r.outbox.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		account.Close()
	})
	return r
}

// sends commits a text, the same each time, and returns its delivery.
func (r *road) sends() string {
	r.t.Helper()
	var id string
	err := database.WithTx(r.t.Context(), r.db.Ent, func(tx *ent.Tx) error {
		d, err := r.outbox.EnqueueTx(r.t.Context(), tx, notify.Message{
			OrganizationID: r.org, Channel: delivery.ChannelSMS, From: ours, To: adas, Text: "Hello", AboutID: "cinv_1",
		})
		if err == nil {
			id = d.ID
		}
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return id
}

// done waits until the delivery is done, and returns what it is at Twilio.
func (r *road) done(id string) string {
	r.t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); time.Now().Before(end); <-tick.C {
		d, err := r.db.Ent.Delivery.Get(r.t.Context(), id)
		if err != nil {
			r.t.Fatal(err)
		}
		if d.State == delivery.StateDone && d.CarrierID != nil {
			return *d.CarrierID
		}
	}
	r.t.Fatalf("waited in vain for %s", id)
	return ""
}

// The same text goes to the same number three times, and Twilio takes each and never answers. Each is found, as its own,
// and none is sent again.
func TestX4_ATimeOutAfterTakingIsLookedUp(t *testing.T) {
	r := newRoad(t)
	hang := twiliotest.Fault{On: "POST Messages.json", Hang: true, After: true}
	r.twilio.Fail(hang, hang, hang)
	deliveries := []string{r.sends(), r.sends(), r.sends()}
	found := map[string]bool{}
	for _, id := range deliveries {
		found[r.done(id)] = true
	}
	if n := len(r.twilio.Messages()); n != 3 || len(found) != 3 {
		t.Errorf("%d messages at Twilio for three deliveries, which found %v", n, found)
	}
}

// Of three, one was not taken: it is sent, and no other again.
func TestX4_WhatWasNotTakenOfTheSameIsSent(t *testing.T) {
	r := newRoad(t)
	lost := twiliotest.Fault{On: "POST Messages.json", Drop: true, After: true}
	r.twilio.Fail(lost, twiliotest.Fault{On: "POST Messages.json", Drop: true}, lost)
	deliveries := []string{r.sends(), r.sends(), r.sends()}
	found := map[string]bool{}
	for _, id := range deliveries {
		found[r.done(id)] = true
	}
	if n := len(r.twilio.Messages()); n != 3 || len(found) != 3 {
		t.Errorf("%d messages at Twilio for three deliveries, which found %v", n, found)
	}
}
