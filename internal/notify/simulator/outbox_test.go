package simulator_test

import (
	"context"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/database"
	"parley/internal/notify"
)

// The whole road: a message is enqueued, sent, reported on, and its status told, step by step.
func TestR6_StatusMovesLive(t *testing.T) {
	h := newHouse(t)
	org, err := h.db.Ent.Organization.Create().SetName("Demo").Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told := make(chan delivery.Status, 10)
	o := notify.New(notify.Config{
		Ent:     h.db.Ent,
		Senders: map[delivery.Channel]notify.Sender{delivery.ChannelSMS: h.sim, delivery.ChannelEmail: h.sim},
		Link:    func(id string) string { return "https://parley.example/r/" + id },
		Told: func(_ context.Context, _ *ent.Tx, d *ent.Delivery) error {
			told <- d.Status
			return nil
		},
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 2)
	go func() { ended <- o.Run(ctx) }()
	go func() { ended <- h.sim.Run(ctx, o) }()
	t.Cleanup(func() {
		cancel()
		<-ended
		<-ended
	})

	err = database.WithTx(t.Context(), h.db.Ent, func(tx *ent.Tx) error {
		_, err := o.EnqueueTx(t.Context(), tx, notify.Message{
			OrganizationID: org.ID, Channel: delivery.ChannelSMS, From: "+41790000001", To: "+41791234567",
			Text: "Come to <link>", LinkID: "link_1", AboutID: "cinv_1",
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []delivery.Status{delivery.StatusSent, delivery.StatusDelivered} {
		select {
		case got := <-told:
			if got != want {
				t.Errorf("told %s, want %s", got, want)
			}
		case <-time.After(patience):
			t.Fatalf("waited in vain for %s", want)
		}
	}
	if all := h.list("+41791234567"); len(all) != 1 || all[0].Text != "Come to https://parley.example/r/link_1" {
		t.Errorf("listed %+v", all)
	}
}
