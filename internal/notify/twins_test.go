package notify_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"parley/ent/delivery"
	"parley/internal/notify"
)

// forgetful is a carrier that does not know messages by their deliveries: asked, it answers with all that look the same.
// Its answers are lost unless a test says otherwise.
type forgetful struct {
	mu    sync.Mutex
	taken []notify.Outgoing
	since []time.Time
	take  func(m notify.Outgoing, id string) (bool, error) // whether it takes the message, and what becomes of its answer
}

var errLost = errors.New("the answer is lost")

func takeAndLose(notify.Outgoing, string) (bool, error) { return true, errLost }

func (f *forgetful) Send(_ context.Context, m notify.Outgoing) (notify.Receipt, error) {
	f.mu.Lock()
	id := fmt.Sprint("SM", len(f.taken)+1)
	takes, err := f.take(m, id)
	if takes {
		f.taken = append(f.taken, m)
	}
	f.mu.Unlock()
	return notify.Receipt{CarrierID: id, Status: delivery.StatusQueued}, err
}

func (f *forgetful) Lookup(_ context.Context, m notify.Outgoing, since time.Time) (same []notify.Receipt, _ error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.since = append(f.since, since)
	for i, taken := range f.taken {
		if taken.To == m.To && taken.Text == m.Text {
			same = append(same, notify.Receipt{CarrierID: fmt.Sprint("SM", i+1), Status: delivery.StatusSent})
		}
	}
	return same, nil
}

func (f *forgetful) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.taken)
}

// behave sets what the carrier does with the next messages.
func (f *forgetful) behave(take func(notify.Outgoing, string) (bool, error)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.take = take
}

// twins is a house with such a carrier.
func twins(t *testing.T) (*house, *notify.Outbox, *forgetful) {
	t.Helper()
	h, f := newHouse(t), &forgetful{take: takeAndLose}
	o := h.outbox(func(c *notify.Config) {
		c.Senders = map[delivery.Channel]notify.Sender{delivery.ChannelSMS: f}
	})
	h.run(o)
	return h, o, f
}

// unknown waits until the first attempt at the delivery has ended without anybody knowing how.
func (h *house) unknown(id string) {
	h.t.Helper()
	h.until("it waits to be looked up", func() bool {
		d := h.read(id)
		return d.State == delivery.StateWaiting && d.Attempts == 1
	})
}

func (h *house) carrierID(id string) string {
	h.t.Helper()
	d := h.read(id)
	if d.CarrierID == nil {
		return ""
	}
	return *d.CarrierID
}

// Both were taken and both answers are lost: each has one of the carrier's messages, and none is sent again.
func TestTheSameTextTwiceIsNotTakenForOne(t *testing.T) {
	h, o, f := twins(t)
	one, two := h.enqueue(o, h.message("hello")), h.enqueue(o, h.message("hello"))
	h.unknown(one)
	h.unknown(two)
	h.makeDue(one)
	h.makeDue(two)
	h.expect(one, delivery.StateDone, delivery.StatusSent)
	h.expect(two, delivery.StateDone, delivery.StatusSent)
	if f.count() != 2 || h.carrierID(one) == h.carrierID(two) {
		t.Errorf("%d texts; the deliveries are %q and %q at the carrier", f.count(), h.carrierID(one), h.carrierID(two))
	}
	if created := h.read(two).CreatedAt; f.since[0].After(created) {
		t.Errorf("it was asked for what came after %s, and the second delivery is of %s", f.since[0], created)
	}
}

// The second of two was not taken: what the first is at the carrier is not it.
func TestTheSameTextTwiceIsSentTwice(t *testing.T) {
	h, o, f := twins(t)
	f.behave(func(notify.Outgoing, string) (bool, error) { return true, nil })
	one := h.enqueue(o, h.message("hello"))
	h.expect(one, delivery.StateDone, delivery.StatusQueued)
	f.behave(func(notify.Outgoing, string) (bool, error) { return false, errLost })
	two := h.enqueue(o, h.message("hello"))
	h.unknown(two)
	f.behave(takeAndLose)
	h.makeDue(two)
	h.until("it is sent, and waits to be looked up again", func() bool {
		d := h.read(two)
		return f.count() == 2 && d.State == delivery.StateWaiting && d.Attempts == 2
	})
	h.makeDue(two)
	h.expect(two, delivery.StateDone, delivery.StatusSent)
	if h.carrierID(one) != "SM1" || h.carrierID(two) != "SM2" {
		t.Errorf("the deliveries are %q and %q at the carrier", h.carrierID(one), h.carrierID(two))
	}
}

