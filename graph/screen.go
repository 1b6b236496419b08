package graph

import (
	"context"

	"parley/ent"
	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/feed"
	"parley/internal/session"
)

func (m mutation) UpdateSupportSession(ctx context.Context, input session.UpdateSupportSessionInput) (*session.UpdateSupportSessionPayload, error) {
	return apierr.Answer(m.Sessions.Update(ctx, input))
}

func (m mutation) StartScreenShare(ctx context.Context, input session.StartScreenShareInput) (*session.StartScreenSharePayload, error) {
	return apierr.Answer(m.Sessions.StartShare(ctx, input))
}

func (m mutation) StopScreenShare(ctx context.Context, input session.StopScreenShareInput) (*session.StopScreenSharePayload, error) {
	return apierr.Answer(m.Sessions.StopShare(ctx, input))
}

func (m mutation) SendSignal(ctx context.Context, input session.SendSignalInput) (*session.SendSignalPayload, error) {
	return apierr.Answer(m.Sessions.Signal(ctx, input))
}

func (m mutation) SendControlInput(ctx context.Context, input session.SendControlInputInput) (*session.SendControlInputPayload, error) {
	return apierr.Answer(m.Sessions.Control(ctx, input))
}

func (s subscription) ScreenShareEvents(ctx context.Context, screenShareID string, after *string) (<-chan session.ScreenEvent, error) {
	return transport.Follow(ctx, func() (*feed.Feed[session.ScreenEvent], error) {
		return s.Sessions.FollowShare(ctx, screenShareID, after)
	})
}

func (f sessionFields) ScreenShares(ctx context.Context, x *ent.SupportSession, first *int) ([]*ent.ScreenShare, error) {
	return f.Sessions.Shares(ctx, x, first)
}

func (f shareFields) SupportSession(ctx context.Context, c *ent.ScreenShare) (*ent.SupportSession, error) {
	return f.Sessions.OfShare(ctx, c)
}

func (f shareFields) Sharer(ctx context.Context, c *ent.ScreenShare) (ent.Actor, error) {
	return f.Sessions.Sharer(ctx, c)
}

func (f shareFields) LastCursor(ctx context.Context, c *ent.ScreenShare) (string, error) {
	return f.Sessions.ShareCursor(ctx, c)
}
