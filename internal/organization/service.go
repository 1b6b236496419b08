// Package organization is the tenant: its members, how they are invited and how they sign in, its services, sites, skills,
// portals and numbers.
//
// It guarantees, besides the rules O, that
//   - nothing of another organisation is seen or learned of: what it answers is bounded by the organisation of the viewer;
//   - administrators change an organisation one after the other, so that it always has one of them, and names are its things' own;
//   - what they change is in the audit, or has not happened;
//   - an address has one invitation at a time in an organisation, and an invitation makes one member.
//
// It does not know rooms.
package organization

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/phonenumber"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/throttle"
)

// Service answers for organisations.
type Service struct {
	ent       *ent.Client
	limits    limits.Limits
	tokens    *auth.Tokens
	passwords *auth.Passwords
	counter   *throttle.Counter
	audit     *audit.Log
	links     *auth.Links
	outbox    *notify.Outbox
	leaves    func(ctx context.Context, tx *ent.Tx, m *ent.Member) error
	changed   func()
}

// Parts are what a Service is made of.
type Parts struct {
	Ent       *ent.Client
	Limits    limits.Limits
	Tokens    *auth.Tokens
	Passwords *auth.Passwords
	Counter   *throttle.Counter
	Links     *auth.Links
	Outbox    *notify.Outbox
	Audit     *audit.Log

	// Leaves ends what a member does who is about to serve customers no more. They are locked.
	Leaves func(ctx context.Context, tx *ent.Tx, m *ent.Member) error
}

// New returns the service.
func New(p Parts) *Service {
	return &Service{
		ent: p.Ent, limits: p.Limits, tokens: p.Tokens, passwords: p.Passwords, counter: p.Counter, links: p.Links, outbox: p.Outbox,
		audit: p.Audit, leaves: p.Leaves, changed: func() {},
	}
}

// Tell sets who is told, once it has happened, that an administrator has changed something. It is for wiring, and must not
// wait.
func (s *Service) Tell(changed func()) { s.changed = changed }

// Own returns the viewer's organisation; for members.
func (s *Service) Own(ctx context.Context) (*ent.Organization, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	o, err := s.ent.Organization.Get(ctx, v.OrganizationID())
	if err != nil {
		return nil, fmt.Errorf("get organisation: %w", err)
	}
	return o, nil
}

// Node returns the organisation, member, service, site, skill, portal or number with the id, where the viewer is a
// member of the organisation it belongs to, and the invitation of a member, where they are an administrator.
func (s *Service) Node(ctx context.Context, prefix, id string) (ent.Node, error) {
	if prefix == invitationPrefix {
		return s.invitation(ctx, id)
	}
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	node, owner, err := s.find(ctx, prefix, id)
	if ent.IsNotFound(err) || apierr.Is(err, apierr.NotFound) || err == nil && owner != v.OrganizationID() {
		return nil, apierr.MissingThing("thing")
	}
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", prefix, err)
	}
	return node, nil
}

// find returns the thing and the organisation it belongs to.
func (s *Service) find(ctx context.Context, prefix, id string) (ent.Node, string, error) {
	switch prefix {
	case "org":
		return owned(s.ent.Organization.Get(ctx, id))(func(o *ent.Organization) string { return o.ID })
	case "mem":
		return owned(s.ent.Member.Get(ctx, id))(func(m *ent.Member) string { return m.OrganizationID })
	case "svc":
		return owned(s.ent.Service.Get(ctx, id))(func(m *ent.Service) string { return m.OrganizationID })
	case "site":
		return owned(s.ent.Site.Get(ctx, id))(func(m *ent.Site) string { return m.OrganizationID })
	case "skl":
		return owned(s.ent.Skill.Get(ctx, id))(func(m *ent.Skill) string { return m.OrganizationID })
	case "prt":
		return owned(s.ent.Portal.Get(ctx, id))(func(m *ent.Portal) string { return m.OrganizationID })
	case "num":
		return owned(s.ent.PhoneNumber.Get(ctx, id))(func(m *ent.PhoneNumber) string { return m.OrganizationID })
	case textPrefix:
		return owned(s.message(ctx, auth.From(ctx), id))(func(m *ent.PredefinedMessage) string { return m.OrganizationID })
	}
	return nil, "", apierr.MissingThing("thing")
}

func owned[N ent.Node](node N, err error) func(owner func(N) string) (ent.Node, string, error) {
	return func(owner func(N) string) (ent.Node, string, error) {
		if err != nil {
			return nil, "", err
		}
		return node, owner(node), nil
	}
}

// NumberTx returns the number that the organisation's text messages come from, or SMS_NOT_ACTIVATED while it holds
// none (rule R5). It is not released before the transaction ends.
func NumberTx(ctx context.Context, tx *ent.Tx, organizationID string) (string, error) {
	n, err := tx.PhoneNumber.Query().
		Where(phonenumber.OrganizationID(organizationID), phonenumber.StatusEQ(phonenumber.StatusHeld)).
		Order(phonenumber.ByCreatedAt(), phonenumber.ByID()).ForShare().First(ctx)
	if ent.IsNotFound(err) {
		return "", apierr.New(apierr.SmsNotActivated,
			"Text messages are off: the organisation holds no number. Invite by email, or have an administrator buy a number.").On("channel")
	}
	if err != nil {
		return "", fmt.Errorf("find number of organisation: %w", err)
	}
	return n.Number, nil
}

// HeldTx returns a number that the organisation holds, for something that is to use it, and keeps it from being released
// until the transaction ends. It must be called before the transaction locks any service.
func HeldTx(ctx context.Context, tx *ent.Tx, organizationID, id string) (*ent.PhoneNumber, error) {
	n, err := tx.PhoneNumber.Query().
		Where(phonenumber.ID(id), phonenumber.OrganizationID(organizationID), phonenumber.StatusEQ(phonenumber.StatusHeld)).
		ForShare().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apierr.MissingThing("number")
	}
	if err != nil {
		return nil, fmt.Errorf("get number: %w", err)
	}
	return n, nil
}
