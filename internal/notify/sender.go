package notify

import (
	"context"

	"parley/ent/delivery"
)

// Sender is a carrier of text messages or a mail server.
type Sender interface {
	// Send hands a message over. It must not begin to after ctx's deadline. An error is a Refused, a NotTaken, or of
	// any other type when it is unknown whether the message was taken.
	Send(ctx context.Context, m Outgoing) (Receipt, error)

	// Lookup asks whether a delivery was taken. A carrier that cannot be asked answers false.
	Lookup(ctx context.Context, deliveryID string) (Receipt, bool, error)
}

// Receiver takes what a carrier calls back with. An Outbox is one.
type Receiver interface {
	Report(ctx context.Context, r Report) error
	ReceiveSMS(ctx context.Context, m Inbound) error
}

// Outgoing is a message on its way out. DeliveryID is the same for each attempt: the key by which a carrier can tell
// that it has the message already, and what its reports are to come back with.
type Outgoing struct {
	DeliveryID string
	Channel    delivery.Channel
	From, To   string
	Subject    string
	Text       string // with the link in it
}

// Receipt is a carrier's answer to a message that it has taken.
type Receipt struct {
	CarrierID string
	Status    delivery.Status
	Reason    string // for people, where Status is FAILED
}

// Refused says that the carrier will not take this message, now or later. Reason is shown to people; Code is logged.
type Refused struct{ Reason, Code string }

// Error implements error.
func (e Refused) Error() string { return "refused: " + e.Code }

// NotTaken says that the carrier has certainly not taken the message, and may later. Code is logged, so nothing of the
// message may be in it.
type NotTaken struct {
	Code string
	Err  error
}

// Error implements error.
func (e NotTaken) Error() string { return "not taken: " + e.Code }

// Unwrap returns the cause.
func (e NotTaken) Unwrap() error { return e.Err }
