package organization

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/member"
	"parley/ent/predicate"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/database"
	"parley/internal/identifier"
	"parley/internal/throttle"
)

// SignInInput is the input of signIn.
type SignInInput struct {
	Email    string
	Password string
}

// SignInPayload is the answer of signIn.
type SignInPayload struct {
	apierr.Payload
	AccessToken *string
	ExpiresAt   *time.Time
	Member      *ent.Member
}

// longestPassword bounds what is hashed.
const longestPassword = 1024

// SignIn gives a member an access token. Whether the address is unknown or the password wrong cannot be told, by the
// answer or the time it takes; wrong passwords are limited by account and by address.
func (s *Service) SignIn(ctx context.Context, in SignInInput) (*SignInPayload, error) {
	rules := s.signInRules(ctx, in.Email)
	if err := s.counter.Check(ctx, rules...); err != nil { // so that who is refused anyway does not stand in the queue
		return nil, err
	}
	var m *ent.Member
	err := s.passwords.InTurn(ctx, func() (err error) {
		m, err = s.attempt(ctx, in, rules)
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.admit(ctx, m)
}

// attempt is one check of a password. Only wrong ones count, so however many right ones there are at the same moment
// all are let in. All the same no guess is answered over the limit: the answer, right or wrong, is settled after the
// check, in an order that holds over all processes. What is checked in vain is bounded by the places for hashing.
func (s *Service) attempt(ctx context.Context, in SignInInput, rules []throttle.Rule) (*ent.Member, error) {
	if err := s.counter.Check(ctx, rules...); err != nil { // others have failed while this one waited for its turn
		return nil, err
	}
	m, refusal := s.recognise(ctx, in)
	failed := apierr.Is(refusal, apierr.CredentialsInvalid)
	if refusal != nil && !failed {
		return nil, refusal
	}
	if err := s.counter.Settle(ctx, failed, rules...); err != nil {
		return nil, err
	}
	return m, refusal
}

func (s *Service) signInRules(ctx context.Context, email string) []throttle.Rule {
	const window = 15 * time.Minute
	return []throttle.Rule{
		{Name: "sign-in-per-address", Of: auth.Address(ctx), Limit: s.limits.SignInPerAddress, Window: window},
		{Name: "sign-in-per-account", Of: identifier.EmailKey(email), Limit: s.limits.SignInPerAccount, Window: window},
	}
}

// recognise returns the member whom the address and the password belong to.
func (s *Service) recognise(ctx context.Context, in SignInInput) (*ent.Member, error) {
	wrong := apierr.New(apierr.CredentialsInvalid, "The email address or the password is wrong.")
	if len(in.Password) > longestPassword {
		return nil, wrong
	}
	m, err := s.ent.Member.Query().
		Where(member.EmailKey(identifier.EmailKey(in.Email)), member.DeactivatedAtIsNil()).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("find member by address: %w", err)
	}
	hash := ""
	if m != nil {
		hash = m.PasswordHash
	}
	ok, err := s.passwords.Check(hash, in.Password)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, wrong
	}
	return m, nil
}

func (s *Service) admit(ctx context.Context, m *ent.Member) (*SignInPayload, error) {
	var issued auth.Issued
	err := database.WithTx(ctx, s.ent, func(tx *ent.Tx) (err error) {
		issued, err = s.tokens.IssueToMemberTx(ctx, tx, m.ID)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("sign in: %w", err)
	}
	auth.Admit(ctx, auth.Viewer{Member: m})
	return &SignInPayload{AccessToken: &issued.Text, ExpiresAt: &issued.ExpiresAt, Member: m}, nil
}

// SignOutInput is the input of signOut.
type SignOutInput struct {
	Everywhere *bool
}

// SignOutPayload is the answer of signOut.
type SignOutPayload struct{ apierr.Payload }

// SignOut ends the viewer's access token, or all of them; what was opened with it ends at once (rule X3).
func (s *Service) SignOut(ctx context.Context, in SignOutInput) (*SignOutPayload, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	which := accesstoken.ID(v.TokenID)
	if in.Everywhere != nil && *in.Everywhere {
		which = tokensOf(v)
	}
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error { return s.tokens.RevokeTx(ctx, tx, which) })
	if err != nil {
		return nil, fmt.Errorf("sign out: %w", err)
	}
	return &SignOutPayload{}, nil
}

func tokensOf(v auth.Viewer) predicate.AccessToken {
	switch {
	case v.Member != nil:
		return accesstoken.MemberID(v.ID())
	case v.Specialist != nil:
		return accesstoken.SpecialistID(v.ID())
	}
	return accesstoken.CustomerID(v.ID())
}
