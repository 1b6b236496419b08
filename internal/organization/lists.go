package organization

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/phonenumber"
	"parley/ent/portal"
	"parley/ent/predicate"
	"parley/ent/service"
	"parley/ent/site"
	"parley/ent/skill"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/page"
)

// Members is a page of the organisation's active members, oldest first.
func (s *Service) Members(ctx context.Context, o *ent.Organization, a page.Args) (*page.Connection[*ent.Member], error) {
	if err := s.belongs(ctx, o.ID); err != nil {
		return nil, err
	}
	w, err := a.Keyset(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	active := []predicate.Member{member.OrganizationID(o.ID), member.DeactivatedAtIsNil()}
	oldestFirst := func(s *sql.Selector) { w.Order(s, s.C(member.FieldCreatedAt), s.C(member.FieldID), false) }
	rows, err := s.ent.Member.Query().Where(active...).Where(oldestFirst).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	key := func(m *ent.Member) string { return page.Key{At: m.CreatedAt, ID: m.ID}.Cursor() }
	count := func(ctx context.Context) (int, error) { return s.ent.Member.Query().Where(active...).Count(ctx) }
	return page.Of(w.Window, rows, key, count), nil
}

// Services are the organisation's, by name.
func (s *Service) Services(ctx context.Context, o *ent.Organization, a page.Args) ([]*ent.Service, error) {
	return list(ctx, s, o.ID, a, s.ent.Service.Query().Where(service.OrganizationID(o.ID)), service.FieldName)
}

// Sites are the organisation's, by name.
func (s *Service) Sites(ctx context.Context, o *ent.Organization, a page.Args) ([]*ent.Site, error) {
	return list(ctx, s, o.ID, a, s.ent.Site.Query().Where(site.OrganizationID(o.ID)), site.FieldName)
}

// Skills are the organisation's, by name.
func (s *Service) Skills(ctx context.Context, o *ent.Organization, a page.Args) ([]*ent.Skill, error) {
	return list(ctx, s, o.ID, a, s.ent.Skill.Query().Where(skill.OrganizationID(o.ID)), skill.FieldName)
}

// Portals are the organisation's, by name.
func (s *Service) Portals(ctx context.Context, o *ent.Organization, a page.Args) ([]*ent.Portal, error) {
	return list(ctx, s, o.ID, a, s.ent.Portal.Query().Where(portal.OrganizationID(o.ID)), portal.FieldName)
}

// PhoneNumbers are those that the organisation holds, by number.
func (s *Service) PhoneNumbers(ctx context.Context, o *ent.Organization, a page.Args) ([]*ent.PhoneNumber, error) {
	q := s.ent.PhoneNumber.Query().
		Where(phonenumber.OrganizationID(o.ID), phonenumber.StatusEQ(phonenumber.StatusHeld))
	return list(ctx, s, o.ID, a, q, phonenumber.FieldNumber)
}

// ServicesOf are those that a member works for, by name.
func (s *Service) ServicesOf(ctx context.Context, m *ent.Member, a page.Args) ([]*ent.Service, error) {
	return list(ctx, s, m.OrganizationID, a, m.QueryServices(), service.FieldName)
}

// SitesOf are those that a member works at, by name.
func (s *Service) SitesOf(ctx context.Context, m *ent.Member, a page.Args) ([]*ent.Site, error) {
	return list(ctx, s, m.OrganizationID, a, m.QuerySites(), site.FieldName)
}

// SkillsOf are those of a member, by name.
func (s *Service) SkillsOf(ctx context.Context, m *ent.Member, a page.Args) ([]*ent.Skill, error) {
	return list(ctx, s, m.OrganizationID, a, m.QuerySkills(), skill.FieldName)
}

// SkillsFor are those that a service needs, by name.
func (s *Service) SkillsFor(ctx context.Context, of *ent.Service, a page.Args) ([]*ent.Skill, error) {
	return list(ctx, s, of.OrganizationID, a, of.QuerySkills(), skill.FieldName)
}

// NumberOf is the one that a service's text messages use, or nil.
func (s *Service) NumberOf(ctx context.Context, of *ent.Service) (*ent.PhoneNumber, error) {
	if err := s.belongs(ctx, of.OrganizationID); err != nil || of.PhoneNumberID == nil {
		return nil, err
	}
	n, err := s.ent.PhoneNumber.Get(ctx, *of.PhoneNumberID)
	if err != nil {
		return nil, fmt.Errorf("get number of service: %w", err)
	}
	return n, nil
}

// Colleague returns the member where the viewer is one of the same organisation, and nil to all others, who see less
// of a member.
func (s *Service) Colleague(ctx context.Context, m *ent.Member) *ent.Member {
	if s.belongs(ctx, m.OrganizationID) != nil {
		return nil
	}
	return m
}

// belongs tells whether the viewer is a member of the organisation.
func (s *Service) belongs(ctx context.Context, organizationID string) error {
	v, err := auth.Member(ctx)
	if err != nil {
		return err
	}
	if v.OrganizationID() != organizationID {
		return apierr.MissingThing("organisation")
	}
	return nil
}

// list reads a list of the organisation for one of its members, in order of a column and then of id: from its start, or from
// behind the thing whose id is a.After. Only the list's own things can be gone on from: of all others nothing is told.
func list[T any, P ~func(*sql.Selector), Q query[T, P, Q, S], S interface {
	String(context.Context) (string, error)
}](ctx context.Context, s *Service, organizationID string, a page.Args, q Q, column string) ([]T, error) {
	if err := s.belongs(ctx, organizationID); err != nil {
		return nil, err
	}
	size, err := page.Size(a.First, s.limits.PageSize)
	if err != nil || size == 0 {
		return []T{}, err
	}
	rest := q.Clone()
	if a.After != nil {
		isLast := func(s *sql.Selector) { s.Where(sql.EQ(s.C(idColumn), *a.After)) }
		last, err := found(q.Where(isLast).Select(column).String(ctx))("thing")
		if err != nil {
			return nil, err
		}
		rest.Where(func(s *sql.Selector) { s.Where(sql.CompositeGT([]string{s.C(column), s.C(idColumn)}, last, *a.After)) })
	}
	inOrder := func(s *sql.Selector) { s.OrderBy(s.C(column), s.C(idColumn)) }
	rows, err := rest.Where(inOrder).Limit(size).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read list: %w", err)
	}
	return rows, nil
}

// idColumn is what the column of ids is called in every table.
const idColumn = "id"

// query is a query of ent for things T.
type query[T, P, Q, S any] interface {
	Clone() Q
	Where(predicates ...P) Q
	Select(columns ...string) S
	Limit(most int) Q
	All(context.Context) ([]T, error)
}
