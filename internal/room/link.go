package room

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/room"
	"parley/ent/roomlink"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/limits"
	"parley/internal/throttle"
)

// LinkPath is what comes before the token in the address of a link.
const LinkPath = "/r/"

// linkPrefix is the type of the ids that links are derived from.
const linkPrefix = "link"

// GetLinkInput is the input of getLink.
type GetLinkInput struct{ RoomID string }

// GetLinkPayload is the answer of getLink.
type GetLinkPayload struct {
	apierr.Payload
	URL *string
}

// Link gives a link for the member to copy; nothing is sent (rule R9).
func (s *Service) Link(ctx context.Context, in GetLinkInput) (*GetLinkPayload, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	var link *ent.RoomLink
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		r, err := lockTx(ctx, tx, v, in.RoomID)
		if err != nil {
			return err
		}
		if !s.CanGetLink(ctx, r) {
			return apierr.New(apierr.LinkNotAvailable, "Invite the customer by SMS or email first.").On("roomId")
		}
		link, err = s.copiedLinkTx(ctx, tx, r.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get link: %w", err)
	}
	url := s.LinkURL(link.ID)
	return &GetLinkPayload{URL: &url}, nil
}

// CanGetLink tells whether Link would give the viewer one: a member, once the customer has been invited.
func (s *Service) CanGetLink(ctx context.Context, r *ent.Room) bool {
	return auth.From(ctx).Member != nil && r.CustomerID != nil && r.Status == room.StatusActive
}

// LinkURL is the address of a link.
func (s *Service) LinkURL(linkID string) string { return s.links.URL(LinkPath, linkID) }

// copiedLinkTx returns the room's link for copying, the same until it ends.
func (s *Service) copiedLinkTx(ctx context.Context, tx *ent.Tx, roomID string) (*ent.RoomLink, error) {
	link, err := tx.RoomLink.Query().
		Where(roomlink.RoomID(roomID), roomlink.InvitationIDIsNil(), roomlink.RevokedAtIsNil(), roomlink.ExpiresAtGT(time.Now())).
		Order(roomlink.ByCreatedAt()).First(ctx)
	if ent.IsNotFound(err) {
		return s.linkTx(ctx, tx, roomID, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("find link of room: %w", err)
	}
	return link, nil
}

// linkTx makes a link.
func (s *Service) linkTx(ctx context.Context, tx *ent.Tx, roomID string, invitationID *string) (*ent.RoomLink, error) {
	link, err := tx.RoomLink.Create().
		SetRoomID(roomID).SetNillableInvitationID(invitationID).SetExpiresAt(s.linkEnd(time.Now())).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep link: %w", err)
	}
	return link, nil
}

// linkEnd is when a link made at that time ends, if it is used now.
func (s *Service) linkEnd(made time.Time) time.Time {
	idle, life := limits.End(time.Now(), s.limits.LinkIdle), limits.End(made, s.limits.LinkLife)
	if life.Before(idle) {
		return life
	}
	return idle
}

// openLink returns the link that a token stands for, with its room and customer, where it still leads into the room.
// There is one answer for every cause of refusal (rule R8), and wrong tokens are counted by address.
func (s *Service) openLink(ctx context.Context, token string) (*ent.RoomLink, error) {
	rule := throttle.Rule{Name: "link-failures", Of: auth.Address(ctx), Limit: s.limits.LinkFailures, Window: 15 * time.Minute}
	if err := s.counter.Take(ctx, rule); err != nil {
		return nil, err
	}
	invalid := apierr.New(apierr.LinkInvalid, "This link does not work, or does not work any more. Ask for a new one.").On("token")
	id, ok := s.links.ID(linkPrefix, token)
	if !ok {
		return nil, invalid
	}
	link, err := s.ent.RoomLink.Query().
		Where(roomlink.ID(id), roomlink.RevokedAtIsNil(), roomlink.ExpiresAtGT(time.Now()), roomlink.HasRoomWith(room.StatusEQ(room.StatusActive))).
		WithRoom(func(q *ent.RoomQuery) { q.WithCustomer() }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, invalid
	}
	if err != nil {
		return nil, fmt.Errorf("find link: %w", err)
	}
	return link, s.counter.GiveBack(ctx, rule)
}
