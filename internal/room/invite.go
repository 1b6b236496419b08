package room

import (
	"context"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/delivery"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/customer"
	"parley/internal/database"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/notify"
	"parley/internal/organization"
	"parley/internal/throttle"
	"parley/internal/typeid"
)

// invitationPrefix is the type of the ids of invitations.
const invitationPrefix = "cinv"

// InviteCustomerInput is the input of inviteCustomer.
type InviteCustomerInput struct {
	RoomID         string
	Channel        customerinvitation.Channel
	To             *string
	FirstName      *string
	LastName       *string
	IdempotencyKey *string
}

// InviteCustomerPayload is the answer of inviteCustomer.
type InviteCustomerPayload struct {
	apierr.Payload
	Room         *ent.Room
	Invitation   *ent.CustomerInvitation
	Confirmation *string
}

// Invite sends a customer a link to the room and names the room after them (rules R2–R10); for members.
func (s *Service) Invite(ctx context.Context, in InviteCustomerInput) (*InviteCustomerPayload, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	details, err := customer.Check(in.Channel, typed(in.To), typed(in.FirstName), typed(in.LastName), s.limits.NameCharacters)
	if err != nil {
		return nil, err
	}
	if err := s.mayReach(v, details); err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "inviteCustomer", in.RoomID, in.Channel, in.To, in.FirstName, in.LastName)
	if err != nil {
		return nil, err
	}
	id := typeid.New(invitationPrefix)
	var made *ent.CustomerInvitation
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		standing, err := key.ClaimTx(ctx, tx, id)
		if err != nil || standing != id {
			id = standing
			return err
		}
		made, err = s.inviteTx(ctx, tx, v, in.RoomID, details, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("invite customer: %w", err)
	}
	if made != nil {
		return s.invited(ctx, made.Unwrap())
	}
	earlier, err := s.ent.CustomerInvitation.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("get invitation: %w", err)
	}
	return s.invited(ctx, earlier)
}

// typed is what was typed into a field; one that was left out is as blank as one that was left empty.
func typed(field *string) string {
	if field == nil {
		return ""
	}
	return *field
}

// mayReach tells whether the member has the channel (rule O6), and whether texts may go to the customer's country.
func (s *Service) mayReach(v auth.Viewer, d customer.Details) error {
	if !slices.Contains(v.Member.Channels, string(d.Channel)) {
		return apierr.New(apierr.ChannelNotGranted,
			"You may not reach customers by %s; an administrator can grant it.", channelName(d.Channel)).On("channel")
	}
	if d.Channel == customerinvitation.ChannelSMS && !s.limits.SmsCountries.Allow(identifier.Country(d.Identifier)) {
		return apierr.New(apierr.CountryNotAllowed,
			"Text messages may not go to the country of this number (limit sms-countries). Invite by email.").On("to")
	}
	return nil
}

// inviteTx makes the invitation with the id.
func (s *Service) inviteTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, roomID string, d customer.Details, id string) (*ent.CustomerInvitation, error) {
	r, err := lockTx(ctx, tx, ofMember(v, roomID))
	if err != nil {
		return nil, err
	}
	switch {
	case r.Status == room.StatusClosed:
		return nil, closed()
	case r.CustomerID != nil:
		return nil, apierr.New(apierr.AlreadyInvited, "This room already has a customer.").On("roomId")
	}
	c, err := customer.CreateTx(ctx, tx, r.OrganizationID, d)
	if err != nil {
		return nil, err
	}
	if r, err = tx.Room.UpdateOne(r).SetCustomerID(c.ID).SetName(c.Name()).SetStatus(room.StatusActive).Save(ctx); err != nil {
		return nil, fmt.Errorf("name room after customer: %w", err)
	}
	i, err := s.sendTx(ctx, tx, v, r, d, id)
	if err != nil {
		return nil, err
	}
	err = s.appendTx(ctx, tx, r,
		by(v, kindCustomerInvited, data{Invitation: id}), by(v, kindRoomRenamed, data{Name: r.Name}))
	if err != nil {
		return nil, err
	}
	return i, s.counter.TakeTx(ctx, tx, s.inviteRules(v, d)...)
}

// sendTx keeps the invitation and puts its message into the outbox.
func (s *Service) sendTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, d customer.Details, id string) (*ent.CustomerInvitation, error) {
	from, err := senderTx(ctx, tx, r.OrganizationID, d.Channel)
	if err != nil {
		return nil, err
	}
	i, err := tx.CustomerInvitation.Create().SetID(id).
		SetRoomID(r.ID).SetChannel(d.Channel).SetRecipient(d.Identifier).SetInvitedByID(v.ID()).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("keep invitation: %w", err)
	}
	link, err := s.linkTx(ctx, tx, r.ID, &id)
	if err != nil {
		return nil, err
	}
	o, err := tx.Organization.Get(ctx, r.OrganizationID)
	if err != nil {
		return nil, fmt.Errorf("get organisation: %w", err)
	}
	_, err = s.outbox.EnqueueTx(ctx, tx, notify.Message{
		OrganizationID: o.ID, Channel: delivery.Channel(d.Channel), From: from, To: d.Identifier,
		Subject: subject(o, d.Channel), Text: text(o, d), LinkID: link.ID, AboutID: id,
	})
	return i, err
}

// senderTx is the number that a text message comes from (rule R5); email needs none.
func senderTx(ctx context.Context, tx *ent.Tx, organizationID string, c customerinvitation.Channel) (string, error) {
	if c != customerinvitation.ChannelSMS {
		return "", nil
	}
	return organization.NumberTx(ctx, tx, organizationID)
}

func (s *Service) inviteRules(v auth.Viewer, d customer.Details) []throttle.Rule {
	const hour, day = time.Hour, 24 * time.Hour
	recipient := v.OrganizationID() + " " + d.Key // nobody learns whom another organisation invites
	return []throttle.Rule{
		{Name: "invites-per-recipient-hour", Of: recipient, Limit: s.limits.InvitesPerRecipientHour, Window: hour},
		{Name: "invites-per-recipient-day", Of: recipient, Limit: s.limits.InvitesPerRecipientDay, Window: day},
		{Name: "invites-per-member-hour", Of: v.ID(), Limit: s.limits.InvitesPerMember, Window: hour},
		{Name: "invites-per-organization-day", Of: v.OrganizationID(), Limit: s.limits.InvitesPerOrgDay, Window: day},
	}
}

// invited is the answer for an invitation: as it was made, or as it is now where an earlier request with the same key
// has made it.
func (s *Service) invited(ctx context.Context, i *ent.CustomerInvitation) (*InviteCustomerPayload, error) {
	r, err := s.Get(ctx, i.RoomID)
	if err != nil {
		return nil, err
	}
	i.Edges.Room = r
	sentence := confirmation(i, r.Name)
	return &InviteCustomerPayload{Room: r, Invitation: i, Confirmation: &sentence}, nil
}
