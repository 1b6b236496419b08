package session

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/room"
	"parley/ent/specialist"
	"parley/ent/specialistinvitation"
	"parley/ent/supportsession"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/limits"
	"parley/internal/notify"
	rooms "parley/internal/room"
	"parley/internal/typeid"
)

// LinkPath is what comes before the code in the address at which a specialist joins.
const LinkPath = "/s/"

// CreateSpecialistInvitationInput is the input of createSpecialistInvitation.
type CreateSpecialistInvitationInput struct {
	SupportSessionID string
	Access           specialist.Access
	Email            *string
	IdempotencyKey   *string
}

// CreateSpecialistInvitationPayload is the answer of createSpecialistInvitation.
type CreateSpecialistInvitationPayload struct {
	apierr.Payload
	SpecialistInvitation *ent.SpecialistInvitation
	Confirmation         *string
}

// Invite makes the code by which specialists join a session, or returns the one that there is with the same rights, and sends
// its link where an address is given (rules S2 to S4); for members.
func (s *Service) Invite(ctx context.Context, in CreateSpecialistInvitationInput) (*CreateSpecialistInvitationPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	to, err := checkRecipient(v, in.Email)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "createSpecialistInvitation", in.SupportSessionID, in.Access, in.Email)
	if err != nil {
		return nil, err
	}
	var standing string
	err = s.rooms.Change(ctx, v, s.roomOf(in.SupportSessionID), func(tx *ent.Tx, r *ent.Room) (news []rooms.News, err error) {
		standing, news, err = s.inviteOnceTx(ctx, tx, v, r, in, to, key)
		return news, err
	})
	if err != nil {
		return nil, fmt.Errorf("invite specialists: %w", err)
	}
	i, err := s.invitation(ctx, standing)
	if err != nil {
		return nil, err
	}
	said := confirmation(to)
	return &CreateSpecialistInvitationPayload{SpecialistInvitation: i, Confirmation: &said}, nil
}

// recipient is whom the link is sent to; nobody where the address is empty.
type recipient struct{ address, key string }

func checkRecipient(v auth.Viewer, email *string) (to recipient, err error) {
	if email == nil {
		return to, nil
	}
	var refusal *apierr.Error
	if to.address, to.key, refusal = identifier.ParseEmail(*email); refusal != nil {
		return to, refusal.On("email")
	}
	if !slices.Contains(v.Member.Channels, string(delivery.ChannelEmail)) {
		return to, apierr.New(apierr.ChannelNotGranted, "You may not reach people by email; an administrator can grant it. Leave the address out and pass the code on.").On("email")
	}
	return to, nil
}

func confirmation(to recipient) string {
	if to.address == "" {
		return "The code is ready: pass it on."
	}
	return "The link is on its way to " + to.address + "."
}

// inviteOnceTx is inviteTx where the key stands for nothing yet. It returns the id of the invitation that is standing.
func (s *Service) inviteOnceTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, in CreateSpecialistInvitationInput, to recipient, key idempotency.Key) (string, []rooms.News, error) {
	if standing, found, err := key.Made(ctx, tx.Client()); err != nil || found {
		return standing, nil, err
	}
	x, err := activeTx(ctx, tx, in.SupportSessionID, "supportSessionId")
	if err != nil {
		return "", nil, err
	}
	if err := mayInvite(x.Edges.Portal, in.Access); err != nil {
		return "", nil, err
	}
	current, err := currentTx(ctx, tx, x.ID)
	if err != nil {
		return "", nil, err
	}
	id := typeid.New(InvitationPrefix)
	if current != nil {
		id = current.ID
	}
	if standing, err := key.ClaimTx(ctx, tx, id); err != nil || standing != id {
		return standing, nil, err
	}
	var news []rooms.News
	switch {
	case current == nil:
		news, err = s.inviteTx(ctx, tx, v, x, in.Access, id)
	case Access(current) != in.Access:
		err = apierr.New(apierr.AlreadyInvited, "The session has a code with other rights: cancel it first, or change the rights of those who have joined.").On("access")
	}
	if err != nil {
		return "", nil, err
	}
	return id, news, s.sendTx(ctx, tx, v, r, to, id)
}

