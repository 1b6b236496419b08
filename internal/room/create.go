package room

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/customer"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	"parley/internal/typeid"
)

// roomPrefix is the type of the ids of rooms.
const roomPrefix = "room"

// newName is what a room is called until a customer is invited (rule R1).
const newName = "Collaboration Room"

// CreateRoomInput is the input of createRoom.
type CreateRoomInput struct {
	IdempotencyKey *string
}

// CreateRoomPayload is the answer of createRoom.
type CreateRoomPayload struct {
	apierr.Payload
	Room *ent.Room
}

// Create opens a room; for members.
func (s *Service) Create(ctx context.Context, in CreateRoomInput) (*CreateRoomPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createRoom")
	if err != nil {
		return nil, err
	}
	id := typeid.New(roomPrefix)
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		standing, err := key.ClaimTx(ctx, tx, id)
		if err != nil || standing != id {
			id = standing
			return err
		}
		return createTx(ctx, tx, v, id)
	})
	if err != nil {
		return nil, fmt.Errorf("create room: %w", err)
	}
	r, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return &CreateRoomPayload{Room: r}, nil
}

func createTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id string) error {
	streamID, err := eventlog.CreateTx(ctx, tx, v.OrganizationID())
	if err != nil {
		return err
	}
	err = tx.Room.Create().SetID(id).
		SetOrganizationID(v.OrganizationID()).SetCreatedByID(v.ID()).SetName(newName).SetStreamID(streamID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep room: %w", err)
	}
	return nil
}

// CloseRoomInput is the input of closeRoom.
type CloseRoomInput struct{ RoomID string }

// CloseRoomPayload is the answer of closeRoom.
type CloseRoomPayload struct {
	apierr.Payload
	Room *ent.Room
}

// Close ends a room for good; for members. Its log is sealed with RoomClosed as the last event, its links end, and its
// customer can be invited anew, to another room.
// Closing a room that is closed changes nothing.
func (s *Service) Close(ctx context.Context, in CloseRoomInput) (*CloseRoomPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	err = s.locked(ctx, v, in.RoomID, func(tx *ent.Tx, r *ent.Room) error {
		if r.Status == room.StatusClosed {
			return nil
		}
		return s.closeTx(ctx, tx, v, r)
	})
	if err != nil {
		return nil, fmt.Errorf("close room: %w", err)
	}
	r, err := s.Get(ctx, in.RoomID)
	if err != nil {
		return nil, err
	}
	return &CloseRoomPayload{Room: r}, nil
}

func (s *Service) closeTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room) error {
	if err := tx.Room.UpdateOne(r).SetStatus(room.StatusClosed).Exec(ctx); err != nil {
		return fmt.Errorf("mark room as closed: %w", err)
	}
	if err := revokeTx(ctx, tx, r.ID); err != nil {
		return err
	}
	if r.CustomerID != nil {
		if err := customer.RetireTx(ctx, tx, *r.CustomerID); err != nil {
			return err
		}
	}
	if err := s.tellTx(ctx, tx, v, r, s.sessions.EndTx); err != nil {
		return err
	}
	if err := s.appendTx(ctx, tx, r, by(v, kindRoomClosed, nil)); err != nil {
		return err
	}
	if err := eventlog.SealTx(ctx, tx, r.StreamID); err != nil {
		return err
	}
	return s.audit.RecordTx(ctx, tx, v, audit.RoomClosed, r.ID, "")
}

// appendTx appends to the room's log, which takes nothing once the room is closed.
func (s *Service) appendTx(ctx context.Context, tx *ent.Tx, r *ent.Room, entries ...eventlog.Entry) error {
	_, err := s.log.AppendTx(ctx, tx, r.StreamID, entries...)
	if errors.Is(err, eventlog.ErrSealed) {
		return closed()
	}
	return err
}
