package session

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/ent/screenshare"
	"parley/ent/supportsession"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	"parley/internal/page"
	rooms "parley/internal/room"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// StartScreenShareInput is the input of startScreenShare.
type StartScreenShareInput struct {
	SupportSessionID string
	IdempotencyKey   *string
}

// StartScreenSharePayload is the answer of startScreenShare.
type StartScreenSharePayload struct {
	apierr.Payload
	ScreenShare *ent.ScreenShare
}

// StartShare says that the viewer shares a screen (rule S10); for everyone in the session, for specialists where it allows that.
func (s *Service) StartShare(ctx context.Context, in StartScreenShareInput) (*StartScreenSharePayload, error) {
	v, err := auth.AllowedOrGuest(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "startScreenShare", in.SupportSessionID)
	if err != nil {
		return nil, err
	}
	id, standing := typeid.New(SharePrefix), ""
	err = s.rooms.Change(ctx, v, s.roomOf(in.SupportSessionID), func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		if standing, err = key.ClaimTx(ctx, tx, id); err != nil || standing != id {
			return nil, err
		}
		return s.shareTx(ctx, tx, v, in.SupportSessionID, id)
	})
	if err != nil {
		return nil, fmt.Errorf("start to share a screen: %w", err)
	}
	c, err := s.share(ctx, standing)
	if err != nil {
		return nil, err
	}
	return &StartScreenSharePayload{ScreenShare: c}, nil
}

func (s *Service) shareTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, sessionID, id string) ([]rooms.News, error) {
	x, err := activeTx(ctx, tx, sessionID, "supportSessionId")
	if err != nil {
		return nil, err
	}
	if v.Specialist != nil && !x.SpecialistsMayShare {
		return nil, apierr.New(apierr.ScreenShareRefused, "Specialists may not share a screen in this support session: ask its host to allow it.").On("supportSessionId")
	}
	news, err := s.stopTx(ctx, tx, v, time.Now(), screenshare.SessionID(x.ID), screenshare.SharerID(v.ID()))
	if err != nil {
		return nil, err
	}
	streamID, err := eventlog.CreateTx(ctx, tx, x.ID) // which is no organisation, so no list of rooms and no inbox has it
	if err != nil {
		return nil, err
	}
	rule := throttle.Rule{Name: "screen-shares", Of: v.ID(), Limit: s.limits.ScreenShares, Window: time.Hour}
	if err := s.counter.TakeTx(ctx, tx, rule); err != nil {
		return nil, err
	}
	err = tx.ScreenShare.Create().SetID(id).SetSessionID(x.ID).SetSharerID(v.ID()).SetStreamID(streamID).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep that a screen is shared: %w", err)
	}
	return append(news, rooms.News{By: v, Kind: rooms.KindShareStarted, ID: id}), nil
}

// StopScreenShareInput is the input of stopScreenShare.
type StopScreenShareInput struct{ ScreenShareID string }

// StopScreenSharePayload is the answer of stopScreenShare.
type StopScreenSharePayload struct {
	apierr.Payload
	ScreenShare *ent.ScreenShare
}

// StopShare ends the sharing of a screen; for whoever shares it, and for members who serve. Stopping it again changes nothing.
func (s *Service) StopShare(ctx context.Context, in StopScreenShareInput) (*StopScreenSharePayload, error) {
	c, err := s.share(ctx, in.ScreenShareID)
	if err != nil {
		return nil, err
	}
	v := auth.From(ctx)
	if c.SharerID != v.ID() {
		if _, err := auth.Allowed(ctx, auth.Serve); err != nil {
			return nil, err
		}
	}
	err = s.rooms.Change(ctx, v, s.roomOf(c.SessionID), func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		return s.stopTx(ctx, tx, v, time.Now(), screenshare.ID(c.ID))
	})
	if err != nil {
		return nil, fmt.Errorf("stop to share a screen: %w", err)
	}
	if c, err = s.share(ctx, c.ID); err != nil {
		return nil, err
	}
	return &StopScreenSharePayload{ScreenShare: c}, nil
}

// StopTx implements room.Sessions.
func (s *Service) StopTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room) ([]rooms.News, error) {
	if r.CustomerID == nil {
		return nil, nil
	}
	return s.stopTx(ctx, tx, v, time.Now(), screenshare.SharerID(*r.CustomerID))
}