// mayInvite tells whether a portal lets specialists in, with what they are to be allowed.
func mayInvite(p *ent.Portal, a specialist.Access) error {
	if !p.AllowsSpecialists {
		return apierr.New(apierr.SpecialistsDisabled, "The portal %s does not let outside specialists in; an administrator can change it.", p.Name).On("supportSessionId")
	}
	return mayHave(p, a)
}

// mayHave tells whether a portal gives specialists what they are to be allowed (rule S3).
func mayHave(p *ent.Portal, a specialist.Access) error {
	if a == specialist.AccessControl && !p.AllowsControl {
		return apierr.New(apierr.AccessNotAllowed, "The portal %s does not give control of keyboard and mouse: choose view only.", p.Name).On("access")
	}
	return nil
}

// currentTx is the code of a session that works; nil for none. One that has expired is cancelled, so that it makes room.
func currentTx(ctx context.Context, tx *ent.Tx, sessionID string) (*ent.SpecialistInvitation, error) {
	i, err := tx.SpecialistInvitation.Query().
		Where(specialistinvitation.SessionID(sessionID), specialistinvitation.CancelledAtIsNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find the code of a support session: %w", err)
	}
	if i.ExpiresAt.After(time.Now()) {
		return i, nil
	}
	return nil, cancelTx(ctx, tx, sessionID, i.ExpiresAt)
}

func (s *Service) inviteTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, x *ent.SupportSession, a specialist.Access, id string) ([]rooms.News, error) {
	code := s.links.Code(id)
	_, beginning := s.links.CodeBeginning(code)
	err := tx.SpecialistInvitation.Create().SetID(id).SetSessionID(x.ID).SetAccess(specialistinvitation.Access(a)).
		SetCodeHash(s.links.CodeHash(code)).SetBeginningHash(beginning).SetExpiresAt(limits.End(time.Now(), s.limits.SpecialistCode)).Exec(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep the code of a support session: %w", err)
	}
	return []rooms.News{{By: v, Kind: rooms.KindSpecialistInvited, ID: id}}, nil
}

// sendTx puts the link into the outbox, where there is somebody to send it to.
func (s *Service) sendTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, to recipient, id string) error {
	if to.address == "" {
		return nil
	}
	o, err := tx.Organization.Get(ctx, r.OrganizationID)
	if err != nil {
		return fmt.Errorf("get organisation: %w", err)
	}
	_, err = s.outbox.EnqueueTx(ctx, tx, notify.Message{
		OrganizationID: o.ID, Channel: delivery.ChannelEmail, To: to.address,
		Subject: o.Name + " asks you into a support session",
		Text:    v.Member.Name() + " of " + o.Name + " asks you into a support session. Join it here: <link>",
		LinkID:  id, AboutID: id,
	})
	if err != nil {
		return err
	}
	return s.counter.TakeTx(ctx, tx, rooms.InviteRules(s.limits, v, to.key)...)
}

// CancelSpecialistInvitationInput is the input of cancelSpecialistInvitation.
type CancelSpecialistInvitationInput struct {
	SpecialistInvitationID string
	RemoveJoined           *bool
}

// CancelSpecialistInvitationPayload is the answer of cancelSpecialistInvitation.
type CancelSpecialistInvitationPayload struct {
	apierr.Payload
	SpecialistInvitation *ent.SpecialistInvitation
}

// Cancel ends a code (rule S7); for members. Cancelling one that has ended changes nothing but who has joined.
func (s *Service) Cancel(ctx context.Context, in CancelSpecialistInvitationInput) (*CancelSpecialistInvitationPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	i, err := s.invitation(ctx, in.SpecialistInvitationID)
	if err != nil {
		return nil, err
	}
	err = s.rooms.Change(ctx, v, s.roomOf(i.SessionID), func(tx *ent.Tx, _ *ent.Room) ([]rooms.News, error) {
		if in.RemoveJoined != nil && *in.RemoveJoined {
			return s.cancelAndRemoveTx(ctx, tx, v, i)
		}
		return cancelOneTx(ctx, tx, v, i)
	})
	if err != nil {
		return nil, fmt.Errorf("cancel the code of a support session: %w", err)
	}
	if i, err = s.invitation(ctx, i.ID); err != nil {
		return nil, err
	}
	return &CancelSpecialistInvitationPayload{SpecialistInvitation: i}, nil
}

