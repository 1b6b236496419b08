package organization

import (
	"context"
	"fmt"
	"time"
	"unicode/utf8"

	"parley/ent"
	"parley/ent/member"
	"parley/ent/memberinvitation"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/identifier"
	"parley/internal/throttle"
)

// AcceptMemberInvitationInput is the input of acceptMemberInvitation.
type AcceptMemberInvitationInput struct {
	Token     string
	FirstName string
	LastName  string
	Password  string
}

// AcceptMemberInvitationPayload is the answer of acceptMemberInvitation.
type AcceptMemberInvitationPayload struct {
	apierr.Payload
	AccessToken *string
	ExpiresAt   *time.Time
	Member      *ent.Member
}

// AcceptMemberInvitation makes a member of who has the link of an invitation, with what it gives, and signs them in (rule O4).
// The link works once.
func (s *Service) AcceptMemberInvitation(ctx context.Context, in AcceptMemberInvitationInput) (*AcceptMemberInvitationPayload, error) {
	i, err := s.openLink(ctx, in.Token)
	if err != nil {
		return nil, err
	}
	p, err := s.register(ctx, in, i.EmailKey)
	if err != nil {
		return nil, err
	}
	var m *ent.Member
	var issued auth.Issued
	err = alone(ctx, s.ent, i.OrganizationID, func(tx *ent.Tx) error {
		if m, err = s.acceptTx(ctx, tx, i.LinkID, p); err != nil {
			return err
		}
		issued, err = s.tokens.IssueToMemberTx(ctx, tx, m.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("accept invitation of a member: %w", err)
	}
	m = m.Unwrap()
	auth.Admit(ctx, auth.Viewer{Member: m})
	return &AcceptMemberInvitationPayload{AccessToken: &issued.Text, ExpiresAt: &issued.ExpiresAt, Member: m}, nil
}

// invalidLink is the one answer for every cause.
func invalidLink() error {
	return apierr.New(apierr.LinkInvalid, "This link does not work, or does not work any more. Ask for a new one.").On("token")
}

// openLink returns the pending invitation that a token stands for. Wrong tokens are counted with those of rooms, by address;
// while an address has too many of them it learns nothing of right ones either.
func (s *Service) openLink(ctx context.Context, token string) (*ent.MemberInvitation, error) {
	rule := throttle.Rule{Name: "link-failures", Of: auth.Address(ctx), Limit: s.limits.LinkFailures, Window: 15 * time.Minute}
	if err := s.counter.Check(ctx, rule); err != nil {
		return nil, err
	}
	i, err := s.findLink(ctx, token)
	if !apierr.Is(err, apierr.LinkInvalid) {
		return i, err
	}
	if over := s.counter.Take(ctx, rule); over != nil { // one of many at the same moment
		return nil, over
	}
	return nil, err
}

func (s *Service) findLink(ctx context.Context, token string) (*ent.MemberInvitation, error) {
	linkID, ok := s.links.ID(LinkPrefix, token)
	if !ok {
		return nil, invalidLink()
	}
	i, err := s.ent.MemberInvitation.Query().Where(memberinvitation.LinkID(linkID), having(Pending, time.Now())).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, invalidLink()
	}
	if err != nil {
		return nil, fmt.Errorf("find link of an invitation: %w", err)
	}
	return i, nil
}

// person is what somebody says of themselves when they register.
type person struct{ firstName, lastName, passwordHash string }

// register checks what somebody says of themselves. Everything that is wrong is said at once.
func (s *Service) register(ctx context.Context, in AcceptMemberInvitationInput, emailKey string) (p person, err error) {
	var badFirst, badLast *apierr.Error
	p.firstName, badFirst = identifier.ParseName("firstName", in.FirstName, s.limits.NameCharacters)
	p.lastName, badLast = identifier.ParseName("lastName", in.LastName, s.limits.NameCharacters)
	if err := apierr.Join(badFirst, badLast, checkPassword(in.Password, emailKey)); err != nil {
		return p, err
	}
	if p.passwordHash, err = s.passwords.Hash(ctx, in.Password); err != nil {
		return p, fmt.Errorf("hash a password: %w", err)
	}
	return p, nil
}

// shortestPassword is how many characters a new password has at least.
const shortestPassword = 10

// checkPassword checks a password that somebody wants to have who signs in with the address.
func checkPassword(password, emailKey string) *apierr.Error {
	switch characters := utf8.RuneCountInString(password); {
	case identifier.Blank(password):
		return apierr.Blank("password")
	case characters < shortestPassword:
		return apierr.New(apierr.PasswordTooShort, "A password has at least %d characters.", shortestPassword).On("password").Over(shortestPassword, characters)
	case len(password) > longestPassword:
		return apierr.New(apierr.PasswordTooLong, "A password has at most %d bytes.", longestPassword).On("password").Over(longestPassword, len(password))
	case identifier.EmailKey(password) == emailKey:
		return apierr.New(apierr.PasswordTooEasy, "The email address is no password: choose one that others do not know.").On("password")
	}
	return nil
}

// acceptTx makes the member, where the link still works.
func (s *Service) acceptTx(ctx context.Context, tx *ent.Tx, linkID string, p person) (*ent.Member, error) {
	now := time.Now()
	i, err := tx.MemberInvitation.Query().Where(memberinvitation.LinkID(linkID), having(Pending, now)).
		WithServices().WithSites().WithSkills().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, invalidLink()
	}
	if err != nil {
		return nil, fmt.Errorf("get invitation: %w", err)
	}
	m, err := joinTx(ctx, tx, i, p)
	if err != nil {
		return nil, err
	}
	if err := tx.MemberInvitation.UpdateOne(i).SetAcceptedAt(now).Exec(ctx); err != nil {
		return nil, fmt.Errorf("note the acceptance: %w", err)
	}
	return m, s.audit.RecordTx(ctx, tx, auth.Viewer{Member: m}, audit.MemberJoined, m.ID, "")
}

// joinTx makes the member whom an invitation is for. Who had left, and comes back, is another one: what was theirs is not theirs
// any more.
func joinTx(ctx context.Context, tx *ent.Tx, i *ent.MemberInvitation, p person) (*ent.Member, error) {
	signsIn, err := tx.Member.Query().Where(member.EmailKey(i.EmailKey), member.DeactivatedAtIsNil()).Exist(ctx)
	if err != nil {
		return nil, fmt.Errorf("find out who signs in with an address: %w", err)
	}
	if signsIn {
		return nil, isMember()
	}
	m, err := tx.Member.Create().SetOrganizationID(i.OrganizationID).SetEmail(i.Email).SetEmailKey(i.EmailKey).
		SetFirstName(p.firstName).SetLastName(p.lastName).SetPasswordHash(p.passwordHash).
		SetRole(InvitedRole(i)).SetClassOfService(InvitedClass(i)).SetChannels(i.Channels).
		AddServices(i.Edges.Services...).AddSites(i.Edges.Sites...).AddSkills(i.Edges.Skills...).Save(ctx)
	if database.Violates(err, "member_email_once") { // of another organisation, at the same moment
		return nil, isMember()
	}
	if err != nil {
		return nil, fmt.Errorf("keep member: %w", err)
	}
	return m, nil
}

func isMember() error {
	return apierr.New(apierr.AlreadyMember, "This address signs in already, and an address signs in to one organisation: sign in, or ask to be invited by another address.").On("token")
}
