package session

import (
	"context"
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
	var (
		g      *ent.Specialist
		x      *ent.SupportSession
		i      *ent.SpecialistInvitation
		issued auth.Issued
	)
	find := func(ctx context.Context) (_ *ent.Room, err error) {
		if i, err = s.open(ctx, in.Code); err != nil {
			return nil, err
		}
		return i.Edges.Session.Edges.Room, nil
	}
	err := s.rooms.Change(ctx, find, func(tx *ent.Tx, r *ent.Room) (_ []rooms.News, err error) {
		if x, err = stillOpenTx(ctx, tx, i.ID); err != nil {
			return nil, err
		}
		if g, err = s.seatTx(ctx, tx, r, x, Access(i), name); err != nil {
			return nil, err
		}
		rule := throttle.Rule{Name: "session-joins", Of: x.ID, Limit: s.limits.SessionJoins, Window: time.Hour}
		if err := s.counter.TakeTx(ctx, tx, rule); err != nil {
			return nil, err
		}
		if issued, err = s.tokens.IssueToSpecialistTx(ctx, tx, g.ID); err != nil {
			return nil, err
		}
		return []rooms.News{
			{By: auth.Viewer{Specialist: g}, Kind: rooms.KindSpecialistJoined, ID: g.ID},
			rooms.Notice(name + " has joined the session"),
		}, nil
	})
	if err != nil {
		return nil, fmt.Errorf("join support session: %w", err)
	}
	g, x = g.Unwrap(), x.Unwrap()
	auth.Admit(ctx, auth.Viewer{Specialist: g, RoomID: g.RoomID})
	return &JoinSupportSessionPayload{AccessToken: &issued.Text, ExpiresAt: &issued.ExpiresAt, Specialist: g, SupportSession: x}, nil
}

// seatTx gives a specialist a free seat of a session whose room is locked.
func (s *Service) seatTx(ctx context.Context, tx *ent.Tx, r *ent.Room, x *ent.SupportSession, a specialist.Access, name string) (*ent.Specialist, error) {
	taken, err := tx.Specialist.Query().Where(specialist.SessionID(x.ID), specialist.LeftAtIsNil()).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find seats of support session: %w", err)
	}
	if limit := s.limits.SpecialistSeats; limit > 0 && len(taken) >= limit {
		return nil, apierr.New(apierr.SpecialistLimit,
			"All %d places for specialists are taken (limit specialist-seats). Try again when somebody has left.", limit).Over(limit, len(taken))
	}
	g, err := tx.Specialist.Create().SetOrganizationID(r.OrganizationID).SetSessionID(x.ID).SetRoomID(r.ID).
		SetName(name).SetAccess(a).SetSeat(free(taken)).Save(ctx)
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
// and the same is done for each. Wrong codes are counted by address, and by what they begin with: so however many addresses
// there are, each code is guessed at a few times (rule S4). Who is over the limit learns nothing of right codes either.
func (s *Service) open(ctx context.Context, code string) (*ent.SpecialistInvitation, error) {
	byAddress := throttle.Rule{Name: "code-failures", Of: auth.Address(ctx), Limit: s.limits.CodeFailures, Window: 15 * time.Minute}
	byCode := throttle.Rule{Name: "code-guesses", Of: auth.CodeBeginning(code), Limit: s.limits.CodeGuesses, Window: max(s.limits.SpecialistCode, time.Hour)}
	if err := s.counter.Check(ctx, byAddress); err != nil {
		return nil, err
	}
	dead := s.counter.Check(ctx, byCode)
	if dead != nil && !apierr.Is(dead, apierr.Throttled) {
		return nil, dead
	}
	if dead != nil {
		code = "" // which nothing has: finding the right one would take longer
	}
	i, err := s.find(ctx, code)
	wrong := apierr.Is(err, apierr.CodeInvalid)
	if err != nil && !wrong {
		return nil, err
	}
	if over := s.counter.Settle(ctx, wrong, byAddress); over != nil { // one of many at the same moment
		return nil, over
	}
	if over := s.counter.Settle(ctx, wrong, byCode); over != nil {
		if apierr.Is(over, apierr.Throttled) {
			over = invalidCode()
		}
		return nil, over
	}
	return i, err
}

func (s *Service) find(ctx context.Context, code string) (*ent.SpecialistInvitation, error) {
	i, err := s.ent.SpecialistInvitation.Query().
		Where(specialistinvitation.CodeHash(s.links.CodeHash(code)), specialistinvitation.CancelledAtIsNil(),
			specialistinvitation.ExpiresAtGT(time.Now())).
		WithSession(func(q *ent.SupportSessionQuery) { q.WithRoom() }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, invalidCode()
	}
	if err != nil {
		return nil, fmt.Errorf("find the code of a support session: %w", err)
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
