package session

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/specialist"
	"parley/ent/specialistinvitation"
	"parley/ent/supportsession"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/identifier"
	rooms "parley/internal/room"
	"parley/internal/throttle"
)

// JoinSupportSessionInput is the input of joinSupportSession.
type JoinSupportSessionInput struct {
	Code string
	Name string
}

// JoinSupportSessionPayload is the answer of joinSupportSession.
type JoinSupportSessionPayload struct {
	apierr.Payload
	AccessToken    *string
	ExpiresAt      *time.Time
	Specialist     *ent.Specialist
	SupportSession *ent.SupportSession
}

// Join lets a specialist into the session that a code is for, where a seat is free (rules S4 to S6).
func (s *Service) Join(ctx context.Context, in JoinSupportSessionInput) (*JoinSupportSessionPayload, error) {
	name, refusal := identifier.ParseName("name", in.Name, s.limits.NameCharacters)
	if refusal != nil {
		return nil, refusal
	}
	a := arrival{name: name}
	find := func(ctx context.Context) (_ *ent.Room, err error) {
		if a.invitation, err = s.open(ctx, in.Code); err != nil {
			return nil, err
		}
		return a.invitation.Edges.Session.Edges.Room, nil
	}
	err := s.rooms.Change(ctx, auth.Viewer{}, find, func(tx *ent.Tx, r *ent.Room) ([]rooms.News, error) {
		return s.joinTx(ctx, tx, r, &a)
	})
	if err != nil {
		return nil, fmt.Errorf("join support session: %w", err)
	}
	g, x := a.specialist.Unwrap(), a.session.Unwrap()
	auth.Admit(ctx, auth.Viewer{Specialist: g, RoomID: g.RoomID})
	return &JoinSupportSessionPayload{AccessToken: &a.token.Text, ExpiresAt: &a.token.ExpiresAt, Specialist: g, SupportSession: x}, nil
}

// arrival is somebody who comes by an invitation, and what becomes of them.
type arrival struct {
	name       string
	invitation *ent.SpecialistInvitation

	session    *ent.SupportSession
	specialist *ent.Specialist
	token      auth.Issued
}

// joinTx gives who arrives a seat and a token. Who cannot come back to a seat has left before.
func (s *Service) joinTx(ctx context.Context, tx *ent.Tx, r *ent.Room, a *arrival) (news []rooms.News, err error) {
	if a.session, err = stillOpenTx(ctx, tx, a.invitation.ID); err != nil {
		return nil, err
	}
	if news, err = s.leaveTx(ctx, tx, auth.Viewer{}, time.Now(), specialist.And(specialist.SessionID(a.session.ID), away())); err != nil {
		return nil, err
	}
	if a.specialist, err = s.seatTx(ctx, tx, r, a); err != nil {
		return nil, err
	}
	rule := throttle.Rule{Name: "code-joins", Of: a.invitation.ID, Limit: s.limits.CodeJoins, Window: time.Hour}
	if err := s.counter.TakeTx(ctx, tx, rule); err != nil {
		return nil, err
	}
	if a.token, err = s.tokens.IssueToSpecialistTx(ctx, tx, a.specialist.ID); err != nil {
		return nil, err
	}
	joined := rooms.News{By: auth.Viewer{Specialist: a.specialist}, Kind: rooms.KindSpecialistJoined, ID: a.specialist.ID}
	return append(news, joined, rooms.Notice(a.name+" has joined the session")), nil
}

// seatTx gives a specialist a free seat of a session whose room is locked.
func (s *Service) seatTx(ctx context.Context, tx *ent.Tx, r *ent.Room, a *arrival) (*ent.Specialist, error) {
	taken, err := tx.Specialist.Query().Where(specialist.SessionID(a.session.ID), specialist.LeftAtIsNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find seats of support session: %w", err)
	}
	if limit := s.limits.SpecialistSeats; limit > 0 && len(taken) >= limit {
		return nil, apierr.New(apierr.SpecialistLimit,
			"All %d places for specialists are taken (limit specialist-seats). Try again when somebody has left.", limit).Over(limit, len(taken))
	}
	g, err := tx.Specialist.Create().SetOrganizationID(r.OrganizationID).SetSessionID(a.session.ID).SetInvitationID(a.invitation.ID).SetRoomID(r.ID).
		SetName(a.name).SetAccess(Access(a.invitation)).SetSeat(free(taken)).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep specialist: %w", err)
	}
	return g, nil
}

