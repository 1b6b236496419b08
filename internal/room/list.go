package room

import (
	"context"
	"fmt"
	"slices"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/customerinvitation"
	"parley/ent/room"
	"parley/internal/auth"
	"parley/internal/page"
)

// List is a page of the organisation's rooms that pass the filter, newest activity first unless told (rule R18); for
// members.
func (s *Service) List(ctx context.Context, a page.Args, filter *RoomFilter, order *RoomOrder) (*page.Connection[*ent.Room], error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	w, err := a.Keyset(s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	if filter == nil {
		filter = &RoomFilter{}
	}
	if order == nil {
		order = &RoomOrder{OrderByUpdatedAt, NewestFirst}
	}
	if err := filter.check(s.limits.FilterCharacters); err != nil {
		return nil, err
	}
	l := listing{s.ent, v.OrganizationID(), *filter, *order, w}
	keys, err := l.keys(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.inOrder(ctx, keys)
	if err != nil {
		return nil, err
	}
	places := map[string]page.Key{}
	for _, k := range keys {
		places[k.ID] = k
	}
	return page.Of(w.Window, rows, func(r *ent.Room) string { return places[r.ID].Cursor() }, l.count), nil
}

// listing is a list of rooms of which a page is asked for.
type listing struct {
	ent            *ent.Client
	organizationID string
	filter         RoomFilter
	order          RoomOrder
	window         page.Keyset
}

func (l listing) descending() bool { return l.order.Direction == NewestFirst }

// newestFirst tells from which end the list is read.
func (l listing) newestFirst() bool { return l.window.NewestFirst(l.descending()) }

func (l listing) rooms() *ent.RoomQuery {
	return l.ent.Room.Query().Where(l.filter.rooms(l.organizationID)...)
}

func (l listing) count(ctx context.Context) (int, error) { return l.rooms().Count(ctx) }

// keys are the places of the rooms of the page, and of one beyond it, in the order in which they are read.
func (l listing) keys(ctx context.Context) ([]page.Key, error) {
	if l.order.Field == OrderByCreatedAt {
		return l.read(ctx, func(s *sql.Selector) string { return s.C(room.FieldCreatedAt) })
	}
	return l.byActivity(ctx)
}

// read reads the page in order of a column of time, to which from leads.
func (l listing) read(ctx context.Context, from func(*sql.Selector) (at string)) ([]page.Key, error) {
	var keys []page.Key
	err := l.rooms().Modify(func(s *sql.Selector) {
		at, id := from(s), s.C(room.FieldID)
		l.window.Order(s, at, id, l.descending())
		s.Select(sql.As(at, "at"), id)
	}).Scan(ctx, &keys)
	if err != nil {
		return nil, fmt.Errorf("list rooms: %w", err)
	}
	return keys, nil
}

// inOrder returns the rooms at the keys, with what a list shows of them, in so many statements however many they are.
func (s *Service) inOrder(ctx context.Context, keys []page.Key) ([]*ent.Room, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	place := map[string]int{}
	ids := make([]string, len(keys))
	for i, k := range keys {
		place[k.ID], ids[i] = i, k.ID
	}
	rows, err := s.ent.Room.Query().Where(room.IDIn(ids...)).WithStream().WithCustomer().WithCreatedBy().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("get rooms of list: %w", err)
	}
	slices.SortFunc(rows, func(a, b *ent.Room) int { return place[a.ID] - place[b.ID] })
	return rows, nil
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
