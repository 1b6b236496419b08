package simulator

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/simulatedmessage"
	"parley/internal/notify"
)

// Config is what a simulator works with. Ent is needed.
type Config struct {
	Ent      *ent.Client
	Logger   *slog.Logger
	Pace     time.Duration      // between two reports on a message; 250 ms
	Channels []delivery.Channel // that it stands in for; all unless told
}

// Simulator is a carrier and a mail server. It implements notify.Sender for both channels.
type Simulator struct {
	ent      *ent.Client
	log      *slog.Logger
	pace     time.Duration
	channels []delivery.Channel
	bell     chan struct{} // rings when there is something to report
}

// New returns a simulator. It reports while Run runs.
func New(c Config) *Simulator {
	if c.Channels == nil {
		c.Channels = []delivery.Channel{delivery.ChannelSMS, delivery.ChannelEmail}
	}
	return &Simulator{
		ent:      c.Ent,
		log:      cmp.Or(c.Logger, slog.New(slog.DiscardHandler)),
		pace:     cmp.Or(c.Pace, 250*time.Millisecond),
		channels: c.Channels,
		bell:     make(chan struct{}, 1),
	}
}

// mailbox is where simulated mail comes from: email has no number.
const mailbox = "parley@simulator.example"

// Send puts the message into the phone or the mailbox.
func (s *Simulator) Send(ctx context.Context, m notify.Outgoing) (notify.Receipt, error) {
	create := s.ent.SimulatedMessage.Create().
		SetDeliveryID(m.DeliveryID).SetChannel(string(m.Channel)).
		SetSender(cmp.Or(m.From, mailbox)).SetRecipient(m.To).SetSubject(m.Subject).SetText(m.Text).
		SetStatus(string(delivery.StatusQueued))
	if reports(m.To) {
		create.SetDueAt(time.Time{}) // at once, by any clock
	}
	err := create.
		OnConflict(entsql.ConflictColumns(simulatedmessage.FieldDeliveryID), entsql.DoNothing()).
		Exec(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // no row: it was sent before
		return notify.Receipt{}, fmt.Errorf("put a message into the simulator: %w", err)
	}
	s.ring()
	id, err := s.ent.SimulatedMessage.Query().Where(simulatedmessage.DeliveryID(m.DeliveryID)).OnlyID(ctx)
	if err != nil {
		return notify.Receipt{}, fmt.Errorf("find a message in the simulator: %w", err)
	}
	return receipt(id), nil
}

// Lookup returns the receipt of a message that was sent.
func (s *Simulator) Lookup(ctx context.Context, m notify.Outgoing, _ time.Time) ([]notify.Receipt, error) {
	id, err := s.ent.SimulatedMessage.Query().Where(simulatedmessage.DeliveryID(m.DeliveryID)).OnlyID(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look up a simulated message: %w", err)
	}
	return []notify.Receipt{receipt(id)}, nil
}

func receipt(id string) notify.Receipt {
	return notify.Receipt{CarrierID: id, Status: delivery.StatusQueued}
}

func (s *Simulator) ring() {
	select {
	case s.bell <- struct{}{}:
	default: // it is ringing already
	}
}
