package room

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/room"
	"parley/ent/roomlink"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/eventlog"
)

// EnterRoomInput is the input of enterRoom.
type EnterRoomInput struct{ Token string }

// EnterRoomPayload is the answer of enterRoom.
type EnterRoomPayload struct {
	apierr.Payload
	AccessToken *string
	ExpiresAt   *time.Time
	Room        *ent.Room
	Customer    *ent.Customer
}

// Enter lets a customer into the room that their link leads to. The link goes on working, and lives longer for being
// used (rule R8); the first time is told in the room.
func (s *Service) Enter(ctx context.Context, in EnterRoomInput) (*EnterRoomPayload, error) {
	var r *ent.Room
	var issued auth.Issued
	err := settled(func() error {
		link, err := s.openLink(ctx, in.Token)
		if err != nil {
			return err
		}
		return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
			if r, err = lockTx(ctx, tx, link.RoomID); err != nil {
				return err
			}
			if err := s.useTx(ctx, tx, link.ID, r); err != nil {
				return err
			}
			issued, err = s.tokens.IssueToCustomerTx(ctx, tx, *r.CustomerID, link.ID)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("enter room: %w", err)
	}
	c := r.Edges.Customer.Unwrap()
	auth.Admit(ctx, auth.Viewer{Customer: c, RoomID: r.ID})
	if r, err = s.byStream(ctx, r.StreamID); err != nil { // with what has happened by entering
		return nil, err
	}
	return &EnterRoomPayload{AccessToken: &issued.Text, ExpiresAt: &issued.ExpiresAt, Room: r, Customer: c}, nil
}

// useTx moves the link's end, and tells the room when it is used for the first time. The room is locked before, as it is
// by who closes it: then either the room is closed and the link ends, or the customer is in before.
func (s *Service) useTx(ctx context.Context, tx *ent.Tx, linkID string, r *ent.Room) error {
	if r.Status != room.StatusActive {
		return invalidLink()
	}
	link, err := tx.RoomLink.Query().Where(roomlink.ID(linkID), living()).Only(ctx)
	if ent.IsNotFound(err) {
		return invalidLink()
	}
	if err != nil {
		return fmt.Errorf("read link: %w", err)
	}
	now := time.Now()
	use := tx.RoomLink.UpdateOne(link).SetExpiresAt(s.linkEnd(link.CreatedAt, now))
	if link.EnteredAt == nil {
		use.SetEnteredAt(now)
	}
	if err := use.Exec(ctx); err != nil {
		return fmt.Errorf("note the use of a link: %w", err)
	}
	if link.EnteredAt != nil {
		return nil
	}
	return s.joinTx(ctx, tx, link, r)
}

// joinTx tells the room that its customer has come in by a link for the first time.
func (s *Service) joinTx(ctx context.Context, tx *ent.Tx, link *ent.RoomLink, r *ent.Room) error {
	if link.InvitationID != nil {
		if err := s.advanceTx(ctx, tx, *link.InvitationID, customerinvitation.StatusJoined, nil); err != nil {
			return err
		}
	}
	return s.appendTx(ctx, tx, r, by(auth.Viewer{Customer: r.Edges.Customer}, kindCustomerJoined, nil))
}

// Seen notes that a person has seen the page behind a link: a page says so once it shows, which scanners and previews
// do not. A token that leads nowhere is an error like that of Enter; it does not count as a guess, since any page of the
// web could make a browser post here, and lock the customers of its address out.
func (s *Service) Seen(ctx context.Context, token string) error {
	link, err := s.findLink(ctx, token)
	if err != nil || link.InvitationID == nil {
		return err
	}
	return database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		return s.advanceTx(ctx, tx, *link.InvitationID, customerinvitation.StatusOpened, nil)
	})
}

// Told moves an invitation to the status that the carrier has reported of its delivery; it is what the outbox calls.
func (s *Service) Told(ctx context.Context, tx *ent.Tx, d *ent.Delivery) error {
	return s.advanceTx(ctx, tx, d.AboutID, customerinvitation.Status(d.Status), d.Reason)
}

// before are the statuses from which each status can be reached: none moves backwards (rule R6).
var before = map[customerinvitation.Status][]customerinvitation.Status{
	customerinvitation.StatusSent:      {customerinvitation.StatusQueued},
	customerinvitation.StatusDelivered: {customerinvitation.StatusQueued, customerinvitation.StatusSent},
	customerinvitation.StatusFailed:    {customerinvitation.StatusQueued, customerinvitation.StatusSent},
	customerinvitation.StatusOpened: {customerinvitation.StatusQueued, customerinvitation.StatusSent,
		customerinvitation.StatusDelivered, customerinvitation.StatusFailed},
	customerinvitation.StatusJoined: {customerinvitation.StatusQueued, customerinvitation.StatusSent,
		customerinvitation.StatusDelivered, customerinvitation.StatusFailed, customerinvitation.StatusOpened},
}

// advanceTx moves an invitation forward and tells the room; where it is as far already nothing happens.
func (s *Service) advanceTx(ctx context.Context, tx *ent.Tx, id string, to customerinvitation.Status, reason *string) error {
	update := tx.CustomerInvitation.Update().
		Where(customerinvitation.ID(id), customerinvitation.StatusIn(before[to]...)).SetStatus(to)
	stamp(update, to, reason)
	moved, err := update.Save(ctx)
	if err != nil {
		return fmt.Errorf("advance invitation: %w", err)
	}
	if moved == 0 {
		return nil
	}
	i, err := tx.CustomerInvitation.Query().Where(customerinvitation.ID(id)).
		WithRoom(func(q *ent.RoomQuery) { q.WithCustomer() }).Only(ctx)
	if err != nil {
		return fmt.Errorf("get invitation: %w", err)
	}
	entry := by(actorOf(i, to), kindInvitationStatusChanged, data{Invitation: id, Status: to})
	_, err = s.log.AppendTx(ctx, tx, i.Edges.Room.StreamID, entry)
	if errors.Is(err, eventlog.ErrSealed) {
		return nil // the room was closed meanwhile: the invitation knows, and nobody listens
	}
	return err
}

func stamp(u *ent.CustomerInvitationUpdate, to customerinvitation.Status, reason *string) {
	now := time.Now()
	switch to {
	case customerinvitation.StatusSent, customerinvitation.StatusDelivered: // the first of them, should they come out of order
		u.Modify(func(u *sql.UpdateBuilder) {
			u.Set(customerinvitation.FieldSentAt, sql.Expr("coalesce("+customerinvitation.FieldSentAt+", now())"))
		})
	case customerinvitation.StatusFailed:
		u.SetNillableFailureReason(reason)
	case customerinvitation.StatusOpened:
		u.SetOpenedAt(now)
	case customerinvitation.StatusJoined:
		u.SetJoinedAt(now)
	}
}

// actorOf is who made an invitation move: the customer by opening and joining, else the carrier, who is nobody.
func actorOf(i *ent.CustomerInvitation, to customerinvitation.Status) auth.Viewer {
	if to == customerinvitation.StatusOpened || to == customerinvitation.StatusJoined {
		return auth.Viewer{Customer: i.Edges.Room.Edges.Customer}
	}
	return auth.Viewer{}
}
