package room

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/ent/roomlink"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/limits"
	"parley/internal/throttle"
	"parley/internal/typeid"
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
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	var link *ent.RoomLink
	err = s.locked(ctx, v, in.RoomID, func(tx *ent.Tx, r *ent.Room) (err error) {
		switch {
		case r.Status == room.StatusClosed:
			return closed()
		case r.Status == room.StatusTimedOut:
			return apierr.New(apierr.RoomTimedOut, "The room is timed out, and so are its links: re-invite the customer, by a link if you like.").On("roomId")
		case !s.CanGetLink(ctx, r):
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

// CanGetLink tells whether Link would give the viewer one: a member who serves customers, once the customer has been invited.
func (s *Service) CanGetLink(ctx context.Context, r *ent.Room) bool {
	_, err := auth.Allowed(ctx, auth.Serve)
	return err == nil && r.CustomerID != nil && r.Status == room.StatusActive
}

// RevokeLinksInput is the input of revokeLinks.
type RevokeLinksInput struct{ RoomID string }

// RevokeLinksPayload is the answer of revokeLinks.
type RevokeLinksPayload struct {
	apierr.Payload
	Room *ent.Room
}

// RevokeLinks ends all links to a room, and the access of all who came in by them, their open subscriptions too (X3); for
// members. Whoever gets a new link comes in again.
func (s *Service) RevokeLinks(ctx context.Context, in RevokeLinksInput) (*RevokeLinksPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = s.locked(ctx, v, in.RoomID, func(tx *ent.Tx, r *ent.Room) error {
		if err := revokeTx(ctx, tx, r.ID); err != nil {
			return err
		}
		if err := s.tokens.RevokeTx(ctx, tx, accesstoken.HasLinkWith(roomlink.RoomID(r.ID))); err != nil {
			return err
		}
		if err := s.tellTx(ctx, tx, v, r, s.sessions.StopTx); err != nil {
			return err
		}
		return s.audit.RecordTx(ctx, tx, v, audit.LinksRevoked, r.ID, "")
	})
	if err != nil {
		return nil, fmt.Errorf("revoke links: %w", err)
	}
	r, err := s.Get(ctx, in.RoomID)
	if err != nil {
		return nil, err
	}
	return &RevokeLinksPayload{Room: r}, nil
}

func revokeTx(ctx context.Context, tx *ent.Tx, roomID string) error {
	err := tx.RoomLink.Update().
		Where(roomlink.RoomID(roomID), roomlink.RevokedAtIsNil()).SetRevokedAt(time.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("revoke links of room: %w", err)
	}
	return nil
}

// copiedLinkTx returns the room's link for copying: the one before, as long as it still lives as long as a new one.
func (s *Service) copiedLinkTx(ctx context.Context, tx *ent.Tx, roomID string) (*ent.RoomLink, error) {
	now := time.Now()
	link, err := tx.RoomLink.Query().
		Where(roomlink.RoomID(roomID), roomlink.InvitationIDIsNil(), living()).
		Order(roomlink.ByCreatedAt(sql.OrderDesc())).First(ctx)
	if ent.IsNotFound(err) || err == nil && s.linkEnd(link.CreatedAt, now).Before(s.linkEnd(now, now)) {
		return s.linkTx(ctx, tx, typeid.New(linkPrefix), roomID, nil)
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

// invalidLink is the one answer for every cause (rule R8).
func invalidLink() error {
	return apierr.New(apierr.LinkInvalid, "This link does not work, or does not work any more. Ask for a new one.").On("token")
}

// linkTx makes the link with the id.
func (s *Service) linkTx(ctx context.Context, tx *ent.Tx, id, roomID string, invitationID *string) (*ent.RoomLink, error) {
	now := time.Now()
	link, err := tx.RoomLink.Create().SetID(id).
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
