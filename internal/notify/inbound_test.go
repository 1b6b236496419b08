package notify_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"

	"parley/ent"
	"parley/internal/notify"
)

func TestM10_SameMessageTwiceCountsOnce(t *testing.T) {
	h := newHouse(t)
	heard := make(chan string, 100)
	o := h.outbox(func(c *notify.Config) {
		c.Received = func(_ context.Context, _ *ent.Tx, m *ent.InboundMessage) error {
			heard <- m.Body
			return nil
		}
	})
	var running sync.WaitGroup
	for i := range 40 { // twenty messages, each twice, at once
		running.Go(func() {
			m := notify.Inbound{ID: fmt.Sprint("SM", i/2), From: "+41791234567", To: "+41790000001", Body: fmt.Sprint(i / 2)}
			if err := o.ReceiveSMS(t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	running.Wait()
	if len(heard) != 20 {
		t.Errorf("%d messages were handed on, want 20", len(heard))
	}
	if kept := h.db.Ent.InboundMessage.Query().CountX(t.Context()); kept != 20 {
		t.Errorf("%d messages were kept, want 20", kept)
	}
}

// What could not be handed on is not kept either, so that the carrier's next try counts.
func TestM10_FailedCountsNot(t *testing.T) {
	h := newHouse(t)
	fails := true
	o := h.outbox(func(c *notify.Config) {
		c.Received = func(context.Context, *ent.Tx, *ent.InboundMessage) error {
			if fails {
				return errors.New("cannot")
			}
			return nil
		}
	})
	m := notify.Inbound{ID: "SM1", From: "+41791234567", To: "+41790000001", Body: "hello"}
	if err := o.ReceiveSMS(t.Context(), m); err == nil {
		t.Error("no error")
	}
	fails = false
	if err := o.ReceiveSMS(t.Context(), m); err != nil {
		t.Error(err)
	}
	if kept := h.db.Ent.InboundMessage.Query().CountX(t.Context()); kept != 1 {
		t.Errorf("%d messages were kept, want 1", kept)
	}
}
