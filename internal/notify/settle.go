package notify

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/predicate"
	"parley/internal/database"
)

// outcome is what became known of a delivery. Empty fields say nothing.
type outcome struct {
	state     delivery.State
	status    delivery.Status
	carrierID string
	reason    string
}

func taken(r Receipt) outcome {
	return outcome{state: delivery.StateDone, status: r.Status, carrierID: r.CarrierID, reason: r.Reason}
}

// end settles the delivery unless it is another's by now.
func (o *Outbox) end(ctx context.Context, c *claim, known outcome) error {
	_, err := o.settle(ctx, known, delivery.ID(c.id), delivery.Claim(c.token), delivery.StateEQ(delivery.StateSending))
	return err
}

// settle writes what became known of the delivery that matches, and tells of its status where that moved; false when
// there is none.
func (o *Outbox) settle(ctx context.Context, known outcome, which ...predicate.Delivery) (found bool, err error) {
	err = database.WithTx(ctx, o.ent, func(tx *ent.Tx) error {
		d, err := tx.Delivery.Query().Where(which...).ForUpdate().Only(ctx)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("lock delivery: %w", err)
		}
		found = true
		return o.settleTx(ctx, tx, d, known)
	})
	return found, err
}

func (o *Outbox) settleTx(ctx context.Context, tx *ent.Tx, d *ent.Delivery, known outcome) error {
	update := tx.Delivery.UpdateOne(d)
	if known.state != "" {
		update.SetState(known.state)
	}
	if known.carrierID != "" && d.CarrierID == nil {
		update.SetCarrierID(known.carrierID)
	}
	moved := Forward(d.Status, known.status)
	if moved {
		update.SetStatus(known.status)
	}
	if moved && known.status == delivery.StatusFailed {
		update.SetReason(reason(known.reason))
	}
	d, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("settle delivery: %w", err)
	}
	if !moved {
		return nil
	}
	if err := o.told(ctx, tx, d); err != nil {
		return fmt.Errorf("tell of delivery: %w", err)
	}
	return nil
}
