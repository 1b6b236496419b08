package graph

import (
	"context"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/organization"
	"parley/internal/page"
)

func (m mutation) CreatePredefinedMessage(ctx context.Context, input organization.CreatePredefinedMessageInput) (*organization.CreatePredefinedMessagePayload, error) {
	return apierr.Answer(m.Organizations.CreatePredefinedMessage(ctx, input))
}

func (m mutation) UpdatePredefinedMessage(ctx context.Context, input organization.UpdatePredefinedMessageInput) (*organization.UpdatePredefinedMessagePayload, error) {
	return apierr.Answer(m.Organizations.UpdatePredefinedMessage(ctx, input))
}

func (m mutation) DeletePredefinedMessage(ctx context.Context, input organization.DeletePredefinedMessageInput) (*organization.DeletePredefinedMessagePayload, error) {
	return apierr.Answer(m.Organizations.DeletePredefinedMessage(ctx, input))
}

func (f memberFields) PredefinedMessages(ctx context.Context, m *ent.Member, first *int, after *string) ([]*ent.PredefinedMessage, error) {
	return f.Organizations.MessagesOfMember(ctx, m, page.Args{First: first, After: after})
}

func (f serviceFields) PredefinedMessages(ctx context.Context, s *ent.Service, first *int, after *string) ([]*ent.PredefinedMessage, error) {
	return f.Organizations.MessagesOfService(ctx, s, page.Args{First: first, After: after})
}

func (f textFields) Service(ctx context.Context, p *ent.PredefinedMessage) (*ent.Service, error) {
	return f.Organizations.ServiceOf(ctx, p)
}
