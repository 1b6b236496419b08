package graph

import (
	"context"

	"parley/ent"
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

func (f organizationFields) Services(ctx context.Context, o *ent.Organization, first *int, after *string) ([]*ent.Service, error) {
	return f.Organizations.Services(ctx, o, page.Args{First: first, After: after})
}

func (f organizationFields) Sites(ctx context.Context, o *ent.Organization, first *int, after *string) ([]*ent.Site, error) {
	return f.Organizations.Sites(ctx, o, page.Args{First: first, After: after})
}

func (f organizationFields) Skills(ctx context.Context, o *ent.Organization, first *int, after *string) ([]*ent.Skill, error) {
	return f.Organizations.Skills(ctx, o, page.Args{First: first, After: after})
}

func (f organizationFields) Portals(ctx context.Context, o *ent.Organization, first *int, after *string) ([]*ent.Portal, error) {
	return f.Organizations.Portals(ctx, o, page.Args{First: first, After: after})
}

func (f organizationFields) PhoneNumbers(ctx context.Context, o *ent.Organization, first *int, after *string) ([]*ent.PhoneNumber, error) {
	return f.Organizations.PhoneNumbers(ctx, o, page.Args{First: first, After: after})
}

func (f organizationFields) Settings(ctx context.Context, o *ent.Organization) (*organization.Settings, error) {
	return f.Organizations.Settings(ctx, o)
}

func (m mutation) CreateSite(ctx context.Context, input organization.CreateSiteInput) (*organization.CreateSitePayload, error) {
	return apierr.Answer(m.Organizations.CreateSite(ctx, input))
}

func (m mutation) UpdateSite(ctx context.Context, input organization.UpdateSiteInput) (*organization.UpdateSitePayload, error) {
	return apierr.Answer(m.Organizations.UpdateSite(ctx, input))
}

func (m mutation) CreateSkill(ctx context.Context, input organization.CreateSkillInput) (*organization.CreateSkillPayload, error) {
	return apierr.Answer(m.Organizations.CreateSkill(ctx, input))
}

func (m mutation) UpdateSkill(ctx context.Context, input organization.UpdateSkillInput) (*organization.UpdateSkillPayload, error) {
	return apierr.Answer(m.Organizations.UpdateSkill(ctx, input))
}

func (m mutation) CreatePortal(ctx context.Context, input organization.CreatePortalInput) (*organization.CreatePortalPayload, error) {
	return apierr.Answer(m.Organizations.CreatePortal(ctx, input))
}

func (m mutation) UpdatePortal(ctx context.Context, input organization.UpdatePortalInput) (*organization.UpdatePortalPayload, error) {
	return apierr.Answer(m.Organizations.UpdatePortal(ctx, input))
}
