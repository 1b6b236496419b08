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
	*cast

	opening sync.Once // of the room
	room    *ent.Room
	roomErr error
}

// scene is that of events of one stream.
func (s *Service) scene(streamID int64, events ...eventlog.Event) *scene {
	return &scene{rooms: s, streamID: streamID, cast: s.cast(events...)}
}

// cast are the people who acted in some events, and the documents that were shared in them.
type cast struct {
	people *people
	ids    []string

	entry sync.Once
	found map[string]ent.Actor
	err   error

	*props
}

// cast is that of events, of one stream or of several.
func (s *Service) cast(events ...eventlog.Event) *cast {
	c := &cast{people: s.people, props: &props{documents: s.documents}}
	for _, e := range events {
		if e.ActorID != "" {
			c.ids = append(c.ids, e.ActorID)
		}
		if id := documentID(e); id != "" {
			c.props.ids = append(c.props.ids, id)
		}
	}
	return c
}

// of is the scene of what the viewer alone did.
func (sc *scene) of(v auth.Viewer) *scene {
	sc.entry.Do(func() { sc.found = map[string]ent.Actor{v.ID(): v.Actor()} })
	return sc
}

// in is the scene in a room that is known already.
func (sc *scene) in(r *ent.Room) *scene {
	sc.opening.Do(func() { sc.room = r })
	return sc
}

// actor returns one of the people; nobody for the empty id.
func (c *cast) actor(ctx context.Context, id string) (ent.Actor, error) {
	if id == "" {
		return nil, nil
	}
	c.entry.Do(func() { c.found, c.err = c.people.find(ctx, c.ids) })
	return c.found[id], c.err
}

// where returns the room, in which the viewer has been let before.
func (sc *scene) where(ctx context.Context) (*ent.Room, error) {
	sc.opening.Do(func() { sc.room, sc.roomErr = sc.rooms.byStream(ctx, sc.streamID) })
	return sc.room, sc.roomErr
}
