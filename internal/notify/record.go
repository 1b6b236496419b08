package notify

import (
	"context"
	"errors"
	"fmt"
	"time"

	"parley/ent/delivery"
	"parley/internal/database"
)

// recording is the time for writing down what came of a call, also while the worker is ending.
const recording = 10 * time.Second

// longestAfter bounds how long a carrier may ask to be left alone.
const longestAfter = time.Hour

// reasonGivenUp is for people.
const reasonGivenUp = "The message could not be handed over, although it was tried several times. It may not have arrived; send it again later."

// record writes down what came of an attempt.
func (o *Outbox) record(ctx context.Context, c *claim, known outcome, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recording)
	defer cancel()
	var refused Refused
	switch {
	case cause == nil: // taken is taken, whoever has the claim by now
		_, err := o.settle(ctx, known, delivery.ID(c.id))
		if !known.sure && database.Violates(err, carrierOnce) { // another has just found it: the carrier is asked again
			return o.postpone(ctx, c, 0)
		}
		return err
	case errors.As(cause, &refused):
		o.log.WarnContext(ctx, "delivery refused", "delivery", c.id, "cause", kind(cause))
		return o.end(ctx, c, outcome{state: delivery.StateDone, status: delivery.StatusFailed, reason: refused.Reason})
	case errors.Is(cause, errClaimLost):
		return nil
	case o.hopeless(c, cause):
		o.log.ErrorContext(ctx, "delivery given up", "delivery", c.id, "attempts", c.attempt, "cause", kind(cause))
		return o.end(ctx, c, outcome{state: delivery.StateDead, status: delivery.StatusFailed, reason: reasonGivenUp})
	}
	o.log.WarnContext(ctx, "delivery is tried again", "delivery", c.id, "attempts", c.attempt, "cause", kind(cause))
	return o.postpone(ctx, c, o.pause(c, cause))
}

// hopeless tells whether to give up: at once when it is certain that the last attempt did nothing, otherwise after
// the carrier was asked once more.
func (o *Outbox) hopeless(c *claim, cause error) bool {
	return c.attempt > o.tuning.Attempts || c.attempt == o.tuning.Attempts && certain(cause)
}

// pause is the time until the next attempt. Where the outcome is unknown, the call has to be over for certain; where the
// carrier asks to be left alone for some time, it is.
func (o *Outbox) pause(c *claim, cause error) time.Duration {
	wait := o.tuning.backoff(c.attempt)
	var notTaken NotTaken
	if !errors.As(cause, &notTaken) {
		return max(wait, o.tuning.claim())
	}
	return max(wait, min(notTaken.After, longestAfter))
}

func certain(cause error) bool {
	var notTaken NotTaken
	return errors.As(cause, &notTaken)
}

// kind is what may be logged of a Sender's error: a message or an address may be in its text.
func kind(err error) string {
	var refused Refused
	var notTaken NotTaken
	var unknown Unknown
	var lookup lookupFailed
	switch {
	case errors.As(err, &lookup):
		return lookup.Error()
	case errors.As(err, &refused):
		return refused.Code
	case errors.As(err, &notTaken):
		return notTaken.Code
	case errors.As(err, &unknown):
		return unknown.Code
	case errors.Is(err, context.DeadlineExceeded):
		return "time-out"
	}
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(err) {
		err = inner
	}
	return fmt.Sprintf("%T", err)
}
