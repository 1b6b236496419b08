package organization

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/member"
	"parley/ent/memberinvitation"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// JoinPath is what comes before the token in the address at which an invited person registers.
const JoinPath = "/join/"

// The types of ids of invitations, and of what their links are derived from.
const (
	invitationPrefix = "minv"
	LinkPrefix       = "mlnk"
)

// InviteMembersInput is the input of inviteMembers.
type InviteMembersInput struct {
	Role           member.Role
	Channels       []string
	ClassOfService member.ClassOfService
	ServiceIDs     []string
	SiteIDs        []string
	SkillIDs       []string
	Emails         []string
	IdempotencyKey *string
}

// InviteMembersPayload is the answer of inviteMembers.
type InviteMembersPayload struct {
	apierr.Payload
	MemberInvitations []*ent.MemberInvitation
	Results           []*MemberInvitationResult
}

// MemberInvitationResult is what has come of one address: its invitation, or why it got none.
type MemberInvitationResult struct {
	Email      string
	Invitation *ent.MemberInvitation
	Error      *apierr.UserError
}

// InviteMembers asks people to become members, each of whom is given the same (rules O1 to O3); for administrators. What is
// wrong with one address does not stop the others.
func (s *Service) InviteMembers(ctx context.Context, in InviteMembersInput) (*InviteMembersPayload, error) {
	v, err := auth.Allowed(ctx, auth.Administer)
	if err != nil {
		return nil, err
	}
	if len(in.Emails) == 0 {
		return nil, apierr.Blank("emails")
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "inviteMembers",
		in.Role, in.Channels, in.ClassOfService, in.ServiceIDs, in.SiteIDs, in.SkillIDs, in.Emails)
	if err != nil {
		return nil, err
	}
	in.Channels, in.ServiceIDs, in.SiteIDs, in.SkillIDs = distinct(in.Channels), distinct(in.ServiceIDs), distinct(in.SiteIDs), distinct(in.SkillIDs)
	addresses := addressed(in.Emails)
	var outcomes []string
	err = Administer(ctx, s.ent, v, func(tx *ent.Tx) (err error) {
		outcomes, err = s.inviteOnceTx(ctx, tx, v, in, addresses, key)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("invite members: %w", err)
	}
	return s.answer(ctx, addresses, outcomes)
}

// address is one that was typed, and is used once.
type address struct {
	at         int // its place in the list
	email, key string
	valid      bool
}

// addressed are the addresses of a list, in its order; of those that are the same the first one.
func addressed(typed []string) []address {
	var all []address
	for at, text := range typed {
		email, key, refusal := identifier.ParseEmail(text)
		if refusal != nil {
			email, key = strings.TrimSpace(text), identifier.EmailKey(text)
		}
		if !slices.ContainsFunc(all, func(a address) bool { return a.key == key }) {
			all = append(all, address{at, email, key, refusal == nil})
		}
	}
	return all
}

// inviteOnceTx is inviteTx where the key stands for nothing yet. What has come of each address is what the key stands for.
func (s *Service) inviteOnceTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, in InviteMembersInput, addresses []address, key idempotency.Key) ([]string, error) {
	standing, found, err := key.Made(ctx, tx.Client())
	if err != nil || found {
		return strings.Fields(standing), err
	}
	if err := ownTx(ctx, tx, v.OrganizationID(), in.ServiceIDs, in.SiteIDs, in.SkillIDs); err != nil {
		return nil, err
	}
	outcomes, err := judgeTx(ctx, tx, v.OrganizationID(), addresses)
	if err != nil {
		return nil, err
	}
	if err := s.spare(ctx, v.OrganizationID(), addresses, outcomes); err != nil {
		return nil, err
	}
	if _, err := key.ClaimTx(ctx, tx, strings.Join(outcomes, " ")); err != nil {
		return nil, err
	}
	return outcomes, s.inviteTx(ctx, tx, v, in, addresses, outcomes)
}

