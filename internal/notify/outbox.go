package notify

import (
	"cmp"
	"context"
	"log/slog"
	"time"

	"parley/ent"
	"parley/ent/delivery"
)

// Config is what an outbox works with. Ent, Senders and Link are needed.
type Config struct {
	Ent      *ent.Client
	Senders  map[delivery.Channel]Sender
	Link     func(linkID string) string // the address that a link stands for; it is a credential and is not kept
	Told     Told
	Received Received
	Logger   *slog.Logger
	Now      func() time.Time
	Tuning   Tuning
}

// Told is called when a delivery's status has moved, in the transaction that writes it: an error undoes both.
type Told func(ctx context.Context, tx *ent.Tx, d *ent.Delivery) error

// Received is called once for each inbound message, in the transaction that keeps it: an error undoes both.
type Received func(ctx context.Context, tx *ent.Tx, m *ent.InboundMessage) error

// Refuse tells, right before a message is handed over, whether it must not be any more, by a Refused; any other error is that it
// could not be found out, and the message waits.
type Refuse func(ctx context.Context, m Outgoing, aboutID string) error

// Outbox is the table of deliveries with its worker.
type Outbox struct {
	ent      *ent.Client
	senders  map[delivery.Channel]Sender
	link     func(string) string
	told     Told
	received Received
	refuse   Refuse
	log      *slog.Logger
	now      func() time.Time
	tuning   Tuning
	bell     chan struct{} // rings when the worker should look for work
}

// New returns an outbox. Nothing is sent before Run.
func New(c Config) *Outbox {
	o := &Outbox{
		ent: c.Ent, senders: c.Senders, link: c.Link,
		log: cmp.Or(c.Logger, slog.New(slog.DiscardHandler)),
		now: c.Now, tuning: c.Tuning.filled(),
		bell: make(chan struct{}, 1),
	}
	if o.now == nil {
		o.now = time.Now
	}
	o.Tell(c.Told)
	o.Hear(c.Received)
	o.Ask(nil)
	return o
}

// Tell sets who is told of statuses. It is for wiring: call it before Run and before reports can come.
func (o *Outbox) Tell(told Told) {
	if told == nil {
		told = func(context.Context, *ent.Tx, *ent.Delivery) error { return nil }
	}
	o.told = told
}

// Hear sets who gets inbound messages. It is for wiring: call it before messages can come.
func (o *Outbox) Hear(received Received) {
	if received == nil {
		received = func(context.Context, *ent.Tx, *ent.InboundMessage) error { return nil }
	}
	o.received = received
}

// Ask sets who is asked before a message is handed over. It is for wiring: call it before Run.
func (o *Outbox) Ask(refuse Refuse) {
	if refuse == nil {
		refuse = func(context.Context, Outgoing, string) error { return nil }
	}
	o.refuse = refuse
}

func (o *Outbox) ring() {
	select {
	case o.bell <- struct{}{}:
	default: // it is ringing already
	}
}
