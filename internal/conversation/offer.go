package conversation

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/smsconversation"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/limits"
)

const (
	// lookEvery is how often requests are looked for, unless something happens: what was rung in no process is found then.
	lookEvery = time.Second

	// sweepEvery is how often conversations are looked for whose agents may not text any more, while their customers wait.
	sweepEvery = 5 * time.Second

	// pace is the time between two looks for what somebody else has locked.
	pace = 20 * time.Millisecond

	// atOnce is how many requests are taken of one look, before there is another.
	atOnce = 20

	// unanswered is why a member is not ready who has not answered.
	unanswered = "No answer to a chat"
)

// Ring has requests looked for. It does not wait.
func (s *Service) Ring() {
	select {
	case s.bell <- struct{}{}:
	default: // it is ringing already
	}
}

// Run offers customers' requests to members until the context ends (rule M8). Several processes do it side by side: whoever has
// a request, or a member, locked at the moment sees to it. What a process leaves undone, another one finds.
func (s *Service) Run(ctx context.Context) error {
	wake := time.NewTimer(0)
	defer wake.Stop()
	var swept time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.bell:
		case <-wake.C:
		}
		var deserted error
		if time.Since(swept) >= sweepEvery {
			swept, deserted = time.Now(), s.offerAgain(ctx)
		}
		pause, err := s.offerAll(ctx)
		if err = errors.Join(deserted, err); err != nil && ctx.Err() == nil {
			s.logger.WarnContext(ctx, "offer requests to members", "error", err) // the next look finds them
		}
		wake.Reset(pause)
	}
}

// offerAgain has conversations offered whose agents may not text any more, while their customers wait.
func (s *Service) offerAgain(ctx context.Context) error {
	ids, err := s.ids(ctx, desertedOnes, serving(), atOnce)
	for _, id := range ids {
		err = errors.Join(err, database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
			c, err := freeTx(ctx, tx, id, smsconversation.StatusActive)
			if err != nil || c == nil {
				return err
			}
			_, err = s.manTx(ctx, tx, c)
			return err
		}))
	}
	return err
}

// offerAll brings all requests further that can be, and returns after how long there may be more.
func (s *Service) offerAll(ctx context.Context) (time.Duration, error) {
	for {
		ids, err := s.due(ctx)
		if err != nil {
			return lookEvery, err
		}
		moved, err := s.offerEach(ctx, ids)
		if err != nil {
			return lookEvery, err
		}
		if !moved {
			return s.untilDue(ctx)
		}
	}
}

// offerEach brings requests further, each in a transaction of its own, and tells whether any of them was.
func (s *Service) offerEach(ctx context.Context, ids []string) (some bool, failed error) {
	for _, id := range ids {
		err := database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
			moved, err := s.offerTx(ctx, tx, id)
			some = some || moved
			return err
		})
		failed = errors.Join(failed, err)
	}
	return some, failed
}

// offerTx brings a request further, unless somebody else has it locked, and tells whether it did. One whose number the organisation
// does not hold any more is ended: nobody could answer it.
func (s *Service) offerTx(ctx context.Context, tx *ent.Tx, id string) (bool, error) {
	c, err := freeTx(ctx, tx, id, smsconversation.StatusOffered)
	if err != nil || c == nil {
		return false, err
	}
	var answerable bool
	if err := scan(ctx, tx, &answerable, isHeld, c.ID); err != nil {
		return false, err
	}
	switch {
	case !answerable:
		_, err := s.endTx(ctx, tx, auth.Viewer{}, c)
		return true, err
	case c.OfferedToID == nil:
		return s.giveTx(ctx, tx, c)
	}
	return s.takeBackTx(ctx, tx, c)
}

// freeTx returns a conversation with a status, locked; nil where it has another one, or somebody else has it locked.
func freeTx(ctx context.Context, tx *ent.Tx, id string, status smsconversation.Status) (*ent.SmsConversation, error) {
	c, err := tx.SmsConversation.Query().Where(smsconversation.ID(id), smsconversation.StatusEQ(status)).
		ForUpdate(sql.WithLockClause("FOR NO KEY UPDATE SKIP LOCKED")).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("lock request: %w", err)
	}
	return c, nil
}

