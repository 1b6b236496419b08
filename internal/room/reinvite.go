package room

import (
	"context"
	"errors"
	"fmt"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/customer"
	"parley/internal/idempotency"
	"parley/internal/identifier"
	"parley/internal/typeid"
)

// byLink is the way to re-invite by which nothing is sent; the others are the channels of invitations.
const byLink = "LINK"

// ReinviteCustomerInput is the input of reinviteCustomer.
type ReinviteCustomerInput struct {
	RoomID         string
	Channel        string
	To             *string
	FirstName      *string
	LastName       *string
	IdempotencyKey *string
}

// ReinviteCustomerPayload is the answer of reinviteCustomer.
type ReinviteCustomerPayload struct {
	apierr.Payload
	Room         *ent.Room
	Invitation   *ent.CustomerInvitation
	URL          *string
	Confirmation *string
}

// Reinvite asks the room's customer in once more, by a channel that was used before or a new one, or makes a link to copy
// (rule R11); for members. A room that was timed out lives again (R17).
func (s *Service) Reinvite(ctx context.Context, in ReinviteCustomerInput) (*ReinviteCustomerPayload, error) {
	v, err := auth.Allowed(ctx, auth.Serve)
	if err != nil {
		return nil, err
	}
	key, err := idempotency.For(v.ID(), in.IdempotencyKey, "reinviteCustomer", in.RoomID, in.Channel, in.To, in.FirstName, in.LastName)
	if err != nil {
		return nil, err
	}
	id := typeid.New(invitationPrefix)
	if in.Channel == byLink {
		id = typeid.New(linkPrefix)
	}
	standing := id
	err = s.locked(ctx, v, in.RoomID, func(tx *ent.Tx, r *ent.Room) (err error) {
		if standing, err = key.ClaimTx(ctx, tx, id); err != nil || standing != id {
			return err
		}
		return s.reinviteTx(ctx, tx, v, r, in, id)
	})
	if err != nil {
		return nil, fmt.Errorf("re-invite customer: %w", s.takenBy(ctx, v, in, err))
	}
	if in.Channel == byLink {
		return s.linked(ctx, in.RoomID, standing)
	}
	r, i, said, err := s.invited(ctx, standing)
	if err != nil {
		return nil, err
	}
	return &ReinviteCustomerPayload{Room: r, Invitation: i, Confirmation: &said}, nil
}

// reinviteTx makes the invitation, or the link, with the id.
func (s *Service) reinviteTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, in ReinviteCustomerInput, id string) error {
	c := r.Edges.Customer
	switch {
	case r.Status == room.StatusClosed:
		return closed()
	case c == nil:
		return apierr.New(apierr.NotInvited, "This room has no customer yet: invite one.").On("roomId")
	}
	d, reached, err := planReinvite(c, in)
	if err != nil {
		return err
	}
	if in.Channel == byLink {
		return s.reviveTx(ctx, tx, v, r, id)
	}
	if err := s.mayReach(v, d); err != nil {
		return err
	}
	if !reached {
		if err := reachTx(ctx, tx, r, d); err != nil {
			return err
		}
	}
	return s.askTx(ctx, tx, v, r, d, id)
}

// reachTx keeps where the room's customer is reached by another channel. It is customer.ErrTaken where that leads to another room.
func reachTx(ctx context.Context, tx *ent.Tx, r *ent.Room, d customer.Details) error {
	with, err := known(ctx, tx.Client(), r, d)
	if err == nil && with != nil {
		err = customer.ErrTaken
	}
	if err != nil {
		return err
	}
	_, err = customer.ReachTx(ctx, tx, r.Edges.Customer, d)
	return err
}

// reviveTx has the room live by a new link, with the id, which the member passes on.
func (s *Service) reviveTx(ctx context.Context, tx *ent.Tx, v auth.Viewer, r *ent.Room, id string) error {
	if err := tx.Room.UpdateOne(r).SetStatus(room.StatusActive).Exec(ctx); err != nil {
		return fmt.Errorf("mark room as active: %w", err)
	}
	if _, err := s.linkTx(ctx, tx, id, r.ID, nil); err != nil {
		return err
	}
	return s.appendTx(ctx, tx, r, by(v, kindCustomerInvited, data{}))
}

