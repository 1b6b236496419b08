package notify

import (
	"context"
	"fmt"
	"time"

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
	sure      bool // the carrier has said that the id is this delivery's
	reason    string
}

// taken is what the answer to a call says.
func taken(r Receipt) outcome {
	return outcome{state: delivery.StateDone, status: r.Status, carrierID: r.CarrierID, sure: true, reason: r.Reason}
}

// found is what a lookup says. The carrier may have taken the message for another delivery with the same text.
func found(r Receipt) outcome {
	known := taken(r)
	known.sure = false
	return known
}

// carrierOnce is the index that holds a carrier's id to one delivery.
const carrierOnce = "delivery_carrier_once"

// ownedByOthers are the carrier's ids among the receipts' that other deliveries have.
func (o *Outbox) ownedByOthers(ctx context.Context, c *claim, receipts []Receipt) ([]string, error) {
	if len(receipts) == 0 {
		return nil, nil
	}
	ids := make([]string, len(receipts))
	for i, r := range receipts {
		ids[i] = r.CarrierID
	}
	owned, err := o.ent.Delivery.Query().Where(delivery.CarrierIDIn(ids...), delivery.IDNEQ(c.id)).Select(delivery.FieldCarrierID).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("find out whose messages a carrier has: %w", err)
	}
	return owned, nil
}

// disownTx takes a carrier's id, which is this delivery's for certain, from one that had it by a lookup. That one is
// looked up and, where the carrier has no other, sent again.
func disownTx(ctx context.Context, tx *ent.Tx, d *ent.Delivery, carrierID string) error {
	err := tx.Delivery.Update().Where(delivery.CarrierID(carrierID), delivery.IDNEQ(d.ID)).
		ClearCarrierID().SetState(delivery.StateWaiting).SetClaim("").SetDueAt(time.Time{}).Exec(ctx)
	if err != nil {
		return fmt.Errorf("take a carrier's id from another delivery: %w", err)
	}
	return nil
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
	if known.carrierID != "" && (d.CarrierID == nil || known.sure && *d.CarrierID != known.carrierID) {
		update.SetCarrierID(known.carrierID)
		if known.sure {
			if err := disownTx(ctx, tx, d, known.carrierID); err != nil {
				return err
			}
		}
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
