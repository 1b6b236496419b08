package notify_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"parley/ent/delivery"
	"parley/internal/apierr"
	"parley/internal/notify"
)

// Whatever the order and number of reports: each status that was told is further than the one before, the end is the
// furthest of all, and of two final ones the first.
func TestR6_StatusNeverMovesBackwards(t *testing.T) {
	h := newHouse(t)
	o := h.outbox()
	all := []delivery.Status{delivery.StatusQueued, delivery.StatusSent, delivery.StatusDelivered, delivery.StatusFailed}
	rapid.Check(t, func(rt *rapid.T) {
		id := h.enqueue(o, h.message("hello"))
		want, moves := delivery.StatusQueued, 0
		for _, status := range rapid.SliceOfN(rapid.SampledFrom(all), 1, 8).Draw(rt, "reports") {
			if err := o.Report(t.Context(), notify.Report{DeliveryID: id, Status: status}); err != nil {
				rt.Fatal(err)
			}
			if further(want, status) {
				want, moves = status, moves+1
			}
			if got := h.read(id).Status; got != want {
				rt.Fatalf("status is %s after a report of %s, want %s", got, status, want)
			}
		}
		for range moves {
			next(t, h.told)
		}
		if len(h.told) > 0 {
			rt.Fatalf("told of a status that did not move: %s", (<-h.told).Status)
		}
	})
}

// further says the rule in other words than the code.
func further(from, to delivery.Status) bool {
	switch from {
	case delivery.StatusQueued:
		return to != delivery.StatusQueued
	case delivery.StatusSent:
		return to == delivery.StatusDelivered || to == delivery.StatusFailed
	}
	return false
}

func TestR6_ReportsAtTheSameMoment(t *testing.T) {
	h := newHouse(t)
	o := h.outbox()
	id := h.enqueue(o, h.message("hello"))
	done := make(chan error, 30)
	for i := range cap(done) {
		status := []delivery.Status{delivery.StatusSent, delivery.StatusDelivered, delivery.StatusSent}[i%3]
		go func() { done <- o.Report(t.Context(), notify.Report{DeliveryID: id, Status: status}) }()
	}
	for range cap(done) {
		if err := next(t, done); err != nil {
			t.Error(err)
		}
	}
	h.expect(id, delivery.StateDone, delivery.StatusDelivered)
	if len(h.told) > 2 {
		t.Errorf("told %d times, want at most twice", len(h.told))
	}
}

// The carrier reports before the call that sends has returned, and then the call's answer is lost: it is not sent
// again, since what is reported on was taken.
func TestR6_ReportBeforeSendReturned(t *testing.T) {
	for _, lost := range []error{nil, context.DeadlineExceeded} {
		h := &house{}
		t.Run(map[bool]string{true: "answered", false: "answer lost"}[lost == nil], func(t *testing.T) {
			h = newHouse(t)
			reported := make(chan error, 1)
			var o *notify.Outbox
			h.carrier.answer = func(ctx context.Context, m notify.Outgoing) error {
				reported <- o.Report(ctx, notify.Report{DeliveryID: m.DeliveryID, Status: delivery.StatusDelivered})
				return lost
			}
			o = h.outbox()
			h.run(o)
			id := h.enqueue(o, h.message("hello"))
			if err := next(t, reported); err != nil {
				t.Fatal(err)
			}
			if d := next(t, h.told); d.Status != delivery.StatusDelivered {
				t.Errorf("told %s, want DELIVERED", d.Status)
			}
			d := h.expect(id, delivery.StateDone, delivery.StatusDelivered)
			if lost == nil {
				h.until("the carrier's id is known", func() bool { return h.read(id).CarrierID != nil })
			}
			if n := len(h.carrier.taken(id)); n != 1 || d.Attempts != 1 {
				t.Errorf("%d texts in %d attempts, want one", n, d.Attempts)
			}
		})
	}
}

func TestReportByTheCarriersID(t *testing.T) {
	h := newHouse(t)
	o := h.outbox()
	h.run(o)
	id := h.enqueue(o, h.message("hello"))
	h.expect(id, delivery.StateDone, delivery.StatusSent)
	report := notify.Report{CarrierID: "SM" + id, Status: delivery.StatusFailed, Reason: " un\x00reach\nable "}
	if err := o.Report(t.Context(), report); err != nil {
		t.Fatal(err)
	}
	if d := h.expect(id, delivery.StateDone, delivery.StatusFailed); *d.Reason != "unreach able" {
		t.Errorf("reason is %q", *d.Reason)
	}
}

func TestReportOfAnUnknownMessageIsNotFound(t *testing.T) {
	h := newHouse(t)
	for _, r := range []notify.Report{{}, {DeliveryID: "dlv_1"}, {CarrierID: "SM1", Status: delivery.StatusSent}} {
		if err := h.outbox().Report(t.Context(), r); !apierr.Is(err, apierr.NotFound) {
			t.Errorf("%+v: %v, want NOT_FOUND", r, err)
		}
	}
}
