package room

import (
	"context"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/room"
	"parley/ent/stream"
	"parley/internal/auth"
	"parley/internal/page"
)

// List is a page of the organisation's rooms, newest activity first; for members.
func (s *Service) List(ctx context.Context, a page.Args) (*page.Connection[*ent.Room], error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.Keyset(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	rows, err := s.ent.Room.Query().Where(room.OrganizationID(v.OrganizationID()), byActivity(w)).
		WithStream().WithCustomer().WithCreatedBy().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	key := func(r *ent.Room) string { return page.Key{At: r.Edges.Stream.LastAt, ID: r.ID}.Cursor() }
	count := func(ctx context.Context) (int, error) {
		return s.ent.Room.Query().Where(room.OrganizationID(v.OrganizationID())).Count(ctx)
	}
	return page.Of(w.Window, rows, key, count), nil
}

// byActivity puts rooms in order of the newest event in their logs, newest first, within the window.
func byActivity(w page.Keyset) func(*sql.Selector) {
	return func(s *sql.Selector) {
		log := sql.Table(stream.Table)
		s.Join(log).On(s.C(room.FieldStreamID), log.C(stream.FieldID))
		w.Order(s, log.C(stream.FieldLastAt), s.C(room.FieldID), true)
	}
}

// Invitations is a page of the invitations that were sent to the room's customer, oldest first; for members.
func (s *Service) Invitations(ctx context.Context, r *ent.Room, a page.Args) (*page.Connection[*ent.CustomerInvitation], error) {
	if _, err := auth.Member(ctx); err != nil {
		return nil, err
	}
	r, err := s.enter(ctx, r)
	if err != nil {
		return nil, err
	}
	w, err := a.Keyset(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	oldestFirst := func(s *sql.Selector) {
		w.Order(s, s.C(customerinvitation.FieldCreatedAt), s.C(customerinvitation.FieldID), false)
	}
	rows, err := r.QueryInvitations().Where(oldestFirst).WithInvitedBy().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list invitations: %w", err)
	}
	for _, i := range rows {
		i.Edges.Room = r
	}
	key := func(i *ent.CustomerInvitation) string { return page.Key{At: i.CreatedAt, ID: i.ID}.Cursor() }
	return page.Of(w.Window, rows, key, func(ctx context.Context) (int, error) { return r.QueryInvitations().Count(ctx) }), nil
}
