package graph

import (
	"context"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/organization"
	"parley/internal/page"
)

func (m mutation) UpdateMember(ctx context.Context, input organization.UpdateMemberInput) (*organization.UpdateMemberPayload, error) {
	return apierr.Answer(m.Organizations.UpdateMember(ctx, input))
}

func (m mutation) DeactivateMember(ctx context.Context, input organization.DeactivateMemberInput) (*organization.DeactivateMemberPayload, error) {
	return apierr.Answer(m.Organizations.DeactivateMember(ctx, input))
}

func (f memberFields) Email(ctx context.Context, m *ent.Member) (*string, error) {
	if m = f.Organizations.Colleague(ctx, m); m == nil {
		return nil, nil
	}
	return &m.Email, nil
}

func (f memberFields) Channels(ctx context.Context, m *ent.Member) ([]string, error) {
	if m = f.Organizations.Colleague(ctx, m); m == nil {
		return nil, nil
	}
	return m.Channels, nil
}

func (f memberFields) ClassOfService(ctx context.Context, m *ent.Member) (*member.ClassOfService, error) {
	if m = f.Organizations.Colleague(ctx, m); m == nil {
		return nil, nil
	}
	return &m.ClassOfService, nil
}

func (f memberFields) ClassOfServiceLabel(ctx context.Context, m *ent.Member) (*string, error) {
	if m = f.Organizations.Colleague(ctx, m); m == nil {
		return nil, nil
	}
	label := organization.ClassOfServiceLabel(m.ClassOfService)
	return &label, nil
}

func (f memberFields) Services(ctx context.Context, m *ent.Member, first *int, after *string) ([]*ent.Service, error) {
	return f.Organizations.ServicesOf(ctx, m, page.Args{First: first, After: after})
}

func (f memberFields) Sites(ctx context.Context, m *ent.Member, first *int, after *string) ([]*ent.Site, error) {
	return f.Organizations.SitesOf(ctx, m, page.Args{First: first, After: after})
}

func (f memberFields) Skills(ctx context.Context, m *ent.Member, first *int, after *string) ([]*ent.Skill, error) {
	return f.Organizations.SkillsOf(ctx, m, page.Args{First: first, After: after})
}
