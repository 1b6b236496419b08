package room

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/predicate"
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
		r, err := lockTx(ctx, tx, ofMember(v, in.RoomID))
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
	url := s.links.URL(LinkPath, link.ID)
	return &GetLinkPayload{URL: &url}, nil
}

// CanGetLink tells whether Link would give the viewer one: a member, once the customer has been invited.
func (s *Service) CanGetLink(ctx context.Context, r *ent.Room) bool {
	return auth.From(ctx).Member != nil && r.CustomerID != nil && r.Status == room.StatusActive
}

// copiedLinkTx returns the room's link for copying: the one before, as long as it still lives as long as a new one.
func (s *Service) copiedLinkTx(ctx context.Context, tx *ent.Tx, roomID string) (*ent.RoomLink, error) {
	now := time.Now()
	link, err := tx.RoomLink.Query().
		Where(roomlink.RoomID(roomID), roomlink.InvitationIDIsNil(), living()).
		Order(roomlink.ByCreatedAt(sql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) || err == nil && s.linkEnd(link.CreatedAt, now).Before(s.linkEnd(now, now)) {
		return s.linkTx(ctx, tx, roomID, nil)
	}
	if err != nil {
		return nil, fmt.Errorf("find link of room: %w", err)
	}
	if link, err = tx.RoomLink.UpdateOne(link).SetExpiresAt(s.linkEnd(link.CreatedAt, now)).Save(ctx); err != nil {
		return nil, fmt.Errorf("move the end of a link: %w", err)
	}
	return link, nil
}

// living keeps links that are neither revoked nor expired.
func living() predicate.RoomLink {
	return roomlink.And(roomlink.RevokedAtIsNil(), roomlink.ExpiresAtGT(time.Now()))
}

// invalidWhereMissing is invalidLink for a room that does not take anyone any more.
func invalidWhereMissing(err error) error {
	if apierr.Is(err, apierr.NotFound) {
		return invalidLink()
	}
	return err
}

// invalidLink is the one answer for every cause (rule R8).
func invalidLink() error {
	return apierr.New(apierr.LinkInvalid, "This link does not work, or does not work any more. Ask for a new one.").On("token")
}

// linkTx makes a link.
func (s *Service) linkTx(ctx context.Context, tx *ent.Tx, roomID string, invitationID *string) (*ent.RoomLink, error) {
	now := time.Now()
	link, err := tx.RoomLink.Create().
		SetRoomID(roomID).SetNillableInvitationID(invitationID).SetCreatedAt(now).SetExpiresAt(s.linkEnd(now, now)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep link: %w", err)
	}
	return link, nil
}

// linkEnd is when a link made at one time ends, if it is used at another.
func (s *Service) linkEnd(made, used time.Time) time.Time {
	idle, life := limits.End(used, s.limits.LinkIdle), limits.End(made, s.limits.LinkLife)
	if life.Before(idle) {
		return life
	}
	return idle
}

// openLink returns the link that a token stands for, with its room and customer, where it still leads into the room.
// There is one answer for every cause of refusal (rule R8). Only wrong tokens are counted, by address; while an address
// has too many of them it learns nothing of right ones either.
func (s *Service) openLink(ctx context.Context, token string) (*ent.RoomLink, error) {
	rule := throttle.Rule{Name: "link-failures", Of: auth.Address(ctx), Limit: s.limits.LinkFailures, Window: 15 * time.Minute}
	if err := s.counter.Check(ctx, rule); err != nil {
		return nil, err
	}
	link, err := s.findLink(ctx, token)
	if !apierr.Is(err, apierr.LinkInvalid) {
		return link, err
	}
	if over := s.counter.Take(ctx, rule); over != nil { // one of many at the same moment
		return nil, over
	}
	return nil, err
}

func (s *Service) findLink(ctx context.Context, token string) (*ent.RoomLink, error) {
	id, ok := s.links.ID(linkPrefix, token)
	if !ok {
		return nil, invalidLink()
	}
	link, err := s.ent.RoomLink.Query().
		Where(roomlink.ID(id), living(), roomlink.HasRoomWith(room.StatusEQ(room.StatusActive))).
		WithRoom(func(q *ent.RoomQuery) { q.WithCustomer() }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, invalidLink()
	}
	if err != nil {
		return nil, fmt.Errorf("find link: %w", err)
	}
	return link, nil
}