// free is the first seat that is not taken.
func free(taken []*ent.Specialist) int {
	of := map[int]bool{}
	for _, g := range taken {
		of[g.Seat] = true
	}
	seat := 1
	for of[seat] {
		seat++
	}
	return seat
}

func invalidCode() error {
	return apierr.New(apierr.CodeInvalid, "This code does not work, or does not work any more. Ask for a new one.").On("code")
}

// open returns the invitation that a code is for, with its session and room. There is one answer for every cause of refusal,
// and the same is done for each. Wrong codes are counted by address, and by the code that they begin like: so however many
// addresses there are, each code is guessed at a few times, and then it ends (rule S4). Who is over the limit learns nothing of
// right codes either.
func (s *Service) open(ctx context.Context, code string) (*ent.SpecialistInvitation, error) {
	byAddress := throttle.Rule{Name: "code-failures", Of: auth.Address(ctx), Limit: s.limits.CodeFailures, Window: 15 * time.Minute}
	if err := s.counter.Check(ctx, byAddress); err != nil {
		return nil, err
	}
	g, err := s.guess(ctx, code)
	if err != nil {
		return nil, err
	}
	if over := s.counter.Settle(ctx, g.right == nil, byAddress); over != nil {
		return nil, over
	}
	byCode := throttle.Rule{Name: "code-guesses", Of: g.at, Limit: s.limits.CodeGuesses, Window: max(s.limits.SpecialistCode, time.Hour)}
	switch over := s.counter.Settle(ctx, g.right == nil, byCode); {
	case apierr.Is(over, apierr.Throttled):
		return nil, errors.Join(invalidCode(), s.giveUp(ctx, g))
	case over != nil:
		return nil, over
	case g.right == nil:
		return nil, invalidCode()
	}
	return s.openTo(ctx, g.right.ID)
}

// guess is what was typed as a code, beside the codes that work.
type guess struct {
	at    string                    // what it is a guess at: a code, or a beginning that none has
	like  *ent.SpecialistInvitation // whose code begins so; nil for none
	right *ent.SpecialistInvitation // whose code it is; nil for none
}

func (s *Service) guess(ctx context.Context, code string) (g guess, err error) {
	beginning, hash := s.links.CodeBeginning(code)
	alike, err := s.ent.SpecialistInvitation.Query().
		Where(specialistinvitation.BeginningHash(hash), specialistinvitation.CancelledAtIsNil(), specialistinvitation.ExpiresAtGT(time.Now())).
		Order(specialistinvitation.ByID()).All(ctx)
	if err != nil {
		return g, fmt.Errorf("find the code of a support session: %w", err)
	}
	g.at = beginning
	whole := s.links.CodeHash(code)
	for _, i := range alike {
		if g.like == nil {
			g.at, g.like = i.ID, i
		}
		if hmac.Equal(i.CodeHash, whole) {
			g.right = i
		}
	}
	return g, nil
}

// giveUp ends a code that was guessed at too often. Who hosts the session is told, and makes another.
func (s *Service) giveUp(ctx context.Context, g guess) error {
	if g.like == nil {
		return nil
	}
	find := func(ctx context.Context) (*ent.Room, error) { return g.like.QuerySession().QueryRoom().Only(ctx) }
	return s.rooms.Change(ctx, auth.Viewer{}, find, func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		return cancelOneTx(ctx, tx, auth.Viewer{}, g.like)
	})
}

// openTo returns an invitation with its session and room.
func (s *Service) openTo(ctx context.Context, id string) (*ent.SpecialistInvitation, error) {
	i, err := s.ent.SpecialistInvitation.Query().Where(specialistinvitation.ID(id)).
		WithSession(func(q *ent.SupportSessionQuery) { q.WithRoom() }).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get the code of a support session: %w", err)
	}
	return i, nil
}

// stillOpenTx is the session of an invitation that was open before its room was locked.
func stillOpenTx(ctx context.Context, tx *ent.Tx, invitationID string) (*ent.SupportSession, error) {
	i, err := tx.SpecialistInvitation.Query().
		Where(specialistinvitation.ID(invitationID), specialistinvitation.CancelledAtIsNil()).WithSession().Only(ctx)
	if ent.IsNotFound(err) || err == nil && i.Edges.Session.Status != supportsession.StatusActive {
		return nil, invalidCode()
	}
	if err != nil {
		return nil, fmt.Errorf("get the code of a support session: %w", err)
	}
	return i.Edges.Session, nil
}
