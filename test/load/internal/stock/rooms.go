package stock

import (
	"context"
	"sync"
)

// rooms are the subscribers of each room: a channel for each.
type rooms struct {
	mu    sync.RWMutex
	rooms map[string]map[chan RoomEvent]struct{}
}

func newRooms() *rooms { return &rooms{rooms: make(map[string]map[chan RoomEvent]struct{})} }

// buffered is how many events a subscriber may be behind before it holds the others up. None is left out: that would be
// faster, and events would be lost.
const buffered = 64

// subscribe returns what happens in the room from now on, after first, until the context ends.
func (r *rooms) subscribe(ctx context.Context, room string, first RoomEvent) <-chan RoomEvent {
	events := make(chan RoomEvent, buffered)
	events <- first
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rooms[room] == nil {
		r.rooms[room] = make(map[chan RoomEvent]struct{})
	}
	r.rooms[room][events] = struct{}{}
	context.AfterFunc(ctx, func() { r.leave(room, events) })
	return events
}

func (r *rooms) leave(room string, events chan RoomEvent) {
	go discard(events) // so that who broadcasts to it now does not wait for ever
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.rooms[room], events)
	if len(r.rooms[room]) == 0 {
		delete(r.rooms, room)
	}
	close(events)
}

func discard(events <-chan RoomEvent) {
	for range events {
	}
}

func (r *rooms) broadcast(room string, event RoomEvent) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for events := range r.rooms[room] {
		events <- event
	}
}
