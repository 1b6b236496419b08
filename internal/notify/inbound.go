package notify

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/inboundmessage"
	"parley/internal/database"
)

// Inbound is a text message from a customer. ID is the carrier's.
type Inbound struct{ ID, From, To, Body string }

// ReceiveSMS keeps a message from a customer for audit and hands it on; the same id again does nothing (rule M10).
func (o *Outbox) ReceiveSMS(ctx context.Context, m Inbound) error {
	err := database.WithTx(ctx, o.ent, func(tx *ent.Tx) error { return o.receiveTx(ctx, tx, m) })
	if err != nil {
		return fmt.Errorf("receive a text message: %w", err)
	}
	return nil
}

func (o *Outbox) receiveTx(ctx context.Context, tx *ent.Tx, m Inbound) error {
	err := tx.InboundMessage.Create().SetID(m.ID).SetSender(m.From).SetRecipient(m.To).SetBody(m.Body).
		OnConflict(entsql.ConflictColumns(inboundmessage.FieldID), entsql.DoNothing()).
		Exec(ctx)
	if errors.Is(err, sql.ErrNoRows) { // it was there
		return nil
	}
	if err != nil {
		return fmt.Errorf("keep it: %w", err)
	}
	kept, err := tx.InboundMessage.Get(ctx, m.ID)
	if err != nil {
		return fmt.Errorf("read it back: %w", err)
	}
	if err := o.received(ctx, tx, kept); err != nil {
		return fmt.Errorf("hand it on: %w", err)
	}
	return nil
}