// The first of two was not taken, and a lookup takes the second's message for its own. The carrier's report, which says
// whose it is, or the answer to the call that sent it, puts that right: the first is sent.
func TestWhatTheCarrierSaysOfADeliveryCountsMoreThanALookup(t *testing.T) {
	h, o, f := twins(t)
	f.behave(func(notify.Outgoing, string) (bool, error) { return false, errLost })
	one := h.enqueue(o, h.message("hello"))
	h.unknown(one)
	f.behave(takeAndLose)
	two := h.enqueue(o, h.message("hello"))
	h.unknown(two)
	h.makeDue(one)
	h.expect(one, delivery.StateDone, delivery.StatusSent)

	if err := o.Report(t.Context(), notify.Report{DeliveryID: two, CarrierID: "SM1", Status: delivery.StatusDelivered}); err != nil {
		t.Fatal(err)
	}
	h.expect(two, delivery.StateDone, delivery.StatusDelivered)
	h.until("the first is sent", func() bool { return f.count() == 2 })
	if err := o.Report(t.Context(), notify.Report{DeliveryID: one, CarrierID: "SM2", Status: delivery.StatusDelivered}); err != nil {
		t.Fatal(err)
	}
	h.expect(one, delivery.StateDone, delivery.StatusDelivered)
	if h.carrierID(one) != "SM2" || h.carrierID(two) != "SM1" || f.count() != 2 {
		t.Errorf("%d texts; the deliveries are %q and %q at the carrier", f.count(), h.carrierID(one), h.carrierID(two))
	}
}

// Both were taken, and the lookups take them the wrong way round. Reports put that right one after the other.
func TestReportsUncrossWhatLookupsHaveCrossed(t *testing.T) {
	h, o, f := twins(t)
	one, two := h.enqueue(o, h.message("hello")), h.enqueue(o, h.message("hello"))
	h.unknown(one)
	h.unknown(two)
	h.makeDue(one)
	h.expect(one, delivery.StateDone, delivery.StatusSent)
	h.makeDue(two)
	h.expect(two, delivery.StateDone, delivery.StatusSent)
	for id, carrierID := range map[string]string{one: "SM2", two: "SM1"} {
		if err := o.Report(t.Context(), notify.Report{DeliveryID: id, CarrierID: carrierID, Status: delivery.StatusDelivered}); err != nil {
			t.Fatal(err)
		}
	}
	h.expect(one, delivery.StateDone, delivery.StatusDelivered)
	h.expect(two, delivery.StateDone, delivery.StatusDelivered)
	if h.carrierID(one) != "SM2" || h.carrierID(two) != "SM1" || f.count() != 2 {
		t.Errorf("%d texts; the deliveries are %q and %q at the carrier", f.count(), h.carrierID(one), h.carrierID(two))
	}
}

// A lookup takes a message while the call that sends it for another delivery has not returned.
func TestTheAnswerToACallCountsMoreThanALookup(t *testing.T) {
	h, o, f := twins(t)
	f.behave(func(notify.Outgoing, string) (bool, error) { return false, errLost })
	one := h.enqueue(o, h.message("hello"))
	h.unknown(one)
	f.behave(func(_ notify.Outgoing, id string) (bool, error) {
		_, err := h.db.SQL.Exec(`UPDATE deliveries SET state = 'DONE', status = 'SENT', carrier_id = $1 WHERE id = $2`, id, one)
		return true, err
	})
	two := h.enqueue(o, h.message("hello"))
	h.expect(two, delivery.StateDone, delivery.StatusQueued)
	h.until("the first has no id", func() bool { return h.carrierID(one) == "" || h.carrierID(one) == "SM2" })
	if h.carrierID(two) != "SM1" {
		t.Errorf("the second is %q at the carrier", h.carrierID(two))
	}
}

// A report says that the carrier has it, even that it is only queued there: it is not sent again.
func TestReportOfQueuedMeansTaken(t *testing.T) {
	h, o, f := twins(t)
	id := h.enqueue(o, h.message("hello"))
	h.unknown(id)
	if err := o.Report(t.Context(), notify.Report{DeliveryID: id, CarrierID: "SM1", Status: delivery.StatusQueued}); err != nil {
		t.Fatal(err)
	}
	if d := h.read(id); d.State != delivery.StateDone || d.Status != delivery.StatusQueued || f.count() != 1 {
		t.Errorf("delivery is %s, %s after %d texts", d.State, d.Status, f.count())
	}
}

func TestACarrierThatAsksToBeLeftAloneIs(t *testing.T) {
	for after, want := range map[time.Duration]time.Duration{time.Second: time.Minute, 10 * time.Minute: 10 * time.Minute, 24 * time.Hour: time.Hour} {
		t.Run(after.String(), func(t *testing.T) {
			h := newHouse(t)
			h.carrier.sending = func(context.Context, notify.Outgoing) error { return notify.NotTaken{Code: "429", After: after} }
			o := h.outbox(func(c *notify.Config) { c.Tuning.Retry, c.Tuning.RetryMax = time.Minute, time.Minute })
			h.run(o)
			id := h.enqueue(o, h.message("hello"))
			h.unknown(id)
			if wait := h.wait(id); wait > want || wait < want/2-time.Second || after == 10*time.Minute && wait < want-time.Minute {
				t.Errorf("it waits %s, want %s", wait, want)
			}
		})
	}
}

func TestLogSaysWhyNobodyKnows(t *testing.T) {
	h := newHouse(t)
	var log journal
	h.carrier.sending = func(context.Context, notify.Outgoing) error {
		return notify.Unknown{Code: "HTTP 502", Err: errors.New("canary")}
	}
	o := h.outbox(func(c *notify.Config) { c.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
	h.run(o)
	h.unknown(h.enqueue(o, h.message("hello")))
	if got := log.String(); !strings.Contains(got, "HTTP 502") || strings.Contains(got, "canary") {
		t.Errorf("the log says %s", got)
	}
}
