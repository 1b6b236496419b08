package room

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
)

// SetTypingInput is the input of setTyping.
type SetTypingInput struct {
	RoomID string
	Typing bool
}

// SetTypingPayload is the answer of setTyping.
type SetTypingPayload struct{ apierr.Payload }

// SetTyping tells those who follow a room at this moment whether the viewer is typing; for everyone in it. Nothing is
// stored (C7).
func (s *Service) SetTyping(ctx context.Context, in SetTypingInput) (*SetTypingPayload, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.typing.Take(v.ID()); err != nil {
		return nil, err
	}
	r, err := s.writable(ctx, v, in.RoomID)
	if err != nil {
		return nil, err
	}
	s.log.Tell(r.StreamID, signal(kindTyping, sideOf(v), v.ID(), data{Typing: in.Typing}))
	return &SetTypingPayload{}, nil
}

// writable returns a room that the viewer may write in at this moment, by the rule of post.sql.
func (s *Service) writable(ctx context.Context, v auth.Viewer, id string) (*ent.Room, error) {
	q := s.ent.Room.Query().Where(ofMember(v, id))
	if v.Customer != nil {
		if !v.InRoom(id) {
			return nil, missing()
		}
		q.Where(room.CustomerID(v.ID()))
	}
	r, err := q.WithStream().Only(ctx)
	switch {
	case ent.IsNotFound(err):
		return nil, missing()
	case err != nil:
		return nil, fmt.Errorf("get room to write in: %w", err)
	case r.Edges.Stream.Sealed || r.Status != room.StatusActive && (v.Customer != nil || r.Status != room.StatusDraft):
		return nil, closed()
	}
	return r, nil
}
