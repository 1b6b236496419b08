package room

import (
	"context"
	"fmt"
	"time"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/customerinvitation"
	"parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/document"
)

// Customer is the room's customer, or nil before one is invited.
func (s *Service) Customer(ctx context.Context, r *ent.Room) (*ent.Customer, error) {
	if r.CustomerID == nil || r.Edges.Customer != nil {
		return r.Edges.Customer, nil
	}
	c, err := r.QueryCustomer().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get customer of room: %w", err)
	}
	return c, nil
}

// Phone is the customer's number; nil to specialists, who need not know it.
func (s *Service) Phone(ctx context.Context, c *ent.Customer) *string {
	return identifierFor(ctx, c.Phone)
}

// Email is the customer's address, likewise.
func (s *Service) Email(ctx context.Context, c *ent.Customer) *string {
	return identifierFor(ctx, c.Email)
}

func identifierFor(ctx context.Context, identifier *string) *string {
	if auth.AudienceOf(ctx).IsSpecialists() {
		return nil
	}
	return identifier
}

// CreatedBy is the member who opened the room.
func (s *Service) CreatedBy(ctx context.Context, r *ent.Room) (*ent.Member, error) {
	if r.Edges.CreatedBy != nil {
		return r.Edges.CreatedBy, nil
	}
	m, err := s.ent.Member.Get(ctx, r.CreatedByID)
	if err != nil {
		return nil, fmt.Errorf("get member who opened room: %w", err)
	}
	return m, nil
}

// LastActivityAt is when something last happened in the room.
func (s *Service) LastActivityAt(ctx context.Context, r *ent.Room) (*time.Time, error) {
	st, err := s.stream(ctx, r)
	if err != nil {
		return nil, err
	}
	return &st.LastAt, nil
}

// LastCursor is the place of the newest event in the room's log.
func (s *Service) LastCursor(ctx context.Context, r *ent.Room) (string, error) {
	st, err := s.stream(ctx, r)
	if err != nil {
		return "", err
	}
	return s.log.Cursor(st.ID, st.LastSeq), nil
}

func (s *Service) stream(ctx context.Context, r *ent.Room) (*ent.Stream, error) {
	if r.Edges.Stream != nil {
		return r.Edges.Stream, nil
	}
	st, err := r.QueryStream().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get log of room: %w", err)
	}
	return st, nil
}

// MergedInto is the room that a room has become one with, or nil.
func (s *Service) MergedInto(ctx context.Context, r *ent.Room) (*ent.Room, error) {
	if r.MergedIntoID == nil {
		return nil, nil
	}
	return s.Get(ctx, *r.MergedIntoID)
}

// InvitationRoom is the room of an invitation.
func (s *Service) InvitationRoom(ctx context.Context, i *ent.CustomerInvitation) (*ent.Room, error) {
	if i.Edges.Room != nil {
		return i.Edges.Room, nil
	}
	r, err := i.QueryRoom().WithStream().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get room of invitation: %w", err)
	}
	return r, nil
}

// InvitedBy is the member who sent an invitation.
func (s *Service) InvitedBy(ctx context.Context, i *ent.CustomerInvitation) (*ent.Member, error) {
	if i.Edges.InvitedBy != nil {
		return i.Edges.InvitedBy, nil
	}
	m, err := s.ent.Member.Get(ctx, i.InvitedByID)
	if err != nil {
		return nil, fmt.Errorf("get member who invited: %w", err)
	}
	return m, nil
}

// Node returns the room, message, customer or invitation with the id, where the viewer may see it.
func (s *Service) Node(ctx context.Context, prefix, id string) (ent.Node, error) {
	switch prefix {
	case roomPrefix:
		return node(s.Get(ctx, id))
	case messagePrefix:
		return node(s.messageNode(ctx, id))
	case document.Prefix:
		return node(s.documentNode(ctx, id))
	case "cus":
		return node(s.customerNode(ctx, id))
	case invitationPrefix:
		return node(s.invitationNode(ctx, id))
	}
	return nil, apierr.MissingThing("thing")
}

// node keeps a nil pointer from becoming an interface that is not nil.
func node[N ent.Node](n N, err error) (ent.Node, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

func (s *Service) customerNode(ctx context.Context, id string) (*ent.Customer, error) {
	v, err := auth.Anyone(ctx)
	if err != nil {
		return nil, err
	}
	c, err := s.ent.Customer.Query().Where(customer.ID(id), customer.OrganizationID(v.OrganizationID())).Only(ctx)
	if ent.IsNotFound(err) || err == nil && v.Member == nil && v.ID() != id {
		return nil, apierr.MissingThing("customer")
	}
	if err != nil {
		return nil, fmt.Errorf("get customer: %w", err)
	}
	return c, nil
}

func (s *Service) invitationNode(ctx context.Context, id string) (*ent.CustomerInvitation, error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	i, err := s.ent.CustomerInvitation.Query().
		Where(customerinvitation.ID(id), customerinvitation.HasRoomWith(room.OrganizationID(v.OrganizationID()))).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, apierr.MissingThing("invitation")
	}
	if err != nil {
		return nil, fmt.Errorf("get invitation: %w", err)
	}
	return i, nil
}
