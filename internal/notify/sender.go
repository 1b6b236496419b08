package notify

import (
	"context"
	"time"

	"parley/ent/delivery"
)

// Sender is a carrier of text messages or a mail server.
type Sender interface {
	// Send hands a message over. It must not begin to after ctx's deadline. An error is a Refused, a NotTaken, or of
	// any other type, such as Unknown, when it is unknown whether the message was taken.
	Send(ctx context.Context, m Outgoing) (Receipt, error)

	// Lookup asks for what the carrier may have taken of the message since the time, by our clock, oldest first. A
	// carrier that knows a message by its delivery answers with one receipt at most, one that does not with those of all
	// messages that look the same: the outbox knows which of them are other deliveries'. A carrier that cannot be asked
	// answers with none.
	Lookup(ctx context.Context, m Outgoing, since time.Time) ([]Receipt, error)
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
// message may be in it. After is how long the carrier asks to be left alone; 0 where it does not say.
type NotTaken struct {
	Code  string
	After time.Duration
	Err   error
}

// Error implements error.
func (e NotTaken) Error() string { return "not taken: " + e.Code }

// Unwrap returns the cause.
func (e NotTaken) Unwrap() error { return e.Err }

// Unknown says that nobody knows whether the carrier has taken the message, as does any error of another type. Code is
// logged, so nothing of the message may be in it.
type Unknown struct {
	Code string
	Err  error
}

// Error implements error.
func (e Unknown) Error() string { return "unknown whether taken: " + e.Code }

// Unwrap returns the cause.
func (e Unknown) Unwrap() error { return e.Err }