// judgeTx decides what comes of each address.
func judgeTx(ctx context.Context, tx *ent.Tx, organizationID string, addresses []address) ([]string, error) {
	keys := make([]string, len(addresses))
	for i, a := range addresses {
		keys[i] = a.key
	}
	members, err := tx.Member.Query().
		Where(member.OrganizationID(organizationID), member.EmailKeyIn(keys...), member.DeactivatedAtIsNil()).
		Select(member.FieldEmailKey).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("find members by address: %w", err)
	}
	invited, err := tx.MemberInvitation.Query().
		Where(memberinvitation.OrganizationID(organizationID), memberinvitation.EmailKeyIn(keys...), having(Pending, time.Now())).
		Select(memberinvitation.FieldEmailKey).Strings(ctx)
	if err != nil {
		return nil, fmt.Errorf("find invitations by address: %w", err)
	}
	return judge(addresses, members, invited), nil
}

// judge gives each address an outcome: the id of an invitation that is to be made, or the code of why there is none.
func judge(addresses []address, members, invited []string) []string {
	outcomes := make([]string, len(addresses))
	for i, a := range addresses {
		switch {
		case !a.valid:
			outcomes[i] = string(apierr.EmailInvalid)
		case slices.Contains(members, a.key):
			outcomes[i] = string(apierr.AlreadyMember)
		case slices.Contains(invited, a.key):
			outcomes[i] = string(apierr.AlreadyInvited)
		default:
			outcomes[i] = typeid.New(invitationPrefix)
		}
	}
	return outcomes
}

// spare gives no invitation to addresses that were sent many lately.
func (s *Service) spare(ctx context.Context, organizationID string, addresses []address, outcomes []string) error {
	for n, a := range addresses {
		if !isInvitation(outcomes[n]) {
			continue
		}
		err := s.counter.Check(ctx, s.recipientRules(organizationID, a.key)...)
		switch {
		case apierr.Is(err, apierr.Throttled):
			outcomes[n] = string(apierr.InvitedTooOften)
		case err != nil:
			return err
		}
	}
	return nil
}

// isInvitation tells whether an outcome is an invitation.
func isInvitation(outcome string) bool {
	prefix, _ := typeid.Prefix(outcome)
	return prefix == invitationPrefix
}

// inviteTx makes the invitations that are among the outcomes, and puts their messages into the outbox.
func (s *Service) inviteTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, in InviteMembersInput, addresses []address, outcomes []string) error {
	var made []*ent.MemberInvitation
	for n, a := range addresses {
		if !isInvitation(outcomes[n]) {
			continue
		}
		i, err := s.inviteOneTx(ctx, tx, v, in, a, outcomes[n])
		if err != nil {
			return err
		}
		made = append(made, i)
	}
	if err := s.counter.TakeTx(ctx, tx, s.inviteRules(made...)...); err != nil {
		return err
	}
	for _, i := range made {
		if err := s.audit.RecordTx(ctx, tx, v, audit.MemberInvited, i.ID, i.Email); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) inviteOneTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, in InviteMembersInput, a address, id string) (*ent.MemberInvitation, error) {
	if err := makeRoomTx(ctx, tx, v.OrganizationID(), a.key); err != nil {
		return nil, err
	}
	i, err := tx.MemberInvitation.Create().SetID(id).SetOrganizationID(v.OrganizationID()).
		SetEmail(a.email).SetEmailKey(a.key).SetInvitedByID(v.ID()).
		SetRole(memberinvitation.Role(in.Role)).SetClassOfService(memberinvitation.ClassOfService(in.ClassOfService)).
		SetChannels(in.Channels).AddServiceIDs(in.ServiceIDs...).AddSiteIDs(in.SiteIDs...).AddSkillIDs(in.SkillIDs...).
		SetLinkID(typeid.New(LinkPrefix)).SetExpiresAt(limits.End(time.Now(), s.limits.MemberInvitation)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep invitation: %w", err)
	}
	return i, s.sendTx(ctx, tx, v, i)
}