// stopTx stops the sharing of screens in a room that is locked: those that are shared still. Their logs end, and what was
// signalled is forgotten, since it tells of people's networks.
func (s *Service) stopTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, at time.Time, which ...predicate.ScreenShare) ([]rooms.News, error) {
	shares, err := tx.ScreenShare.Query().Where(which...).Where(screenshare.StoppedAtIsNil()).Order(screenshare.ByStreamID()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find screens that are shared: %w", err)
	}
	var news []rooms.News
	for _, c := range shares {
		if err := s.endLogTx(ctx, tx, v, c.StreamID); err != nil {
			return nil, err
		}
		if err := tx.ScreenShare.UpdateOne(c).SetStoppedAt(at).Exec(ctx); err != nil {
			return nil, fmt.Errorf("mark a screen as no longer shared: %w", err)
		}
		news = append(news, rooms.News{By: v, Kind: rooms.KindShareStopped, ID: c.ID})
	}
	return news, nil
}

func (s *Service) endLogTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, streamID int64) error {
	last, err := s.log.AppendTx(ctx, tx, streamID, rooms.Entry(v, kindStopped, nil))
	if err != nil {
		return err
	}
	if err := eventlog.ForgetTx(ctx, tx, streamID, last[0].Seq); err != nil {
		return err
	}
	return eventlog.SealTx(ctx, tx, streamID)
}

// share returns a share in a room that the viewer may see; to specialists, in their session.
func (s *Service) share(ctx context.Context, id string) (*ent.ScreenShare, error) {
	c, _, err := s.shareIn(ctx, id)
	return c, err
}

// shareIn is share with the room.
func (s *Service) shareIn(ctx context.Context, id string) (*ent.ScreenShare, *ent.Room, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, nil, err
	}
	q := s.ent.ScreenShare.Query().WithSession().WithStream().
		Where(screenshare.ID(id), screenshare.HasSessionWith(supportsession.HasRoomWith(room.OrganizationID(v.OrganizationID()))))
	if v.Specialist != nil {
		q.Where(screenshare.SessionID(v.Specialist.SessionID))
	}
	c, err := q.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil, missingShare()
	}
	if err != nil {
		return nil, nil, fmt.Errorf("get screen that is shared: %w", err)
	}
	r, err := s.rooms.Get(ctx, c.Edges.Session.RoomID)
	if apierr.Is(err, apierr.NotFound) {
		return nil, nil, missingShare()
	}
	return c, r, err
}

func missingShare() error { return apierr.MissingThing("screen share") }

func stopped() error {
	return apierr.New(apierr.SessionNotActive, "The screen is no longer shared.").On("screenShareId")
}

// Shares are the screens that are shared in a session at this moment.
func (s *Service) Shares(ctx context.Context, x *ent.SupportSession, first *int) ([]*ent.ScreenShare, error) {
	size, err := page.Size(first, s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	shares, err := s.ent.ScreenShare.Query().Where(screenshare.SessionID(x.ID), screenshare.StoppedAtIsNil()).
		WithStream().Order(screenshare.ByCreatedAt(), screenshare.ByID()).Limit(size).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("get screens that are shared: %w", err)
	}
	return shares, nil
}

// OfShare is the session that a screen is shared in.
func (s *Service) OfShare(ctx context.Context, c *ent.ScreenShare) (*ent.SupportSession, error) {
	x, err := s.ent.SupportSession.Get(ctx, c.SessionID)
	if err != nil {
		return nil, fmt.Errorf("get support session of a screen: %w", err)
	}
	return x, nil
}

// Sharer is whose screen it is.
func (s *Service) Sharer(ctx context.Context, c *ent.ScreenShare) (ent.Actor, error) {
	return s.person(ctx, c.SharerID)
}

func (s *Service) person(ctx context.Context, id string) (ent.Actor, error) {
	if id == "" {
		return nil, nil
	}
	found, err := s.rooms.People(ctx, []string{id})
	return found[id], err
}

// ShareCursor is the place of the newest signal.
func (s *Service) ShareCursor(ctx context.Context, c *ent.ScreenShare) (string, error) {
	stream := c.Edges.Stream
	if stream == nil {
		var err error
		if stream, err = s.ent.Stream.Get(ctx, c.StreamID); err != nil {
			return "", fmt.Errorf("get log of a screen: %w", err)
		}
	}
	return s.log.Cursor(stream.ID, stream.LastSeq), nil
}
