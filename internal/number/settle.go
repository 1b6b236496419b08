package number

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/phonenumber"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/carrier"
	"parley/internal/database"
)

const (
	// answering is for how long the carrier is waited for.
	answering = 5 * time.Second

	// unheard is after how long nobody is waiting for the carrier's answer any more, and it is asked again.
	unheard = time.Minute

	// settling is how often it is looked for what is to be asked again.
	settling = 10 * time.Second
)

// buy has the carrier sell a number that is reserved, and settles what it says. One asks at a time: who has reserved it, or
// has claimed it a minute later. Should the first one have been asleep for that long, both are told the same. Only to who asks
// first does it mean anything that the carrier did nothing: an earlier request may have bought the number.
func (s *Service) buy(ctx context.Context, n *ent.PhoneNumber, first bool) (*ent.PhoneNumber, error) {
	asking, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	err := s.carrier.Purchase(asking, n.Number, n.ID)
	ctx = context.WithoutCancel(ctx) // what the carrier has said is noted even if nobody waits for it
	switch {
	case err == nil:
		return s.bought(ctx, n)
	case errors.Is(err, carrier.ErrNotAvailable):
		return nil, s.undo(ctx, n, notAvailable())
	case first && errors.Is(err, carrier.ErrNotDone):
		return nil, s.undo(ctx, n, silent("Nothing was bought. Try again in a while."))
	}
	s.log.WarnContext(ctx, "a carrier did not say whether it sold a number", "number", n.ID, "error", err)
	return nil, silent(untold)
}

const untold = "Whether the number was bought is found out within some minutes: it is then among your numbers. To ask, repeat this with the same idempotency key."

func silent(what string) error {
	return apierr.New(apierr.CarrierUnavailable, "The carrier does not answer. %s", what)
}

// await returns a number that another request is buying, once that is settled.
func (s *Service) await(ctx context.Context, n *ent.PhoneNumber) (*ent.PhoneNumber, error) {
	ctx, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	for {
		now, err := s.ent.PhoneNumber.Get(ctx, n.ID)
		switch {
		case ent.IsNotFound(err):
			return nil, notAvailable()
		case err == nil && now.Status != phonenumber.StatusPurchasing:
			return now, nil
		case err != nil && ctx.Err() == nil:
			return nil, fmt.Errorf("get number: %w", err)
		}
		select {
		case <-ctx.Done():
			return nil, silent(untold)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// bought notes that the carrier has sold a number, and who bought it. Where it was settled otherwise meanwhile, the number is
// given back.
func (s *Service) bought(ctx context.Context, n *ent.PhoneNumber) (*ent.PhoneNumber, error) {
	if err := database.WithTx(ctx, s.ent, func(tx *ent.Tx) error { return s.holdTx(ctx, tx, n.ID) }); err != nil {
		return nil, fmt.Errorf("note that a number is bought: %w", err)
	}
	now, err := s.ent.PhoneNumber.Get(ctx, n.ID)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("get number: %w", err)
	}
	if err == nil && now.Status == phonenumber.StatusHeld {
		return now, nil
	}
	if err := s.carrier.Release(ctx, n.Number, n.ID); err != nil {
		return nil, fmt.Errorf("give back a number that is no longer wanted: %w", err)
	}
	if now == nil {
		return nil, notAvailable()
	}
	return now, nil
}

// holdTx makes a number that is being bought one that is held; one that is settled stays as it is.
func (s *Service) holdTx(ctx context.Context, tx *ent.Tx, id string) error {
	n, err := tx.PhoneNumber.Query().WithBoughtBy().
		Where(phonenumber.ID(id), phonenumber.StatusEQ(phonenumber.StatusPurchasing)).ForUpdate().Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("lock number: %w", err)
	}
	if err := tx.PhoneNumber.UpdateOne(n).SetStatus(phonenumber.StatusHeld).ClearSettleAt().Exec(ctx); err != nil {
		return err
	}
	return s.audit.RecordTx(ctx, tx, auth.Viewer{Member: n.Edges.BoughtBy}, audit.PhoneNumberPurchased, n.ID, n.Number)
}

// undo forgets a number that was not bought, and returns the refusal.
func (s *Service) undo(ctx context.Context, n *ent.PhoneNumber, refusal error) error {
	_, err := s.ent.PhoneNumber.Delete().
		Where(phonenumber.ID(n.ID), phonenumber.StatusEQ(phonenumber.StatusPurchasing)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("forget a number that was not bought: %w", err)
	}
	return refusal
}

// giveBack has the carrier take a number that is released here, and returns it as it is then. Where the carrier does not
// answer it is asked again later: nothing is left to whoever released it.
func (s *Service) giveBack(ctx context.Context, n *ent.PhoneNumber) *ent.PhoneNumber {
	asking, cancel := context.WithTimeout(ctx, answering)
	defer cancel()
	if err := s.carrier.Release(asking, n.Number, n.ID); err != nil {
		s.log.WarnContext(ctx, "a carrier did not take a number back", "number", n.ID, "error", err)
		return n
	}
	ctx = context.WithoutCancel(ctx)
	err := s.ent.PhoneNumber.Update().
		Where(phonenumber.ID(n.ID), phonenumber.StatusEQ(phonenumber.StatusReleasing)).
		SetStatus(phonenumber.StatusReleased).SetReleasedAt(time.Now()).ClearSettleAt().Exec(ctx)
	if err == nil {
		var now *ent.PhoneNumber
		if now, err = s.ent.PhoneNumber.Get(ctx, n.ID); err == nil {
			return now
		}
	}
	s.log.WarnContext(ctx, "note that a number is released", "number", n.ID, "error", err)
	return n
}

// Run settles what the carrier has not answered, until the context ends. Any number of processes may do so.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(settling)
	defer tick.Stop()
	for {
		if err := s.Settle(ctx); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "settle numbers", "error", err) // the next round may
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// Settle asks the carrier about each number whose answer nobody has heard.
func (s *Service) Settle(ctx context.Context) error {
	for ctx.Err() == nil {
		n, err := s.claim(ctx)
		if err != nil || n == nil {
			return err
		}
		if n.Status == phonenumber.StatusReleasing {
			s.giveBack(ctx, n)
			continue
		}
		if _, err := s.buy(ctx, n, false); err != nil && len(apierr.As(err)) == 0 {
			return err
		}
	}
	return nil
}

// claim takes a number that is to be settled, for a while; nil where there is none.
func (s *Service) claim(ctx context.Context) (n *ent.PhoneNumber, err error) {
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		n, err = tx.PhoneNumber.Query().Where(phonenumber.SettleAtLTE(time.Now())).
			ForUpdate(sql.WithLockAction(sql.SkipLocked)).First(ctx)
		if ent.IsNotFound(err) {
			n = nil
			return nil
		}
		if err != nil {
			return err
		}
		n, err = tx.PhoneNumber.UpdateOne(n).SetSettleAt(time.Now().Add(unheard)).Save(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim a number: %w", err)
	}
	return n, nil
}
