package graph

import (
	"context"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/organization"
	"parley/internal/page"
)

func (m mutation) InviteMembers(ctx context.Context, input organization.InviteMembersInput) (*organization.InviteMembersPayload, error) {
	return apierr.Answer(m.Organizations.InviteMembers(ctx, input))
}

func (m mutation) ResendMemberInvitation(ctx context.Context, input organization.ResendMemberInvitationInput) (*organization.ResendMemberInvitationPayload, error) {
	return apierr.Answer(m.Organizations.ResendMemberInvitation(ctx, input))
}

func (m mutation) RevokeMemberInvitation(ctx context.Context, input organization.RevokeMemberInvitationInput) (*organization.RevokeMemberInvitationPayload, error) {
	return apierr.Answer(m.Organizations.RevokeMemberInvitation(ctx, input))
}

func (m mutation) AcceptMemberInvitation(ctx context.Context, input organization.AcceptMemberInvitationInput) (*organization.AcceptMemberInvitationPayload, error) {
	return apierr.Answer(m.Organizations.AcceptMemberInvitation(ctx, input))
}

func (f organizationFields) MemberInvitations(ctx context.Context, o *ent.Organization, first *int, after *string, last *int, before *string, status *string) (*organization.MemberInvitationConnection, error) {
	return f.Organizations.MemberInvitations(ctx, o, page.Args{First: first, After: after, Last: last, Before: before}, status)
}

func (f memberInvitationFields) Role(_ context.Context, i *ent.MemberInvitation) (member.Role, error) {
	return organization.InvitedRole(i), nil
}

func (f memberInvitationFields) ClassOfService(_ context.Context, i *ent.MemberInvitation) (member.ClassOfService, error) {
	return organization.InvitedClass(i), nil
}

func (f memberInvitationFields) ClassOfServiceLabel(_ context.Context, i *ent.MemberInvitation) (string, error) {
	return organization.ClassOfServiceLabel(organization.InvitedClass(i)), nil
}

func (f memberInvitationFields) Services(ctx context.Context, i *ent.MemberInvitation, first *int, after *string) ([]*ent.Service, error) {
	return f.Organizations.InvitedServices(ctx, i, page.Args{First: first, After: after})
}

func (f memberInvitationFields) Sites(ctx context.Context, i *ent.MemberInvitation, first *int, after *string) ([]*ent.Site, error) {
	return f.Organizations.InvitedSites(ctx, i, page.Args{First: first, After: after})
}

func (f memberInvitationFields) Skills(ctx context.Context, i *ent.MemberInvitation, first *int, after *string) ([]*ent.Skill, error) {
	return f.Organizations.InvitedSkills(ctx, i, page.Args{First: first, After: after})
}

func (f memberInvitationFields) InvitedBy(_ context.Context, i *ent.MemberInvitation) (*ent.Member, error) {
	return f.Organizations.InvitedBy(i), nil
}

func (f memberInvitationFields) Status(_ context.Context, i *ent.MemberInvitation) (string, error) {
	return organization.InvitationStatus(i), nil
}
