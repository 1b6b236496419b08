package notify

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"time"
)

var (
	// errTooLate says that the claim was too old for the call to begin.
	errTooLate = NotTaken{Code: "held up"}

	// errGivenUp says that the message has been handed over as often as it may be.
	errGivenUp = errors.New("given up")
)

// lookupFailed says that the carrier could not be asked. It hides what the Sender returned, which may be a type that
// says something of sending.
type lookupFailed struct{ code string }

func (e lookupFailed) Error() string { return "look up at the carrier: " + e.code }

// deliver takes one turn at a delivery. What a panic leaves is unknown, as after a crash: the claim ends by itself.
func (o *Outbox) deliver(ctx context.Context, c claim) {
	defer func() {
		if p := recover(); p != nil { // its value may hold anything, so only its type is logged
			o.log.ErrorContext(ctx, "panic in a delivery", "delivery", c.id, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
		}
	}()
	known, err := o.attempt(ctx, &c)
	if err := o.record(ctx, &c, known, err); err != nil {
		o.log.ErrorContext(ctx, "record a delivery", "delivery", c.id, "error", err)
	}
}

// attempt hands the message over. Where that may have been done before, the carrier is asked first; where it does
// not know, the claim is renewed, since asking takes time and the delivery may be another's meanwhile.
func (o *Outbox) attempt(ctx context.Context, c *claim) (outcome, error) {
	sender := o.senders[c.channel]
	if sender == nil {
		return outcome{}, NotTaken{Code: "no sender for " + string(c.channel)}
	}
	if c.attempt > 1 {
		receipt, err := o.lookup(ctx, sender, c)
		if err != nil {
			return outcome{}, err
		}
		if receipt != nil {
			return found(*receipt), nil
		}
		if c.attempt > o.tuning.Attempts {
			return outcome{}, errGivenUp
		}
		if err := o.renew(ctx, c); err != nil {
			return outcome{}, err
		}
	}
	return o.send(ctx, sender, c)
}

// lookup asks the carrier for the delivery, and returns nil where it has none that is not another's.
func (o *Outbox) lookup(ctx context.Context, sender Sender, c *claim) (*Receipt, error) {
	message := o.outgoing(c)
	ctx, cancel := context.WithTimeout(ctx, o.tuning.Call)
	defer cancel()
	receipts, err := sender.Lookup(ctx, message, c.created)
	if err != nil {
		return nil, lookupFailed{code: kind(err)}
	}
	others, err := o.ownedByOthers(ctx, c, receipts)
	if err != nil {
		return nil, err
	}
	for _, r := range receipts {
		if !slices.Contains(others, r.CarrierID) {
			return &r, nil
		}
	}
	return nil, nil
}

// send calls the carrier. How old the claim is, is the last thing looked at before the call: a process may have been
// paused at any place above.
func (o *Outbox) send(ctx context.Context, sender Sender, c *claim) (outcome, error) {
	message := o.outgoing(c)
	ctx, cancel := context.WithTimeout(ctx, o.tuning.Call)
	defer cancel()
	if err := o.refused(ctx, message, c.aboutID); err != nil {
		return outcome{}, err
	}
	if o.age(c) > o.tuning.Lease {
		return outcome{}, errTooLate
	}
	receipt, err := sender.Send(ctx, message)
	if err != nil {
		return outcome{}, err
	}
	return taken(receipt), nil
}

// refused tells whether a message must not be handed over any more. What cannot be found out is not handed over yet.
func (o *Outbox) refused(ctx context.Context, m Outgoing, aboutID string) error {
	err := o.refuse(ctx, m, aboutID)
	if refusal := (Refused{}); err == nil || errors.As(err, &refusal) {
		return err
	}
	return NotTaken{Code: "asking whether it may be sent: " + kind(err)}
}

func (o *Outbox) outgoing(c *claim) Outgoing {
	text := c.text
	if c.linkID != "" {
		text = strings.ReplaceAll(text, placeholder, o.link(c.linkID))
	}
	return Outgoing{DeliveryID: c.id, Channel: c.channel, From: c.from, To: c.to, Subject: c.subject, Text: text}
}

// age is how old the claim is: by the wall clock or by the monotonic one, whichever says more. The one may have been
// set back, the other stands still while a machine is suspended.
func (o *Outbox) age(c *claim) time.Duration {
	now := o.now()
	return max(now.Sub(c.began), now.Round(0).Sub(c.began.Round(0)))
}
