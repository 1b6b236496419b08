package room

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/database"
)

// OfStreams returns the rooms that streams are the logs of, with what is often asked of them, by stream. Whoever calls it
// knows whose streams they are.
func (s *Service) OfStreams(ctx context.Context, streamIDs []int64) (map[int64]*ent.Room, error) {
	var rows []*ent.Room
	err := database.Again(ctx, func() (err error) {
		rows, err = s.ent.Room.Query().Where(room.StreamIDIn(streamIDs...)).WithStream().WithCustomer().WithCreatedBy().All(ctx)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("get rooms of streams: %w", err)
	}
	rooms := make(map[int64]*ent.Room, len(rows))
	for _, r := range rows {
		rooms[r.StreamID] = r
	}
	return rooms, nil
}

// People returns the members and customers with the ids, by id.
func (s *Service) People(ctx context.Context, ids []string) (map[string]ent.Actor, error) {
	return s.people.find(ctx, ids)
}
