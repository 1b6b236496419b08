package organization

import (
	"context"
	"fmt"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/member"
	"parley/ent/predicate"
	"parley/ent/service"
	"parley/ent/site"
	"parley/ent/skill"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/identifier"
)

// UpdateMemberInput is the input of updateMember. What is nil stays as it is; an empty list leaves nothing.
type UpdateMemberInput struct {
	ID             string
	FirstName      *string
	LastName       *string
	Role           *member.Role
	Channels       []string
	ClassOfService *member.ClassOfService
	ServiceIDs     []string
	SiteIDs        []string
	SkillIDs       []string
}

// UpdateMemberPayload is the answer of updateMember.
type UpdateMemberPayload struct {
	apierr.Payload
	Member *ent.Member
}

// UpdateMember changes a member; for administrators, of whom there is always one (rule O7). What they may do changes with their
// next request, over connections that are open, too.
func (s *Service) UpdateMember(ctx context.Context, in UpdateMemberInput) (*UpdateMemberPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	firstName, badFirst := s.checkName("firstName", in.FirstName)
	lastName, badLast := s.checkName("lastName", in.LastName)
	if err := apierr.Join(badFirst, badLast); err != nil {
		return nil, err
	}
	in.FirstName, in.LastName = firstName, lastName
	var m *ent.Member
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		m, err = s.updateMemberTx(ctx, tx, v, in)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("update member: %w", err)
	}
	return &UpdateMemberPayload{Member: m.Unwrap()}, nil
}

func (s *Service) checkName(field string, typed *string) (*string, *apierr.Error) {
	if typed == nil {
		return nil, nil
	}
	name, refusal := identifier.ParseName(field, *typed, s.limits.NameCharacters)
	return &name, refusal
}

func (s *Service) updateMemberTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, in UpdateMemberInput) (*ent.Member, error) {
	m, err := memberTx(ctx, tx, v, in.ID, member.DeactivatedAtIsNil())
	if err != nil {
		return nil, err
	}
	if in.Role != nil && *in.Role != member.RoleAdministrator {
		if err := keepAdministratorTx(ctx, tx, m, "role"); err != nil {
			return nil, err
		}
	}
	if in.Role != nil && !auth.May(*in.Role, auth.Serve) {
		if err := s.leaves(ctx, tx, m); err != nil {
			return nil, err
		}
	}
	var c changes
	c.note("firstName", differs(in.FirstName, m.FirstName))
	c.note("lastName", differs(in.LastName, m.LastName))
	if differs(in.Role, m.Role) {
		c.note(fmt.Sprintf("role: %s → %s", m.Role, *in.Role), true)
	}
	c.note("classOfService", differs(in.ClassOfService, m.ClassOfService))
	update := tx.Member.UpdateOne(m).SetChangedAt(time.Now()).SetNillableFirstName(in.FirstName).SetNillableLastName(in.LastName).
		SetNillableRole(in.Role).SetNillableClassOfService(in.ClassOfService)
	if in.Channels != nil {
		channels := distinct(in.Channels)
		update.SetChannels(channels)
		c.note("channels", !slices.Equal(channels, distinct(m.Channels)))
	}
	if err := ownTx(ctx, tx, m.OrganizationID, in.ServiceIDs, in.SiteIDs, in.SkillIDs); err != nil {
		return nil, err
	}
	for _, g := range grants(m, update, in) {
		changed, err := g.change(ctx)
		if err != nil {
			return nil, err
		}
		c.note(g.field, changed)
	}
	if m, err = update.Save(ctx); err != nil {
		return nil, fmt.Errorf("keep member: %w", err)
	}
	s.tokens.ChangeTx(tx, m.ID)
	return m, s.recordTx(ctx, tx, v, audit.MemberUpdated, m.ID, c)
}

// grant is one of the kinds of things that a member, or a service, has of the organisation's.
type grant struct {
	field  string
	wanted []string                                // by id; nil stays
	had    func(context.Context) ([]string, error) // by id
	set    func(ids []string)
}

func grants(m *ent.Member, update *ent.MemberUpdateOne, in UpdateMemberInput) []grant {
	return []grant{
		{"serviceIds", in.ServiceIDs, m.QueryServices().IDs, func(ids []string) { update.ClearServices().AddServiceIDs(ids...) }},
		{"siteIds", in.SiteIDs, m.QuerySites().IDs, func(ids []string) { update.ClearSites().AddSiteIDs(ids...) }},
		{"skillIds", in.SkillIDs, m.QuerySkills().IDs, func(ids []string) { update.ClearSkills().AddSkillIDs(ids...) }},
	}
}

// change gives what is wanted, and tells whether that is anything else.
func (g grant) change(ctx context.Context) (bool, error) {
	if g.wanted == nil {
		return false, nil
	}
	had, err := g.had(ctx)
	if err != nil {
		return false, fmt.Errorf("find %s: %w", g.field, err)
	}
	ids := distinct(g.wanted)
	g.set(ids)
	return !slices.Equal(ids, distinct(had)), nil
}

