package organization

import (
	"context"
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/memberinvitation"
	"parley/ent/predicate"
	"parley/ent/service"
	"parley/ent/site"
	"parley/ent/skill"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/idempotency"
	"parley/internal/limits"
	"parley/internal/page"
	"parley/internal/typeid"
)

// What has become of an invitation, by the names that they have in the schema.
const (
	Pending  = "PENDING"
	Accepted = "ACCEPTED"
	Revoked  = "REVOKED"
	Expired  = "EXPIRED"
)

// InvitationStatus is what has become of an invitation.
func InvitationStatus(i *ent.MemberInvitation) string { return statusAt(i, time.Now()) }

// statusAt is what has become of an invitation by a time. One that was revoked when it had expired has made room for another.
func statusAt(i *ent.MemberInvitation, now time.Time) string {
	switch {
	case i.AcceptedAt != nil:
		return Accepted
	case i.RevokedAt != nil && i.RevokedAt.Before(i.ExpiresAt):
		return Revoked
	case !i.ExpiresAt.After(now):
		return Expired
	}
	return Pending
}

// having keeps the invitations of which a status is true at a time, as statusAt says.
func having(status string, now time.Time) predicate.MemberInvitation {
	revoked := memberinvitation.And(memberinvitation.RevokedAtNotNil(), func(s *sql.Selector) {
		s.Where(sql.ColumnsLT(s.C(memberinvitation.FieldRevokedAt), s.C(memberinvitation.FieldExpiresAt)))
	})
	switch status {
	case Accepted:
		return memberinvitation.AcceptedAtNotNil()
	case Revoked:
		return revoked
	case Expired:
		return memberinvitation.And(memberinvitation.AcceptedAtIsNil(), memberinvitation.ExpiresAtLTE(now), memberinvitation.Not(revoked))
	}
	return memberinvitation.And(open(), memberinvitation.ExpiresAtGT(now))
}

// open keeps the invitations that have neither been accepted nor revoked: an address has one at most.
func open() predicate.MemberInvitation {
	return memberinvitation.And(memberinvitation.AcceptedAtIsNil(), memberinvitation.RevokedAtIsNil())
}

// ResendMemberInvitationInput is the input of resendMemberInvitation.
type ResendMemberInvitationInput struct {
	ID             string
	IdempotencyKey *string
}

// ResendMemberInvitationPayload is the answer of resendMemberInvitation.
type ResendMemberInvitationPayload struct {
	apierr.Payload
	MemberInvitation *ent.MemberInvitation
}

// ResendMemberInvitation sends an invitation once more, with a new link that lives as long as one of a new invitation; the
// link before ends (rule O3). One that has expired lives again; for administrators.
func (s *Service) ResendMemberInvitation(ctx context.Context, in ResendMemberInvitationInput) (*ResendMemberInvitationPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "resendMemberInvitation", in.ID)
	if err != nil {
		return nil, err
	}
	if _, err := s.invitation(ctx, in.ID); err != nil {
		return nil, err
	}
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) error { return s.resendTx(ctx, tx, v, in.ID, key) })
	if err != nil {
		return nil, fmt.Errorf("resend invitation of a member: %w", err)
	}
	i, err := s.invitation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &ResendMemberInvitationPayload{MemberInvitation: i}, nil
}

func (s *Service) resendTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id string, key idempotency.Key) error {
	linkID := typeid.New(LinkPrefix)
	if standing, err := key.ClaimTx(ctx, tx, linkID); err != nil || standing != linkID {
		return err
	}
	i, err := tx.MemberInvitation.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("get invitation: %w", err)
	}
	switch {
	case i.AcceptedAt != nil:
		return accepted()
	case i.RevokedAt != nil:
		return apierr.New(apierr.NotInvited, "This invitation was revoked, or another one has taken its place: invite the address anew.").On("id")
	}
	i, err = tx.MemberInvitation.UpdateOne(i).SetLinkID(linkID).SetExpiresAt(limits.End(time.Now(), s.limits.MemberInvitation)).
		SetDeliveryStatus(memberinvitation.DeliveryStatusQueued).ClearFailureReason().Save(ctx)
	if err != nil {
		return fmt.Errorf("renew the link of an invitation: %w", err)
	}
	if err := s.sendTx(ctx, tx, v, i); err != nil {
		return err
	}
	if err := s.counter.TakeTx(ctx, tx, s.inviteRules(i)...); err != nil {
		return err
	}
	return s.audit.RecordTx(ctx, tx, v, audit.MemberInvitationResent, i.ID, i.Email)
}

func accepted() error {
	return apierr.New(apierr.AlreadyMember, "This invitation was accepted: its address is a member's.").On("id")
}

// RevokeMemberInvitationInput is the input of revokeMemberInvitation.
type RevokeMemberInvitationInput struct{ ID string }

// RevokeMemberInvitationPayload is the answer of revokeMemberInvitation.
type RevokeMemberInvitationPayload struct {
	apierr.Payload
	MemberInvitation *ent.MemberInvitation
}

