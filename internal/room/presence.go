package room

import (
	"context"
	"strings"

	"parley/ent"
	"parley/internal/page"
)

// customerPrefix begins the ids of customers.
const customerPrefix = "cus_"

// attend counts a person as being in a room while a subscription lasts.
func (s *Service) attend(person string, streamID int64) func() (leave func()) {
	return func() (leave func()) { return s.here.Enter(streamID, person) }
}

// presenceChanged tells those who follow a room in this process; the others come to know it by themselves.
func (s *Service) presenceChanged(streamID int64, person string, present bool) {
	side := sideMember
	if strings.HasPrefix(person, customerPrefix) {
		side = sideCustomer
	}
	s.log.TellHere(streamID, signal(kindPresence, side, person, data{Present: present}))
}

// Attendees are the people who are in the room at this moment, in the order of their ids. Whoever was led to the room may
// know them; it depends on nothing of the one who asks.
func (s *Service) Attendees(ctx context.Context, r *ent.Room, first *int) ([]ent.Actor, error) {
	size, err := page.Size(first, s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	ids := s.here.At(r.StreamID)
	found, err := s.people.find(ctx, ids)
	if err != nil {
		return nil, err
	}
	attendees := make([]ent.Actor, 0, min(size, len(found)))
	for _, id := range ids {
		if a := found[id]; a != nil && len(attendees) < size {
			attendees = append(attendees, a)
		}
	}
	return attendees, nil
}
