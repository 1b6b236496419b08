package graph

import (
	"context"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/organization"
	"parley/internal/page"
)

func (m mutation) CreateService(ctx context.Context, input organization.CreateServiceInput) (*organization.CreateServicePayload, error) {
	return apierr.Answer(m.Organizations.CreateService(ctx, input))
}

func (m mutation) UpdateService(ctx context.Context, input organization.UpdateServiceInput) (*organization.UpdateServicePayload, error) {
	return apierr.Answer(m.Organizations.UpdateService(ctx, input))
}

func (f serviceFields) Skills(ctx context.Context, s *ent.Service, first *int, after *string) ([]*ent.Skill, error) {
	return f.Organizations.SkillsFor(ctx, s, page.Args{First: first, After: after})
}

func (f serviceFields) PhoneNumber(ctx context.Context, s *ent.Service) (*ent.PhoneNumber, error) {
	return f.Organizations.NumberOf(ctx, s)
}