// RevokeMemberInvitation ends an invitation and its link (rule O3); for administrators. One that has ended stays as it is.
func (s *Service) RevokeMemberInvitation(ctx context.Context, in RevokeMemberInvitationInput) (*RevokeMemberInvitationPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	if _, err := s.invitation(ctx, in.ID); err != nil {
		return nil, err
	}
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) error { return s.revokeTx(ctx, tx, v, in.ID) })
	if err != nil {
		return nil, fmt.Errorf("revoke invitation of a member: %w", err)
	}
	i, err := s.invitation(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &RevokeMemberInvitationPayload{MemberInvitation: i}, nil
}

func (s *Service) revokeTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, id string) error {
	i, err := tx.MemberInvitation.Get(ctx, id)
	if err != nil {
		return fmt.Errorf("get invitation: %w", err)
	}
	now := time.Now()
	switch statusAt(i, now) {
	case Accepted:
		return accepted()
	case Revoked, Expired:
		return nil
	}
	if err := tx.MemberInvitation.UpdateOne(i).SetRevokedAt(now).Exec(ctx); err != nil {
		return fmt.Errorf("end invitation: %w", err)
	}
	return s.audit.RecordTx(ctx, tx, v, audit.MemberInvitationRevoked, i.ID, i.Email)
}

// invitation returns the invitation with the id; for administrators of its organisation.
func (s *Service) invitation(ctx context.Context, id string) (*ent.MemberInvitation, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	i, err := s.ent.MemberInvitation.Query().
		Where(memberinvitation.ID(id), memberinvitation.OrganizationID(v.OrganizationID())).WithInvitedBy().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apierr.MissingThing("invitation")
	}
	if err != nil {
		return nil, fmt.Errorf("get invitation of a member: %w", err)
	}
	return i, nil
}

// MemberInvitations is a page of the organisation's invitations with a status, pending ones unless told, oldest first; for
// administrators.
func (s *Service) MemberInvitations(ctx context.Context, o *ent.Organization, a page.Args, status *string) (*page.Connection[*ent.MemberInvitation], error) {
	if _, err := auth.Allowed(ctx, auth.Administer); err != nil {
		return nil, err
	}
	if err := s.belongs(ctx, o.ID); err != nil {
		return nil, err
	}
	w, err := a.Keyset(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	wanted := Pending
	if status != nil {
		wanted = *status
	}
	listed := []predicate.MemberInvitation{memberinvitation.OrganizationID(o.ID), having(wanted, time.Now())}
	oldestFirst := func(s *sql.Selector) {
		w.Order(s, s.C(memberinvitation.FieldCreatedAt), s.C(memberinvitation.FieldID), false)
	}
	rows, err := s.ent.MemberInvitation.Query().Where(listed...).Where(oldestFirst).WithInvitedBy().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations of members: %w", err)
	}
	key := func(i *ent.MemberInvitation) string { return page.Key{At: i.CreatedAt, ID: i.ID}.Cursor() }
	count := func(ctx context.Context) (int, error) {
		return s.ent.MemberInvitation.Query().Where(listed...).Count(ctx)
	}
	return page.Of(w.Window, rows, key, count), nil
}

// InvitedBy is the member who made an invitation, which comes with them.
func (s *Service) InvitedBy(i *ent.MemberInvitation) *ent.Member { return i.Edges.InvitedBy }

// InvitedServices are those that an invited person is going to work for, by name.
func (s *Service) InvitedServices(ctx context.Context, i *ent.MemberInvitation, a page.Args) ([]*ent.Service, error) {
	return list(ctx, s, i.OrganizationID, a, i.QueryServices(), service.FieldName)
}

// InvitedSites are those that an invited person is going to work at, by name.
func (s *Service) InvitedSites(ctx context.Context, i *ent.MemberInvitation, a page.Args) ([]*ent.Site, error) {
	return list(ctx, s, i.OrganizationID, a, i.QuerySites(), site.FieldName)
}

// InvitedSkills are those that an invited person is going to have, by name.
func (s *Service) InvitedSkills(ctx context.Context, i *ent.MemberInvitation, a page.Args) ([]*ent.Skill, error) {
	return list(ctx, s, i.OrganizationID, a, i.QuerySkills(), skill.FieldName)
}

// InvitedRole is what an invited person is going to be.
func InvitedRole(i *ent.MemberInvitation) member.Role { return member.Role(i.Role) }

// InvitedClass is which private calls an invited person is going to be allowed.
func InvitedClass(i *ent.MemberInvitation) member.ClassOfService {
	return member.ClassOfService(i.ClassOfService)
}

// Told notes how far the message with an invitation's link has come; it is what the outbox calls. What becomes of a message
// that another one has followed is not noted.
func (s *Service) Told(ctx context.Context, tx *ent.Tx, d *ent.Delivery) error {
	err := tx.MemberInvitation.Update().Where(memberinvitation.LinkID(d.AboutID)).
		SetDeliveryStatus(memberinvitation.DeliveryStatus(d.Status)).SetNillableFailureReason(d.Reason).Exec(ctx)
	if err != nil {
		return fmt.Errorf("note what became of an invitation: %w", err)
	}
	return nil
}