// planReinvite decides how a customer is reached, and whether they were before. What the room knows is locked: it need not
// be said again, and cannot be said otherwise. Everything that is wrong is said at once.
func planReinvite(c *ent.Customer, in ReinviteCustomerInput) (d customer.Details, reached bool, err error) {
	badFirst := lockedName("firstName", c.FirstName, typed(in.FirstName))
	badLast := lockedName("lastName", c.LastName, typed(in.LastName))
	to := typed(in.To)
	if in.Channel == byLink {
		return d, true, apierr.Join(lockedUnless(identifier.Blank(to)), badFirst, badLast)
	}
	channel := customerinvitation.Channel(in.Channel)
	if d, reached = customer.Of(c, channel); reached {
		return d, true, apierr.Join(lockedUnless(identifier.Blank(to) || customer.Same(d, to)), badFirst, badLast)
	}
	d, badTo := customer.CheckIdentifier(channel, to)
	d.FirstName, d.LastName = c.FirstName, c.LastName
	return d, false, apierr.Join(badTo, badFirst, badLast)
}

func lockedUnless(fine bool) *apierr.Error {
	if fine {
		return nil
	}
	return apierr.New(apierr.IdentifierLocked, "The room knows where this customer is reached this way; leave it out.").On("to")
}

// lockedName refuses a name that is not the one the room has.
func lockedName(field, has, typed string) *apierr.Error {
	if identifier.Blank(typed) || identifier.Spelled(typed) == has {
		return nil
	}
	return apierr.New(apierr.NameLocked, "The customer's name is the room's; leave it out.").On(field)
}

// takenBy says whose an identifier is where that is what stands in the way (rule R16).
func (s *Service) takenBy(ctx context.Context, v auth.Viewer, in ReinviteCustomerInput, err error) error {
	if !errors.Is(err, customer.ErrTaken) {
		return err
	}
	r, err := s.find(ctx, v, room.ID(in.RoomID))
	if err != nil {
		return err
	}
	refusal := apierr.New(apierr.IdentifierInUse, "Another room of the organisation has this customer; merge the rooms if they are one.").On("to")
	d, _ := customer.CheckIdentifier(customerinvitation.Channel(in.Channel), typed(in.To))
	switch with, err := known(ctx, s.ent, r, d); {
	case err != nil:
		return err
	case with != nil:
		return refusal.Of(with.ID)
	}
	return refusal
}

// linked is the answer for a link that was made to be copied.
func (s *Service) linked(ctx context.Context, roomID, linkID string) (*ReinviteCustomerPayload, error) {
	r, err := s.Get(ctx, roomID)
	if err != nil {
		return nil, err
	}
	url, said := s.links.URL(LinkPath, linkID), "Copy the link and pass it on to "+r.Name+"; nothing was sent."
	return &ReinviteCustomerPayload{Room: r, URL: &url, Confirmation: &said}, nil
}

// ReinviteForm is what a client shows of the details by which a customer is re-invited.
type ReinviteForm struct {
	FirstName  string
	LastName   string
	Identifier *string
	Editable   []string
}

// ReinviteForm tells what to show for a way to re-invite (rule R11); nil to those who may not, and where there is nobody to
// re-invite.
func (s *Service) ReinviteForm(ctx context.Context, r *ent.Room, channel string) (*ReinviteForm, error) {
	if _, err := auth.Allowed(ctx, auth.Serve); err != nil {
		return nil, nil
	}
	r, err := s.enter(ctx, r)
	if err != nil || r.Status == room.StatusClosed {
		return nil, err
	}
	c, err := s.Customer(ctx, r)
	if err != nil || c == nil {
		return nil, err
	}
	form := &ReinviteForm{FirstName: c.FirstName, LastName: c.LastName, Editable: []string{}}
	if channel == byLink {
		return form, nil
	}
	if d, reached := customer.Of(c, customerinvitation.Channel(channel)); reached {
		form.Identifier = &d.Identifier
	} else {
		form.Editable = append(form.Editable, "IDENTIFIER")
	}
	return form, nil
}