// makeRoomTx ends the invitation of an address that has expired, so that there can be another.
func makeRoomTx(ctx context.Context, tx *ent.Tx, organizationID, emailKey string) error {
	err := tx.MemberInvitation.Update().
		Where(memberinvitation.OrganizationID(organizationID), memberinvitation.EmailKey(emailKey), open()).
		Modify(func(u *sql.UpdateBuilder) {
			u.Set(memberinvitation.FieldRevokedAt, sql.Expr(memberinvitation.FieldExpiresAt))
		}).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end an invitation that has expired: %w", err)
	}
	return nil
}

// inviteRules are how often something may be sent to each of the invited, and by the organisation. What is sent to customers
// counts with it, but not against what one member may send to them: administrators invite whole teams.
func (s *Service) inviteRules(all ...*ent.MemberInvitation) []throttle.Rule {
	var rules []throttle.Rule
	for _, i := range all {
		rules = append(rules, s.recipientRules(i.OrganizationID, i.EmailKey)...)
		rules = append(rules, throttle.Rule{
			Name: "invites-per-organization-day", Of: i.OrganizationID, Limit: s.limits.InvitesPerOrgDay, Window: 24 * time.Hour,
		})
	}
	return rules
}

// recipientRules are how often something may be sent to an address. Nobody learns whom another organisation invites.
func (s *Service) recipientRules(organizationID, emailKey string) []throttle.Rule {
	recipient := organizationID + " " + emailKey
	return []throttle.Rule{
		{Name: "invites-per-recipient-hour", Of: recipient, Limit: s.limits.InvitesPerRecipientHour, Window: time.Hour},
		{Name: "invites-per-recipient-day", Of: recipient, Limit: s.limits.InvitesPerRecipientDay, Window: 24 * time.Hour},
	}
}

// sendTx puts the message with an invitation's link into the outbox.
func (s *Service) sendTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, i *ent.MemberInvitation) error {
	o, err := tx.Organization.Get(ctx, i.OrganizationID)
	if err != nil {
		return fmt.Errorf("get organisation: %w", err)
	}
	_, err = s.outbox.EnqueueTx(ctx, tx, notify.Message{
		OrganizationID: o.ID, Channel: delivery.ChannelEmail, To: i.Email,
		Subject: o.Name + " invites you to its team",
		Text: fmt.Sprintf("%s invites you to the team of %s. Register here: <link>\n\nThe link works until %s, once, and is for you alone.",
			v.Member.Name(), o.Name, i.ExpiresAt.UTC().Format("2 January 2006, 15:04 UTC")),
		LinkID: i.LinkID, AboutID: i.LinkID,
	})
	return err
}

// answer says what has come of each address.
func (s *Service) answer(ctx context.Context, addresses []address, outcomes []string) (*InviteMembersPayload, error) {
	rows, err := s.ent.MemberInvitation.Query().Where(memberinvitation.IDIn(slices.DeleteFunc(slices.Clone(outcomes),
		func(o string) bool { return !isInvitation(o) })...)).WithInvitedBy().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("get invitations: %w", err)
	}
	p := &InviteMembersPayload{MemberInvitations: []*ent.MemberInvitation{}}
	for n, a := range addresses {
		result := &MemberInvitationResult{Email: a.email}
		if at := slices.IndexFunc(rows, func(i *ent.MemberInvitation) bool { return i.ID == outcomes[n] }); at >= 0 {
			result.Invitation = rows[at]
			p.MemberInvitations = append(p.MemberInvitations, rows[at])
		} else {
			result.Error = notInvited(apierr.Code(outcomes[n])).On("emails", strconv.Itoa(a.at)).Shown()
		}
		p.Results = append(p.Results, result)
	}
	return p, nil
}

// notInvited says why an address got no invitation.
func notInvited(code apierr.Code) *apierr.Error {
	switch code {
	case apierr.AlreadyMember:
		return apierr.New(code, "This address is a member's.")
	case apierr.AlreadyInvited:
		return apierr.New(code, "This address has an invitation that is pending: resend it, or revoke it to invite with other attributes.")
	case apierr.InvitedTooOften:
		return apierr.New(code, "This address was sent too many invitations lately; try again later (limits invites-per-recipient-hour and -day).")
	}
	return apierr.New(code, "This is not an email address; it should look like name@example.com.")
}
