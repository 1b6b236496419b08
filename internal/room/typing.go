package room

import (
	"context"

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
	v, err := auth.AllowedOrGuest(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	if err := s.typing.Take(v.ID()); err != nil {
		return nil, err
	}
	_, r, err := s.lookUp(ctx, v, room.ID(in.RoomID))
	if err != nil {
		return nil, err
	}
	if err := s.refusal(ctx, v, r); err != nil {
		return nil, err
	}
	s.log.Tell(r.StreamID, signal(kindTyping, sideOf(v), v.ID(), data{Typing: in.Typing}))
	return &SetTypingPayload{}, nil
}