// giveTx offers a request that is locked, and offered to nobody, to the member whose turn it is, where there is one.
func (s *Service) giveTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation) (bool, error) {
	id, err := nextTx(ctx, tx, c.ID)
	if err != nil || id == "" {
		return false, err
	}
	m, err := tx.Member.Get(ctx, id)
	if err != nil {
		return false, fmt.Errorf("get the member who is next: %w", err)
	}
	now := time.Now()
	change := tx.Member.UpdateOne(m).SetLastOfferedAt(now)
	if m.ChatStreamID == nil {
		stream, err := eventlog.CreateTx(ctx, tx, m.OrganizationID)
		if err != nil {
			return false, err
		}
		change.SetChatStreamID(stream)
	}
	if m, err = change.Save(ctx); err != nil {
		return false, fmt.Errorf("note that a member is asked: %w", err)
	}
	until := limits.End(now, s.limits.ChatOffer)
	err = tx.SmsConversation.UpdateOne(c).SetOfferedToID(m.ID).SetOfferedUntil(until).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("offer request: %w", err)
	}
	return true, s.tellTx(ctx, tx, m, chatOffered, offer{c.ID, until}, "")
}

// takeBackTx withdraws an offer that is over: there was no answer in time, or the member cannot take it any more.
func (s *Service) takeBackTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation) (bool, error) {
	if over, err := s.overTx(ctx, tx, c); err != nil || !over {
		return false, err
	}
	if err := s.settleTx(ctx, tx, c, chatWithdrawn, ""); err != nil {
		return false, err
	}
	err := tx.SmsConversation.UpdateOne(c).ClearOfferedToID().ClearOfferedUntil().Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("withdraw offer: %w", err)
	}
	return true, nil
}

// overTx tells whether an offer is over. Who has not answered in time is not ready any more.
func (s *Service) overTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation) (bool, error) {
	if time.Now().Before(*c.OfferedUntil) {
		could, err := canTakeTx(ctx, tx, c.ID, *c.OfferedToID)
		return !could, err
	}
	return true, s.calls.NotReadyTx(ctx, tx, *c.OfferedToID, unanswered)
}

// Kinds of events in the log of what is offered to a member.
const (
	chatOffered   = "CHAT_OFFERED"
	chatWithdrawn = "CHAT_WITHDRAWN"
	chatAccepted  = "CHAT_ACCEPTED"
)

// offer is what such an event tells.
type offer struct {
	ConversationID string    `json:"conversation"`
	Until          time.Time `json:"until,omitzero"` // of one that is made
}

// settleTx tells the member to whom a request is offered, where it is to somebody, that it is not any more: since they have accepted
// it, or for another reason. by is whose doing that is, "" for Parley's. Whoever calls it has the request locked, and then says what
// it is now.
func (s *Service) settleTx(ctx context.Context, tx *ent.Tx, c *ent.SmsConversation, kind, by string) error {
	if c.OfferedToID == nil {
		return nil
	}
	m, err := tx.Member.Get(ctx, *c.OfferedToID)
	if err != nil {
		return fmt.Errorf("get the member who is asked: %w", err)
	}
	database.AfterCommit(tx, s.Ring) // they can be asked something else
	return s.tellTx(ctx, tx, m, kind, offer{ConversationID: c.ID}, by)
}

// tellTx adds to the log of what is offered to a member.
func (s *Service) tellTx(ctx context.Context, tx *ent.Tx, m *ent.Member, kind string, o offer, by string) error {
	e := eventlog.Entry{Kind: kind, Side: sideSystem, ActorID: by}
	if by != "" {
		e.Side = sideMember
	}
	_, err := s.log.AppendTx(ctx, tx, *m.ChatStreamID, telling(e, o))
	return err
}
