package room

import (
	"context"
	"sync"

	"parley/ent"
	"parley/internal/auth"
	"parley/internal/eventlog"
)

// scene is what some events of one room have in common: the room, and the people who acted. Both are looked up once
// for all of the events, when the first of them is asked for.
type scene struct {
	rooms    *Service
	streamID int64
	actorIDs []string

	entry   sync.Once // of the people
	cast    map[string]ent.Actor
	castErr error

	opening sync.Once // of the room
	room    *ent.Room
	roomErr error
}

// scene is that of events of one stream.
func (s *Service) scene(streamID int64, events ...eventlog.Event) *scene {
	sc := &scene{rooms: s, streamID: streamID}
	for _, e := range events {
		if e.ActorID != "" {
			sc.actorIDs = append(sc.actorIDs, e.ActorID)
		}
	}
	return sc
}

// of is the scene of what the viewer alone did.
func (sc *scene) of(v auth.Viewer) *scene {
	sc.entry.Do(func() { sc.cast = map[string]ent.Actor{v.ID(): v.Actor()} })
	return sc
}

// in is the scene in a room that is known already.
func (sc *scene) in(r *ent.Room) *scene {
	sc.opening.Do(func() { sc.room = r })
	return sc
}

// actor returns one of the people; nobody for the empty id.
func (sc *scene) actor(ctx context.Context, id string) (ent.Actor, error) {
	if id == "" {
		return nil, nil
	}
	sc.entry.Do(func() { sc.cast, sc.castErr = sc.rooms.people.find(ctx, sc.actorIDs) })
	return sc.cast[id], sc.castErr
}

// where returns the room, in which the viewer has been let before.
func (sc *scene) where(ctx context.Context) (*ent.Room, error) {
	sc.opening.Do(func() { sc.room, sc.roomErr = sc.rooms.byStream(ctx, sc.streamID) })
	return sc.room, sc.roomErr
}
