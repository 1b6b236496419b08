package room

import (
	"context"
	"slices"

	"parley/ent"
	"parley/internal/page"
)

// attend counts a person as being in a room while a subscription lasts.
func (s *Service) attend(person string, streamID int64) func() (leave func()) {
	return func() (leave func()) { return s.here.Enter(streamID, person) }
}

// presenceChanged tells those who follow a room in this process; the others come to know it by themselves.
func (s *Service) presenceChanged(streamID int64, person string, present bool) {
	s.log.TellHere(streamID, signal(kindPresence, sideOfPerson(person), person, data{Present: present}))
}

// Attendees are the people who are in the room at this moment: the specialists of its session, from joining until they leave, and
// who follows it, both in the order of their ids. Whoever was led to the room may know them; it depends on nothing of the one
// who asks.
func (s *Service) Attendees(ctx context.Context, r *ent.Room, first *int) ([]ent.Actor, error) {
	size, err := page.Size(first, s.limits.PageSize)
	if err != nil {
		return nil, err
	}
	ids := slices.DeleteFunc(s.here.At(r.StreamID), func(id string) bool { return sideOfPerson(id) == sideSpecialist })
	found, err := s.people.find(ctx, ids)
	if err != nil {
		return nil, err
	}
	seated, err := s.specialists(ctx, r)
	if err != nil {
		return nil, err
	}
	attendees := make([]ent.Actor, 0, len(found)+len(seated))
	for _, g := range seated {
		attendees = append(attendees, g)
	}
	for _, id := range ids {
		if a := found[id]; a != nil {
			attendees = append(attendees, a)
		}
	}
	return attendees[:min(size, len(attendees))], nil
}