func (s *Service) cancelAndRemoveTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, i *ent.SpecialistInvitation) ([]rooms.News, error) {
	news, err := cancelOneTx(ctx, tx, v, i)
	if err != nil {
		return nil, err
	}
	gone, err := s.leaveTx(ctx, tx, v, time.Now(), specialist.InvitationID(i.ID))
	return append(news, gone...), err
}

// cancelOneTx ends a code, if it has not ended.
func cancelOneTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, i *ent.SpecialistInvitation) ([]rooms.News, error) {
	current, err := currentTx(ctx, tx, i.SessionID)
	if err != nil || current == nil || current.ID != i.ID {
		return nil, err
	}
	if err := cancelTx(ctx, tx, i.SessionID, time.Now()); err != nil {
		return nil, err
	}
	return []rooms.News{{By: v, Kind: rooms.KindInvitationCancelled, ID: i.ID}}, nil
}

// cancelTx ends the code of a session, if there is one.
func cancelTx(ctx context.Context, tx *ent.Tx, sessionID string, at time.Time) error {
	err := tx.SpecialistInvitation.Update().
		Where(specialistinvitation.SessionID(sessionID), specialistinvitation.CancelledAtIsNil()).SetCancelledAt(at).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end the code of a support session: %w", err)
	}
	return nil
}

// Invitation is the code of a session that works; nil where there is none, and for who is no member.
func (s *Service) Invitation(ctx context.Context, x *ent.SupportSession) (*ent.SpecialistInvitation, error) {
	if !auth.AudienceOf(ctx).IsMembers() {
		return nil, nil
	}
	i, err := s.ent.SpecialistInvitation.Query().
		Where(specialistinvitation.SessionID(x.ID), specialistinvitation.CancelledAtIsNil(), specialistinvitation.ExpiresAtGT(time.Now())).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("get the code of a support session: %w", err)
	}
	return i, nil
}

// invitation returns the invitation with the id; for members of its organisation.
func (s *Service) invitation(ctx context.Context, id string) (*ent.SpecialistInvitation, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	i, err := s.ent.SpecialistInvitation.Query().
		Where(specialistinvitation.ID(id), specialistinvitation.HasSessionWith(supportsession.HasRoomWith(room.OrganizationID(v.OrganizationID())))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apierr.MissingThing("invitation")
	}
	if err != nil {
		return nil, fmt.Errorf("get the code of a support session: %w", err)
	}
	return i, nil
}

// Code is an invitation's short code; for members who serve, since who has it comes in.
func (s *Service) Code(ctx context.Context, i *ent.SpecialistInvitation) (string, error) {
	if _, err := auth.Allowed(ctx, auth.Serve); err != nil {
		return "", err
	}
	return s.links.Code(i.ID), nil
}

// URL is the page at which a specialist joins by an invitation; for members who serve.
func (s *Service) URL(ctx context.Context, i *ent.SpecialistInvitation) (string, error) {
	if _, err := auth.Allowed(ctx, auth.Serve); err != nil {
		return "", err
	}
	return s.links.CodeURL(LinkPath, i.ID), nil
}

// Text is what can be passed on of an invitation; for members who serve.
func (s *Service) Text(ctx context.Context, i *ent.SpecialistInvitation) (string, error) {
	if _, err := auth.Allowed(ctx, auth.Serve); err != nil {
		return "", err
	}
	o, err := i.QuerySession().QueryRoom().QueryOrganization().Only(ctx)
	if err != nil {
		return "", fmt.Errorf("get organisation of an invitation: %w", err)
	}
	return fmt.Sprintf("%s asks you into a support session. Join it at %s or with the code %s.",
		o.Name, s.links.CodeURL(LinkPath, i.ID), s.links.Code(i.ID)), nil
}

// Access is what specialists who join by an invitation may do.
func Access(i *ent.SpecialistInvitation) specialist.Access { return specialist.Access(i.Access) }

// AccessLabel is what people read of what specialists may do.
func AccessLabel(a specialist.Access) string {
	if a == specialist.AccessControl {
		return "Control keyboard and mouse"
	}
	return "View only"
}
