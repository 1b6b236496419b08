package graph

import (
	"context"

	"parley/ent"
	"parley/ent/specialist"
	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/feed"
	"parley/internal/session"
)

func (m mutation) StartSupportSession(ctx context.Context, input session.StartSupportSessionInput) (*session.StartSupportSessionPayload, error) {
	return apierr.Answer(m.Sessions.Start(ctx, input))
}

func (m mutation) EndSupportSession(ctx context.Context, input session.EndSupportSessionInput) (*session.EndSupportSessionPayload, error) {
	return apierr.Answer(m.Sessions.End(ctx, input))
}

func (m mutation) CreateSpecialistInvitation(ctx context.Context, input session.CreateSpecialistInvitationInput) (*session.CreateSpecialistInvitationPayload, error) {
	return apierr.Answer(m.Sessions.Invite(ctx, input))
}

func (m mutation) CancelSpecialistInvitation(ctx context.Context, input session.CancelSpecialistInvitationInput) (*session.CancelSpecialistInvitationPayload, error) {
	return apierr.Answer(m.Sessions.Cancel(ctx, input))
}

func (m mutation) JoinSupportSession(ctx context.Context, input session.JoinSupportSessionInput) (*session.JoinSupportSessionPayload, error) {
	return apierr.Answer(m.Sessions.Join(ctx, input))
}

func (m mutation) SetSpecialistAccess(ctx context.Context, input session.SetSpecialistAccessInput) (*session.SetSpecialistAccessPayload, error) {
	return apierr.Answer(m.Sessions.SetAccess(ctx, input))
}

func (m mutation) RemoveSpecialist(ctx context.Context, input session.RemoveSpecialistInput) (*session.RemoveSpecialistPayload, error) {
	return apierr.Answer(m.Sessions.Remove(ctx, input))
}

func (m mutation) LeaveSupportSession(ctx context.Context, input session.LeaveSupportSessionInput) (*session.LeaveSupportSessionPayload, error) {
	return apierr.Answer(m.Sessions.Leave(ctx, input))
}

func (s subscription) SpecialistJoined(ctx context.Context, roomID string) (<-chan *ent.Specialist, error) {
	return transport.Follow(ctx, func() (*feed.Feed[*ent.Specialist], error) { return s.Rooms.FollowSpecialists(ctx, roomID) })
}

func (f sessionFields) Room(ctx context.Context, x *ent.SupportSession) (*ent.Room, error) {
	return f.Sessions.Room(ctx, x)
}

func (f sessionFields) Portal(ctx context.Context, x *ent.SupportSession) (*ent.Portal, error) {
	return f.Sessions.Portal(ctx, x)
}

func (f sessionFields) Host(ctx context.Context, x *ent.SupportSession) (*ent.Member, error) {
	return f.Sessions.Host(ctx, x)
}

func (f sessionFields) Attendees(ctx context.Context, x *ent.SupportSession, first *int) ([]ent.Actor, error) {
	return f.Sessions.Attendees(ctx, x, first)
}

func (f sessionFields) SpecialistInvitation(ctx context.Context, x *ent.SupportSession) (*ent.SpecialistInvitation, error) {
	return f.Sessions.Invitation(ctx, x)
}

func (f sessionFields) SpecialistSeats(ctx context.Context, x *ent.SupportSession) (*session.SpecialistSeats, error) {
	return f.Sessions.Seats(ctx, x)
}

func (f codeFields) Code(ctx context.Context, i *ent.SpecialistInvitation) (string, error) {
	return f.Sessions.Code(ctx, i)
}

func (f codeFields) URL(ctx context.Context, i *ent.SpecialistInvitation) (string, error) {
	return f.Sessions.URL(ctx, i)
}

func (f codeFields) Text(ctx context.Context, i *ent.SpecialistInvitation) (string, error) {
	return f.Sessions.Text(ctx, i)
}

func (f codeFields) Access(_ context.Context, i *ent.SpecialistInvitation) (specialist.Access, error) {
	return session.Access(i), nil
}

func (f codeFields) AccessLabel(_ context.Context, i *ent.SpecialistInvitation) (string, error) {
	return session.AccessLabel(session.Access(i)), nil
}

func (f specialistFields) AccessLabel(_ context.Context, g *ent.Specialist) (string, error) {
	return session.AccessLabel(g.Access), nil
}
