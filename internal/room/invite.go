package room

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/delivery"
	"parley/ent/predicate"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/customer"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/optout"
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
	DryRun         *bool
	IdempotencyKey *string
}

// InviteCustomerPayload is the answer of inviteCustomer.
type InviteCustomerPayload struct {
	apierr.Payload
	Room         *ent.Room
	Invitation   *ent.CustomerInvitation
	Confirmation *string
	MergePreview *MergePreview
}

// Invite sends a customer a link to the room and names the room after them (rules R2–R10); for members. Where the
// organisation has a room for the customer already, the two become one (R13, R14).
func (s *Service) Invite(ctx context.Context, in InviteCustomerInput) (*InviteCustomerPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
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
	if in.DryRun != nil && *in.DryRun {
		return s.wouldInvite(ctx, v, in.RoomID, details)
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "inviteCustomer", in.RoomID, in.Channel, in.To, in.FirstName, in.LastName)
	if err != nil {
		return nil, err
	}
	id := typeid.New(invitationPrefix)
	err = settled(func() (err error) {
		id, err = s.invite(ctx, v, in.RoomID, details, key, id)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("invite customer: %w", err)
	}
	r, i, said, err := s.invited(ctx, id)
	if err != nil {
		return nil, err
	}
	return &InviteCustomerPayload{Room: r, Invitation: i, Confirmation: &said}, nil
}

// invite makes the invitation with the id, and returns that of the one that is standing: an earlier request with the same
// key may have made another. It is errMoved where the rooms are not any more what they were when they were looked up.
func (s *Service) invite(ctx context.Context, v auth.Viewer, roomID string, d customer.Details, key idempotency.Key, id string) (string, error) {
	r, err := s.find(ctx, v, room.ID(roomID))
	if err != nil {
		return id, err
	}
	with, err := known(ctx, s.ent, r, d)
	if err != nil {
		return id, err
	}
	standing := id
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) (err error) {
		if with == nil {
			r, err = lockTx(ctx, tx, r.ID)
		} else {
			r, with, err = lockPairTx(ctx, tx, r, with)
		}
		if err != nil {
			return err
		}
		if standing, err = key.ClaimTx(ctx, tx, id); err != nil || standing != id {
			return err
		}
		if again, err := known(ctx, tx.Client(), r, d); err != nil || (again == nil) != (with == nil) || again != nil && again.ID != with.ID {
			return cmp.Or(err, errMoved)
		}
		return s.inviteTx(ctx, tx, v, r, with, d, id)
	})
	if errors.Is(err, customer.ErrTaken) { // at the same moment
		return id, errMoved
	}
	return standing, err
}

// known is the organisation's other room of the customer who has the identifier, or else of one who had it and has become one
// with its customer; nil for none.
func known(ctx context.Context, client *ent.Client, r *ent.Room, d customer.Details) (*ent.Room, error) {
	had := customer.Had(r.OrganizationID, d)
	for _, theirs := range []predicate.Room{
		room.HasCustomerWith(customer.Known(r.OrganizationID, d)),
		room.And(room.StatusNEQ(room.StatusClosed), room.HasMergedWith(room.HasCustomerWith(had))),
	} {
		with, err := client.Room.Query().Where(theirs, room.MergedIntoIDIsNil(), room.IDNEQ(r.ID)).WithStream().First(ctx)
		if err == nil {
			return with, nil
		}
		if !ent.IsNotFound(err) {
			return nil, fmt.Errorf("find the customer's room: %w", err)
		}
	}
	return nil, nil
}

