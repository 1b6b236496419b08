package graph

import (
	"context"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/organization"
	"parley/internal/page"
)

func (m mutation) SignIn(ctx context.Context, input organization.SignInInput) (*organization.SignInPayload, error) {
	return apierr.Answer(m.Organizations.SignIn(ctx, input))
}

func (m mutation) SignOut(ctx context.Context, input organization.SignOutInput) (*organization.SignOutPayload, error) {
	return apierr.Answer(m.Sessions.SignOut(ctx, input))
}

func (m mutation) UpdateSettings(ctx context.Context, input organization.UpdateSettingsInput) (*organization.UpdateSettingsPayload, error) {
	return apierr.Answer(m.Organizations.UpdateSettings(ctx, input))
}

func (q query) Organization(ctx context.Context) (*ent.Organization, error) {
	return q.Organizations.Own(ctx)
}

func (f organizationFields) Members(ctx context.Context, o *ent.Organization, first *int, after *string, last *int, before *string) (*organization.MemberConnection, error) {
	return f.Organizations.Members(ctx, o, page.Args{First: first, After: after, Last: last, Before: before})
}

func (f organizationFields) Services(ctx context.Context, o *ent.Organization, first *int) ([]*ent.Service, error) {
	return f.Organizations.Services(ctx, o, first)
}

func (f organizationFields) Sites(ctx context.Context, o *ent.Organization, first *int) ([]*ent.Site, error) {
	return f.Organizations.Sites(ctx, o, first)
}

func (f organizationFields) Skills(ctx context.Context, o *ent.Organization, first *int) ([]*ent.Skill, error) {
	return f.Organizations.Skills(ctx, o, first)
}

func (f organizationFields) Portals(ctx context.Context, o *ent.Organization, first *int) ([]*ent.Portal, error) {
	return f.Organizations.Portals(ctx, o, first)
}

func (f organizationFields) PhoneNumbers(ctx context.Context, o *ent.Organization, first *int) ([]*ent.PhoneNumber, error) {
	return f.Organizations.PhoneNumbers(ctx, o, first)
}

func (f organizationFields) Settings(ctx context.Context, o *ent.Organization) (*organization.Settings, error) {
	return f.Organizations.Settings(ctx, o)
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

func (f memberFields) Services(ctx context.Context, m *ent.Member, first *int) ([]*ent.Service, error) {
	return f.Organizations.ServicesOf(ctx, m, first)
}

func (f memberFields) Sites(ctx context.Context, m *ent.Member, first *int) ([]*ent.Site, error) {
	return f.Organizations.SitesOf(ctx, m, first)
}

func (f memberFields) Skills(ctx context.Context, m *ent.Member, first *int) ([]*ent.Skill, error) {
	return f.Organizations.SkillsOf(ctx, m, first)
}
