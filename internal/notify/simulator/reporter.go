package simulator

import (
	"context"
	"fmt"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"parley/ent/delivery"
	"parley/ent/simulatedmessage"
	"parley/internal/apierr"
	"parley/internal/notify"
)

// batch is how many reports are made at once.
const batch = 8

// Run reports on messages until the context ends.
func (s *Simulator) Run(ctx context.Context, to notify.Receiver) error {
	for ctx.Err() == nil {
		due, err := s.due(ctx)
		if err != nil && ctx.Err() == nil {
			s.log.ErrorContext(ctx, "simulator", "error", err)
		}
		s.reportAll(ctx, to, due)
		if len(due) < batch {
			s.rest(ctx)
		}
	}
	return nil
}

// pending is a message that is to be reported on.
type pending struct {
	id, deliveryID, recipient string
	status                    delivery.Status
}

// claimDue moves due_at on, so that of several processes one reports, and another does when that one died.
const claimDue = `
WITH due AS (
	SELECT id FROM simulated_messages WHERE due_at <= now()
	ORDER BY due_at, id LIMIT $2
	FOR UPDATE SKIP LOCKED)
UPDATE simulated_messages m SET due_at = now() + $1 * interval '1 second'
FROM due WHERE m.id = due.id
RETURNING m.id, m.delivery_id, m.recipient, m.status`

func (s *Simulator) due(ctx context.Context) ([]pending, error) {
	rows, err := s.ent.QueryContext(ctx, claimDue, s.pace.Seconds(), batch)
	if err != nil {
		return nil, fmt.Errorf("find messages to report on: %w", err)
	}
	defer rows.Close()
	var all []pending
	for rows.Next() {
		var p pending
		if err := rows.Scan(&p.id, &p.deliveryID, &p.recipient, &p.status); err != nil {
			return nil, fmt.Errorf("read a message to report on: %w", err)
		}
		all = append(all, p)
	}
	return all, rows.Err()
}

func (s *Simulator) reportAll(ctx context.Context, to notify.Receiver, due []pending) {
	var running sync.WaitGroup
	for _, p := range due {
		running.Go(func() {
			defer s.survive(ctx, p.id)
			status, reason := next(p.status, p.recipient)
			if err := s.report(ctx, to, p, status, reason); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "simulator", "message", p.id, "error", err)
			}
		})
	}
	running.Wait()
}

// survive keeps a panic of the receiver's from ending the process; the report is made again.
func (s *Simulator) survive(ctx context.Context, id string) {
	if p := recover(); p != nil {
		s.log.ErrorContext(ctx, "panic in a report", "message", id, "type", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
	}
}

// report tells the receiver, then notes what was told: a crash between the two makes the report once more.
func (s *Simulator) report(ctx context.Context, to notify.Receiver, p pending, status delivery.Status, reason string) error {
	err := to.Report(ctx, notify.Report{DeliveryID: p.deliveryID, CarrierID: p.id, Status: status, Reason: reason})
	if err != nil && !apierr.Is(err, apierr.NotFound) { // nobody wants to know: no use in saying it again
		return err
	}
	update := s.ent.SimulatedMessage.Update().
		Where(simulatedmessage.ID(p.id), simulatedmessage.StatusIn(before(status)...)).
		SetStatus(string(status))
	if final(status) {
		update.ClearDueAt()
	}
	if err := update.Exec(ctx); err != nil {
		return fmt.Errorf("note a report: %w", err)
	}
	return nil
}

// rest returns when the bell rings, after the pace, or when the context ends.
func (s *Simulator) rest(ctx context.Context) {
	timer := time.NewTimer(s.pace)
	defer timer.Stop()
	select {
	case <-s.bell:
	case <-timer.C:
	case <-ctx.Done():
	}
}

// reports tells whether the carrier reports on messages to the recipient by itself.
func reports(recipient string) bool { return !strings.HasSuffix(recipient, "9999") }

// next is what the carrier says next of a message.
func next(status delivery.Status, recipient string) (said delivery.Status, reason string) {
	if strings.HasSuffix(recipient, "0000") {
		return delivery.StatusFailed, "unreachable"
	}
	if status == delivery.StatusQueued {
		return delivery.StatusSent, ""
	}
	return delivery.StatusDelivered, ""
}

// before returns the statuses that may become the status.
func before(status delivery.Status) []string {
	var all []string
	for _, s := range []delivery.Status{delivery.StatusQueued, delivery.StatusSent} {
		if notify.Forward(s, status) {
			all = append(all, string(s))
		}
	}
	return all
}

func final(status delivery.Status) bool {
	return status == delivery.StatusDelivered || status == delivery.StatusFailed
}
