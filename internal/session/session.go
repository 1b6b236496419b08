package session

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/portal"
	"parley/ent/screenshare"
	"parley/ent/specialist"
	"parley/ent/supportsession"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/idempotency"
	rooms "parley/internal/room"
	"parley/internal/typeid"
)

// StartSupportSessionInput is the input of startSupportSession.
type StartSupportSessionInput struct {
	RoomID         string
	PortalID       string
	IdempotencyKey *string

	SpecialistsMayShare *bool
}

// StartSupportSessionPayload is the answer of startSupportSession.
type StartSupportSessionPayload struct {
	apierr.Payload
	SupportSession *ent.SupportSession
}

// Start starts the support session of a room (rule S1); for members.
func (s *Service) Start(ctx context.Context, in StartSupportSessionInput) (*StartSupportSessionPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	if err := s.checkPortal(ctx, v, in.PortalID); err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "startSupportSession", in.RoomID, in.PortalID, in.mayShare())
	if err != nil {
		return nil, err
	}
	id, standing := typeid.New(Prefix), ""
	find := func(ctx context.Context) (*ent.Room, error) { return s.rooms.Get(ctx, in.RoomID) }
	err = s.rooms.Change(ctx, v, find, func(tx *ent.Tx, r *ent.Room) ([]rooms.News, error) {
		if standing, err = key.ClaimTx(ctx, tx, id); err != nil || standing != id {
			return nil, err
		}
		return startTx(ctx, tx, v, r, in, id)
	})
	if err != nil {
		return nil, fmt.Errorf("start support session: %w", err)
	}
	x, err := s.Get(ctx, standing)
	if err != nil {
		return nil, err
	}
	return &StartSupportSessionPayload{SupportSession: x}, nil
}

func (in StartSupportSessionInput) mayShare() bool {
	return in.SpecialistsMayShare != nil && *in.SpecialistsMayShare
}

func (s *Service) checkPortal(ctx context.Context, v auth.Viewer, id string) error {
	exists, err := s.ent.Portal.Query().Where(portal.ID(id), portal.OrganizationID(v.OrganizationID())).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find portal: %w", err)
	}
	if !exists {
		return apierr.MissingThing("portal")
	}
	return nil
}

func startTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, in StartSupportSessionInput, id string) ([]rooms.News, error) {
	if err := rooms.Open(r); err != nil {
		return nil, err
	}
	active, err := rooms.ActiveSession(ctx, tx.Client(), r)
	if err != nil {
		return nil, err
	}
	if active != nil {
		return nil, apierr.New(apierr.SessionAlreadyActive, "The room has a support session already: end it first, or go on with it.").On("roomId")
	}
	err = tx.SupportSession.Create().SetID(id).SetRoomID(r.ID).SetPortalID(in.PortalID).SetHostID(v.ID()).
		SetSpecialistsMayShare(in.mayShare()).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep support session: %w", err)
	}
	return []rooms.News{{By: v, Kind: rooms.KindSessionStarted, ID: id}}, nil
}

// UpdateSupportSessionInput is the input of updateSupportSession.
type UpdateSupportSessionInput struct {
	SupportSessionID    string
	SpecialistsMayShare bool
}

// UpdateSupportSessionPayload is the answer of updateSupportSession.
type UpdateSupportSessionPayload struct {
	apierr.Payload
	SupportSession *ent.SupportSession
}

// Update changes what may be done in a session (rule S10); for members. The screens of specialists who may no longer share are
// stopped.
func (s *Service) Update(ctx context.Context, in UpdateSupportSessionInput) (*UpdateSupportSessionPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = s.rooms.Change(ctx, v, s.roomOf(in.SupportSessionID), func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		x, err := activeTx(ctx, tx, in.SupportSessionID, "supportSessionId")
		if err != nil {
			return nil, err
		}
		if x.SpecialistsMayShare == in.SpecialistsMayShare {
			return nil, nil
		}
		if err := tx.SupportSession.UpdateOne(x).SetSpecialistsMayShare(in.SpecialistsMayShare).Exec(ctx); err != nil {
			return nil, fmt.Errorf("keep what specialists may share: %w", err)
		}
		changed := rooms.News{By: v, Kind: rooms.KindSessionChanged, ID: x.ID}
		if in.SpecialistsMayShare {
			return []rooms.News{changed}, nil
		}
		news, err := s.stopTx(ctx, tx, v, time.Now(), screenshare.SessionID(x.ID), screenshare.SharerIDHasPrefix(SpecialistPrefix+"_"))
		return append(news, changed), err
	})
	if err != nil {
		return nil, fmt.Errorf("update support session: %w", err)
	}
	x, err := s.Get(ctx, in.SupportSessionID)
	if err != nil {
		return nil, err
	}
	return &UpdateSupportSessionPayload{SupportSession: x}, nil
}

// EndSupportSessionInput is the input of endSupportSession.
type EndSupportSessionInput struct{ SupportSessionID string }

// EndSupportSessionPayload is the answer of endSupportSession.
type EndSupportSessionPayload struct {
	apierr.Payload
	SupportSession *ent.SupportSession
}

// End ends a support session (rule S8); for members. Ending one that has ended changes nothing.
func (s *Service) End(ctx context.Context, in EndSupportSessionInput) (*EndSupportSessionPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = s.rooms.Change(ctx, v, s.roomOf(in.SupportSessionID), func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		x, err := activeTx(ctx, tx, in.SupportSessionID, "supportSessionId")
		if apierr.Is(err, apierr.SessionNotActive) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		return s.endTx(ctx, tx, v, x)
	})
	if err != nil {
		return nil, fmt.Errorf("end support session: %w", err)
	}
	x, err := s.Get(ctx, in.SupportSessionID)
	if err != nil {
		return nil, err
	}
	return &EndSupportSessionPayload{SupportSession: x}, nil
}

// EndTx implements room.Sessions.
func (s *Service) EndTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room) ([]rooms.News, error) {
	x, err := rooms.ActiveSession(ctx, tx.Client(), r)
	if err != nil || x == nil {
		return nil, err
	}
	return s.endTx(ctx, tx, v, x)
}

// endTx ends a session that is going on, whose room is locked.
func (s *Service) endTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, x *ent.SupportSession) ([]rooms.News, error) {
	now := time.Now()
	if err := cancelTx(ctx, tx, x.ID, now); err != nil {
		return nil, err
	}
	news, err := s.leaveTx(ctx, tx, v, now, specialist.SessionID(x.ID))
	if err != nil {
		return nil, err
	}
	stopped, err := s.stopTx(ctx, tx, v, now, screenshare.SessionID(x.ID)) // behind the specialists: see Signal
	if err != nil {
		return nil, err
	}
	err = tx.SupportSession.UpdateOne(x).SetStatus(supportsession.StatusEnded).SetEndedAt(now).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("mark support session as ended: %w", err)
	}
	return append(append(stopped, news...), rooms.News{By: v, Kind: rooms.KindSessionEnded, ID: x.ID}), nil
}
