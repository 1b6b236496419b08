package simulator

import (
	"fmt"
	"net/http"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/notify"
)

// reported is what the carrier is made to say. ID is that of a message in the list.
type reported struct {
	ID     string          `json:"id"`
	Status delivery.Status `json:"status"`
	Reason string          `json:"reason"`
}

func (p reported) check() error {
	switch p.Status {
	case delivery.StatusSent, delivery.StatusDelivered, delivery.StatusFailed:
	default:
		return bad("status is to be SENT, DELIVERED or FAILED.")
	}
	if !storable(p.ID, p.Reason) {
		return bad("There is a character that cannot be kept: U+0000.")
	}
	return nil
}

// status makes the carrier report on a message by hand.
func (s *Simulator) status(r *http.Request, to notify.Receiver) (any, error) {
	var p reported
	if err := read(r, &p); err != nil {
		return nil, err
	}
	if err := p.check(); err != nil {
		return nil, err
	}
	m, err := s.ent.SimulatedMessage.Get(r.Context(), p.ID)
	if ent.IsNotFound(err) || err == nil && m.DeliveryID == nil {
		return nil, badInput{http.StatusNotFound, "No message with this id was sent; the list has the ids."}
	}
	if err != nil {
		return nil, fmt.Errorf("find a simulated message: %w", err)
	}
	about := pending{id: m.ID, deliveryID: *m.DeliveryID}
	if err := s.report(r.Context(), to, about, p.Status, p.Reason); err != nil {
		return nil, err
	}
	m, err = s.ent.SimulatedMessage.Get(r.Context(), p.ID)
	if err != nil {
		return nil, fmt.Errorf("read a simulated message back: %w", err)
	}
	return show(m), nil
}
