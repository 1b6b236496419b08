package notify_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/database"
	"parley/internal/notify"
)

func TestX4_RolledBackIsNotSentCommittedIs(t *testing.T) {
	h := newHouse(t)
	o := h.outbox()
	h.run(o)

	undone := errors.New("undone")
	err := database.WithTx(t.Context(), h.db.Ent, func(tx *ent.Tx) error {
		if _, err := o.EnqueueTx(t.Context(), tx, h.message("never")); err != nil {
			return err
		}
		return undone
	})
	if !errors.Is(err, undone) {
		t.Fatalf("the transaction ended with %v", err)
	}
	id := h.enqueue(o, h.message("hello"))

	if d := next(t, h.told); d.ID != id || d.Status != delivery.StatusSent {
		t.Errorf("told of %s %s, want %s SENT", d.ID, d.Status, id)
	}
	h.carrier.mu.Lock()
	defer h.carrier.mu.Unlock()
	if len(h.carrier.texts) != 1 {
		t.Errorf("%d messages were sent, want 1", len(h.carrier.texts))
	}
}

func TestX4_SentOnceThoughTwoWorkersRun(t *testing.T) {
	h := newHouse(t)
	one, two := h.outbox(), h.outbox()
	h.run(one)
	h.run(two)

	var ids []string
	for range 60 {
		ids = append(ids, h.enqueue(one, h.message("hello")))
	}
	for range ids {
		next(t, h.told)
	}
	for _, id := range ids {
		h.expect(id, delivery.StateDone, delivery.StatusSent)
		if n := len(h.carrier.taken(id)); n != 1 {
			t.Errorf("%d texts for one delivery", n)
		}
	}
}

// The worker is woken by the enqueueing of its own process, not only by looking now and then.
func TestEnqueueWakesTheWorker(t *testing.T) {
	h := newHouse(t)
	o := h.outbox(func(c *notify.Config) { c.Tuning.Poll = time.Hour })
	h.run(o)
	for range 20 { // one might be found by chance, while the worker looks once more after a call
		id := h.enqueue(o, h.message("hello"))
		h.expect(id, delivery.StateDone, delivery.StatusSent)
	}
}

func TestWorkerFindsWhatAnotherProcessLeft(t *testing.T) {
	h := newHouse(t)
	id := h.enqueue(h.outbox(), h.message("from a process that is gone"))
	h.run(h.outbox())
	h.expect(id, delivery.StateDone, delivery.StatusSent)
}

// More than may be sent at once is waiting: each call that ends makes room for the next.
func TestCallsAtOnceAreBounded(t *testing.T) {
	h := newHouse(t)
	var now, most atomic.Int32
	calling, release := make(chan struct{}, 9), make(chan struct{})
	h.carrier.sending = func(context.Context, notify.Outgoing) error {
		n := now.Add(1)
		defer now.Add(-1)
		for old := most.Load(); n > old && !most.CompareAndSwap(old, n); old = most.Load() {
		}
		calling <- struct{}{}
		<-release
		return nil
	}
	o := h.outbox(func(c *notify.Config) { c.Tuning.Parallel, c.Tuning.Poll = 3, time.Hour })
	for range cap(calling) {
		h.enqueue(o, h.message("hello"))
	}
	h.run(o)
	for range 3 {
		next(t, calling)
	}
	close(release)
	for range cap(calling) {
		next(t, h.told)
	}
	if most.Load() != 3 {
		t.Errorf("%d calls at once, want 3", most.Load())
	}
}

func TestR7_LinkTakesItsPlace(t *testing.T) {
	h := newHouse(t)
	o := h.outbox()
	h.run(o)
	for text, want := range map[string]string{
		"Come to <link>, please.": "Come to https://parley.example/r/link_1, please.",
		"Come, please.\n":         "Come, please. https://parley.example/r/link_1",
	} {
		m := h.message(text)
		m.LinkID = "link_1"
		id := h.enqueue(o, m)
		next(t, h.told)
		if got := h.carrier.taken(id); len(got) != 1 || got[0] != want {
			t.Errorf("sent %q, want %q", got, want)
		}
	}
	m := h.message("Write <link> if you like.")
	id := h.enqueue(o, m)
	next(t, h.told)
	if got := h.carrier.taken(id); got[0] != m.Text {
		t.Errorf("a message without a link was sent as %q", got[0])
	}
}

func TestRunWaitsForCallsUnderWay(t *testing.T) {
	h := newHouse(t)
	calling, release := make(chan struct{}), make(chan struct{})
	h.carrier.answer = func(ctx context.Context, _ notify.Outgoing) error {
		close(calling)
		<-release
		return ctx.Err()
	}
	o := h.outbox()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	id := h.enqueue(o, h.message("hello"))
	next(t, calling)
	cancel()
	select {
	case <-ended:
		t.Error("Run returned during a call")
	default:
	}
	close(release)
	if err := next(t, ended); err != nil {
		t.Errorf("Run: %v", err)
	}
	h.expect(id, delivery.StateDone, delivery.StatusSent)
}

func TestRunCancelsCallsThatTakeTooLong(t *testing.T) {
	h := newHouse(t)
	calling := make(chan struct{})
	h.carrier.sending = func(ctx context.Context, _ notify.Outgoing) error {
		close(calling)
		<-ctx.Done()
		return ctx.Err()
	}
	o := h.outbox(func(c *notify.Config) { c.Tuning.Drain = time.Millisecond })
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	h.enqueue(o, h.message("hello"))
	next(t, calling)
	cancel()
	if err := next(t, ended); err != nil {
		t.Errorf("Run: %v", err)
	}
}
