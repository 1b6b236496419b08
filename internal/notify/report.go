package notify

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"parley/ent/delivery"
	"parley/internal/apierr"
)

// Report is what a carrier says of a message, which it names by our id or, where it does not know that, by its own.
type Report struct {
	DeliveryID string
	CarrierID  string
	Status     delivery.Status
	Reason     string // for people, where Status is FAILED
}

// Report takes a carrier's report, in any order and any number of times. A report of an unknown message is refused
// with NOT_FOUND.
//
// A carrier that reports on a message has it, so the message is not sent again, even if the call that sent it has
// not returned or was lost. Where the report says by which delivery it is known, that counts for more than what a lookup
// has found.
func (o *Outbox) Report(ctx context.Context, r Report) error {
	known := outcome{state: delivery.StateDone, status: r.Status, carrierID: r.CarrierID, sure: true, reason: r.Reason}
	which := delivery.ID(r.DeliveryID)
	if r.DeliveryID == "" {
		which = delivery.CarrierID(r.CarrierID)
	}
	found, err := o.settle(ctx, known, which)
	if err != nil {
		return fmt.Errorf("report on a delivery: %w", err)
	}
	if !found {
		return apierr.MissingThing("delivery")
	}
	return nil
}

// Forward tells whether a status may become the next one (rule R6): only onwards, and the first final one stays.
func Forward(from, to delivery.Status) bool { return rank(to) > rank(from) }

func rank(s delivery.Status) int {
	switch s {
	case delivery.StatusQueued:
		return 1
	case delivery.StatusSent:
		return 2
	case delivery.StatusDelivered, delivery.StatusFailed:
		return 3
	}
	return 0
}

// reasonUnknown is for people, where the carrier gives no reason.
const reasonUnknown = "The carrier could not deliver the message and gave no reason."

// reason returns a carrier's words as one line of a decent length that the database takes.
func reason(words string) string {
	words = strings.Join(strings.Fields(strings.ToValidUTF8(strings.ReplaceAll(words, "\x00", ""), "")), " ")
	const most = 200
	if runes := []rune(words); len(runes) > most {
		words = string(runes[:most]) + "…"
	}
	return cmp.Or(words, reasonUnknown)
}