// wouldInvite tells with which room an invitation would make this one one, and does nothing (rule R15).
func (s *Service) wouldInvite(ctx context.Context, v auth.Viewer, roomID string, d customer.Details) (*InviteCustomerPayload, error) {
	r, err := s.find(ctx, v, room.ID(roomID))
	if err != nil {
		return nil, err
	}
	if err := invitable(r); err != nil {
		return nil, err
	}
	err = database.WithTx(ctx, s.ent, func(tx *ent.Tx) error {
		_, err := senderTx(ctx, tx, r.OrganizationID, d)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("find the sender of an invitation: %w", err)
	}
	with, err := known(ctx, s.ent, r, d)
	if err != nil {
		return nil, err
	}
	preview, err := s.preview(ctx, with)
	return &InviteCustomerPayload{Room: r, MergePreview: preview}, err
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

// invitable tells whether a customer can be invited to the room (rule R10).
func invitable(r *ent.Room) error {
	switch {
	case r.Status == room.StatusClosed:
		return closed()
	case r.CustomerID != nil:
		return apierr.New(apierr.AlreadyInvited, "This room already has a customer: re-invite them.").On("roomId")
	}
	return nil
}

// inviteTx makes the invitation with the id. Where the customer has a room already, the first one goes into it; both are
// locked.
func (s *Service) inviteTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r, with *ent.Room, d customer.Details, id string) error {
	if err := invitable(r); err != nil {
		return err
	}
	if with != nil {
		stays, err := s.mergeTx(ctx, tx, v, r, with)
		if err != nil {
			return err
		}
		d.FirstName, d.LastName = with.Edges.Customer.FirstName, with.Edges.Customer.LastName
		if err := s.askTx(ctx, tx, v, stays, d, id); err != nil {
			return err
		}
		return s.recordMergeTx(ctx, tx, v, r, stays)
	}
	c, err := customer.CreateTx(ctx, tx, r.OrganizationID, d)
	if err != nil {
		return err
	}
	if r, err = tx.Room.UpdateOne(r).SetCustomerID(c.ID).SetName(c.Name()).Save(ctx); err != nil {
		return fmt.Errorf("name room after customer: %w", err)
	}
	return s.askTx(ctx, tx, v, r, d, id, by(v, kindRoomRenamed, data{Name: r.Name}))
}

// askTx makes the invitation with the id, for a room that has its customer, which lives by it; further entries come behind
// it in the log.
func (s *Service) askTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, d customer.Details, id string, more ...eventlog.Entry) error {
	if err := tx.Room.UpdateOne(r).SetStatus(room.StatusActive).Exec(ctx); err != nil {
		return fmt.Errorf("mark room as active: %w", err)
	}
	if err := s.sendTx(ctx, tx, v, r, d, id); err != nil {
		return err
	}
	entries := append([]eventlog.Entry{by(v, kindCustomerInvited, data{Invitation: id})}, more...)
	if err := s.appendTx(ctx, tx, r, entries...); err != nil {
		return err
	}
	return s.counter.TakeTx(ctx, tx, InviteRules(s.limits, v, d.Key)...)
}

// sendTx keeps the invitation and puts its message into the outbox.
func (s *Service) sendTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, d customer.Details, id string) error {
	from, err := senderTx(ctx, tx, r.OrganizationID, d)
	if err != nil {
		return err
	}
	err = tx.CustomerInvitation.Create().SetID(id).
		SetRoomID(r.ID).SetChannel(d.Channel).SetRecipient(d.Identifier).SetInvitedByID(v.ID()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("keep invitation: %w", err)
	}
	link, err := s.linkTx(ctx, tx, typeid.New(linkPrefix), r.ID, &id)
	if err != nil {
		return err
	}
	o, err := tx.Organization.Get(ctx, r.OrganizationID)
	if err != nil {
		return fmt.Errorf("get organisation: %w", err)
	}
	_, err = s.outbox.EnqueueTx(ctx, tx, notify.Message{
		OrganizationID: o.ID, Channel: delivery.Channel(d.Channel), From: from, To: d.Identifier,
		Subject: subject(o, d.Channel), Text: text(o, d), LinkID: link.ID, AboutID: id,
	})
	return err
}

// senderTx is the number that a text message comes from (rule R5), to one who has not opted out of it (M9); email needs none.
func senderTx(ctx context.Context, tx *ent.Tx, organizationID string, d customer.Details) (string, error) {
	if d.Channel != customerinvitation.ChannelSMS {
		return "", nil
	}
	from, err := organization.NumberTx(ctx, tx, organizationID)
	if err != nil {
		return "", err
	}
	return from, optout.CheckTx(ctx, tx, "to", from, d.Identifier)
}

// InviteRules are how often a member may have something sent to a number or address.
func InviteRules(l limits.Limits, v auth.Viewer, to string) []throttle.Rule {
	const hour, day = time.Hour, 24 * time.Hour
	recipient := v.OrganizationID() + " " + to // nobody learns whom another organisation invites
	return []throttle.Rule{
		{Name: "invites-per-recipient-hour", Of: recipient, Limit: l.InvitesPerRecipientHour, Window: hour},
		{Name: "invites-per-recipient-day", Of: recipient, Limit: l.InvitesPerRecipientDay, Window: day},
		{Name: "invites-per-member-hour", Of: v.ID(), Limit: l.InvitesPerMember, Window: hour},
		{Name: "invites-per-organization-day", Of: v.OrganizationID(), Limit: l.InvitesPerOrgDay, Window: day},
	}
}

// invited is the answer for an invitation, as it is now: its room, itself, and a sentence that says what was sent.
func (s *Service) invited(ctx context.Context, id string) (*ent.Room, *ent.CustomerInvitation, string, error) {
	i, err := s.ent.CustomerInvitation.Get(ctx, id)
	if err != nil {
		return nil, nil, "", fmt.Errorf("get invitation: %w", err)
	}
	r, err := s.Get(ctx, i.RoomID)
	if err != nil {
		return nil, nil, "", err
	}
	i.Edges.Room = r
	return r, i, confirmation(i, r.Name), nil
}
