package graph

import (
	"context"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/organization"
	"parley/internal/page"
)

func (m mutation) UpdateMember(ctx context.Context, input organization.UpdateMemberInput) (*organization.UpdateMemberPayload, error) {
	return apierr.Answer(m.Organizations.UpdateMember(ctx, input))
}

func (m mutation) DeactivateMember(ctx context.Context, input organization.DeactivateMemberInput) (*organization.DeactivateMemberPayload, error) {
	return apierr.Answer(m.Organizations.DeactivateMember(ctx, input))
}

func (m mutation) CreateService(ctx context.Context, input organization.CreateServiceInput) (*organization.CreateServicePayload, error) {
	return apierr.Answer(m.Organizations.CreateService(ctx, input))
}

func (m mutation) UpdateService(ctx context.Context, input organization.UpdateServiceInput) (*organization.UpdateServicePayload, error) {
	return apierr.Answer(m.Organizations.UpdateService(ctx, input))
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

func (m mutation) CreatePredefinedMessage(ctx context.Context, input organization.CreatePredefinedMessageInput) (*organization.CreatePredefinedMessagePayload, error) {
	return apierr.Answer(m.Organizations.CreatePredefinedMessage(ctx, input))
}

func (m mutation) UpdatePredefinedMessage(ctx context.Context, input organization.UpdatePredefinedMessageInput) (*organization.UpdatePredefinedMessagePayload, error) {
	return apierr.Answer(m.Organizations.UpdatePredefinedMessage(ctx, input))
}

func (m mutation) DeletePredefinedMessage(ctx context.Context, input organization.DeletePredefinedMessageInput) (*organization.DeletePredefinedMessagePayload, error) {
	return apierr.Answer(m.Organizations.DeletePredefinedMessage(ctx, input))
}

func (f memberFields) PredefinedMessages(ctx context.Context, m *ent.Member, first *int) ([]*ent.PredefinedMessage, error) {
	return f.Organizations.MessagesOfMember(ctx, m, first)
}

func (f serviceFields) Skills(ctx context.Context, s *ent.Service, first *int) ([]*ent.Skill, error) {
	return f.Organizations.SkillsFor(ctx, s, first)
}

func (f serviceFields) PhoneNumber(ctx context.Context, s *ent.Service) (*ent.PhoneNumber, error) {
	return f.Organizations.NumberOf(ctx, s)
}

func (f serviceFields) PredefinedMessages(ctx context.Context, s *ent.Service, first *int) ([]*ent.PredefinedMessage, error) {
	return f.Organizations.MessagesOfService(ctx, s, first)
}

func (f textFields) Service(ctx context.Context, p *ent.PredefinedMessage) (*ent.Service, error) {
	return f.Organizations.ServiceOf(ctx, p)
}

func (f organizationFields) AuditEntries(ctx context.Context, o *ent.Organization, first *int, after *string, last *int, before *string) (*audit.EntryConnection, error) {
	return f.Audit.Entries(ctx, o.ID, page.Args{First: first, After: after, Last: last, Before: before})
}

// Subject is the thing that something was done to, where it is still there.
func (f auditFields) Subject(ctx context.Context, e *audit.Entry) (ent.Node, error) {
	node, err := query(f).node(ctx, e.SubjectID)
	if apierr.Is(err, apierr.NotFound) {
		return nil, nil
	}
	return node, err
}