// ownTx refuses what is to be granted unless all of it is the organisation's.
func ownTx(ctx context.Context, tx *ent.Tx, organizationID string, serviceIDs, siteIDs, skillIDs []string) error {
	for _, of := range []struct {
		thing string
		ids   []string
		found func(context.Context) ([]string, error)
	}{
		{"service", serviceIDs, tx.Service.Query().Where(service.OrganizationID(organizationID), service.IDIn(serviceIDs...)).IDs},
		{"site", siteIDs, tx.Site.Query().Where(site.OrganizationID(organizationID), site.IDIn(siteIDs...)).IDs},
		{"skill", skillIDs, tx.Skill.Query().Where(skill.OrganizationID(organizationID), skill.IDIn(skillIDs...)).IDs},
	} {
		if len(of.ids) == 0 {
			continue
		}
		found, err := of.found(ctx)
		switch {
		case err != nil:
			return fmt.Errorf("find each %s: %w", of.thing, err)
		case len(found) != len(distinct(of.ids)):
			return apierr.MissingThing(of.thing)
		}
	}
	return nil
}

// distinct are the texts in order, each once.
func distinct(texts []string) []string {
	sorted := slices.Sorted(slices.Values(texts))
	return append([]string{}, slices.Compact(sorted)...)
}

// ClassOfServiceLabel is what people read of a class of service (rule O5).
func ClassOfServiceLabel(c member.ClassOfService) string {
	switch c {
	case member.ClassOfServiceLocalExcludingMobile:
		return "Local (excluding mobile)"
	case member.ClassOfServiceLocalIncludingMobile:
		return "Local (including mobile)"
	case member.ClassOfServiceLocalAndInternational:
		return "Local and international"
	}
	return "Internal calls"
}

// DeactivateMemberInput is the input of deactivateMember.
type DeactivateMemberInput struct{ ID string }

// DeactivateMemberPayload is the answer of deactivateMember.
type DeactivateMemberPayload struct {
	apierr.Payload
	Member *ent.Member
}

// DeactivateMember ends a member's seat; for administrators, of whom there is always one (rule O7). Their access ends at once,
// what is open too (X3); what they wrote stays theirs. Deactivating one who has no seat changes nothing.
func (s *Service) DeactivateMember(ctx context.Context, in DeactivateMemberInput) (*DeactivateMemberPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	var m *ent.Member
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		if m, err = memberTx(ctx, tx, v, in.ID); err != nil || m.DeactivatedAt != nil {
			return err
		}
		if err := keepAdministratorTx(ctx, tx, m, "id"); err != nil {
			return err
		}
		if err := s.leaves(ctx, tx, m); err != nil {
			return err
		}
		if m, err = tx.Member.UpdateOne(m).SetDeactivatedAt(time.Now()).Save(ctx); err != nil {
			return fmt.Errorf("mark member as deactivated: %w", err)
		}
		if err := s.tokens.RevokeTx(ctx, tx, accesstoken.MemberID(m.ID)); err != nil {
			return err
		}
		return s.audit.RecordTx(ctx, tx, v, audit.MemberDeactivated, m.ID, "")
	})
	if err != nil {
		return nil, fmt.Errorf("deactivate member: %w", err)
	}
	return &DeactivateMemberPayload{Member: m.Unwrap()}, nil
}

// memberTx returns a member of the viewer's organisation, locked so that no token is given to them until the transaction ends.
func memberTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id string, which ...predicate.Member) (*ent.Member, error) {
	return found(tx.Member.Query().Where(member.ID(id), member.OrganizationID(v.OrganizationID())).Where(which...).
		ForUpdate().Only(ctx))("member")
}

// keepAdministratorTx refuses to take its last administrator from an organisation that is locked.
func keepAdministratorTx(ctx context.Context, tx *ent.Tx, m *ent.Member, field string) error {
	if m.Role != member.RoleAdministrator {
		return nil
	}
	another, err := tx.Member.Query().Where(
		member.OrganizationID(m.OrganizationID), member.IDNEQ(m.ID), member.RoleEQ(member.RoleAdministrator), member.DeactivatedAtIsNil(),
	).Exist(ctx)
	if err != nil {
		return fmt.Errorf("find another administrator: %w", err)
	}
	if !another {
		return apierr.New(apierr.LastAdministrator,
			"%s is the last administrator: make somebody else one first.", m.Name()).On(field)
	}
	return nil
}

// ServingTx returns a viewer as they are now, who serves customers: they are neither changed nor deactivated before the transaction
// ends. UNAUTHENTICATED or FORBIDDEN tells of who did a moment ago.
func ServingTx(ctx context.Context, tx *ent.Tx, v auth.Viewer) (auth.Viewer, error) {
	m, err := tx.Member.Query().Where(member.ID(v.ID()), member.DeactivatedAtIsNil()).
		ForShare(sql.WithLockClause("FOR KEY SHARE")).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return v, fmt.Errorf("get member who serves: %w", err)
	}
	v.Member = m
	return auth.Allowed(auth.With(ctx, v), auth.Serve)
}
