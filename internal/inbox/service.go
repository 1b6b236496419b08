// Package inbox tells members what happens around them: which of their organisation's rooms have news, and which of their
// colleagues are in another state; and each member alone what is offered to them, and which of their own conversations have news.
// All of that is told like news of a room: a member has a log of their states, and one of what is offered to them.
//
// It guarantees, for whoever follows an inbox, loses the connection and follows it again behind the last cursor:
//
//   - Each room that has had news since is told of. Several news of a room that wait together are told once: an event
//     says "look", and the room's log says what.
//   - What a cursor says has been told is not told again. A cursor may be a little behind its event, though, and then the
//     event may come again to who follows behind it: where transactions write at that moment, where two events have the
//     very same time, and where a room has news more often than it is told of.
//   - Cursors do not go backwards, and a slow follower holds nobody up and is not held in memory.
//
// Nothing is written for it. A room's log knows the time of its newest event, and an inbox is all rooms of the
// organisation in order of those times. One goroutine in a process looks for all who follow there, when it is rung and
// every second. What it finds is told in order, up to where the past is settled (eventlog.Horizon): further on a transaction
// may still commit an event with an older time, so what is there is told a little later, with a cursor that does not
// pass what may come.
//
// The clock is the database's. Where it is set back all followers are sent to begin anew (CURSOR_EXPIRED), as they are
// where the database lost history.
//
// Whom news concern is asked when they are told: of a conversation that has gone to somebody else, that is them. Of what is offered
// to a member the newest says all, since they are offered one thing at a time.
//
// It knows rooms, members and conversations, and not what happens to them.
package inbox

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"parley/internal/call"
	"parley/internal/conversation"
	"parley/internal/eventlog"
	"parley/internal/room"
)

// Service answers for inboxes.
type Service struct {
	events    *eventlog.Log
	rooms     *room.Service
	calls     *call.Service
	chats     *conversation.Service
	heartbeat time.Duration
	log       *slog.Logger

	followed atomic.Bool   // somebody follows
	bell     chan struct{} // holds one ring; more say nothing more

	mu    sync.Mutex
	tails map[string]*tail // by organisation
	rung  map[int64]bool   // streams that have grown since the last look
}

// New returns the service, which listens to the log. Run must be called for followers to be served.
func New(events *eventlog.Log, rooms *room.Service, calls *call.Service, chats *conversation.Service, heartbeat time.Duration, log *slog.Logger) *Service {
	s := &Service{
		events: events, rooms: rooms, calls: calls, chats: chats, heartbeat: heartbeat, log: log,
		bell: make(chan struct{}, 1), tails: map[string]*tail{}, rung: map[int64]bool{},
	}
	events.Listen(eventlog.Listener{Grown: s.grown, Ended: s.end})
	return s
}

// mostRung bounds how many streams are noted between two looks. Those beyond are found within a second.
const mostRung = 10_000

// grown notes that a stream has grown. It is on the way of whoever writes a message.
func (s *Service) grown(streamID int64) {
	if !s.followed.Load() {
		return
	}
	s.mu.Lock()
	if len(s.rung) < mostRung {
		s.rung[streamID] = true
	}
	s.mu.Unlock()
	s.ring()
}

func (s *Service) ring() {
	select {
	case s.bell <- struct{}{}:
	default:
	}
}

// join returns the organisation's tail; where there was none, one at the place.
func (s *Service) join(organizationID string, place int64) *tail {
	s.mu.Lock()
	defer s.mu.Unlock()
	t := s.tails[organizationID]
	if t == nil {
		t = newTail(place)
		s.tails[organizationID] = t
		s.followed.Store(true)
		s.ring() // what has happened since was rung for nobody
	}
	t.followers++
	return t
}

// leave gives the tail back; with the last follower it ends.
func (s *Service) leave(organizationID string, t *tail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if t.followers--; t.followers > 0 {
		return
	}
	s.drop(organizationID, t, nil)
}

// drop ends a tail; who follows it gets the error. The caller holds the lock.
func (s *Service) drop(organizationID string, t *tail, because error) {
	t.end(because)
	if s.tails[organizationID] == t {
		delete(s.tails, organizationID)
	}
	if len(s.tails) == 0 {
		s.followed.Store(false)
		clear(s.rung)
	}
}

// end ends all tails.
func (s *Service) end(because error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for organizationID, t := range s.tails {
		s.drop(organizationID, t, because)
	}
}

// furnish gives news what they are about, and the people who caused them, all of them looked up together. What is nothing's stream
// gets nothing.
func (s *Service) furnish(ctx context.Context, all []*news) error {
	if len(all) == 0 {
		return nil
	}
	streams, people := make([]int64, len(all)), []string{}
	for i, n := range all {
		streams[i] = n.Stream
		if n.ActorID != "" {
			people = append(people, n.ActorID)
		}
	}
	rooms, err := s.rooms.OfStreams(ctx, streams)
	if err != nil {
		return err
	}
	actors, err := s.rooms.People(ctx, people)
	if err != nil {
		return err
	}
	for _, n := range all {
		n.room, n.actor = rooms[n.Stream], actors[n.ActorID]
	}
	for _, furnish := range []func(context.Context, []*news) error{s.furnishMembers, s.furnishConversations, s.furnishOffers} {
		if err := furnish(ctx, unknown(all)); err != nil {
			return err
		}
	}
	return nil
}

// unknown are the news of which it is not known yet what they are about.
func unknown(all []*news) []*news {
	return slices.DeleteFunc(slices.Clone(all), (*news).known)
}

func streamsOf(all []*news) []int64 {
	streams := make([]int64, len(all))
	for i, n := range all {
		streams[i] = n.Stream
	}
	return streams
}

// furnishMembers gives news the members whose states they are.
func (s *Service) furnishMembers(ctx context.Context, all []*news) error {
	if len(all) == 0 {
		return nil
	}
	members, err := s.calls.OfStreams(ctx, streamsOf(all))
	if err != nil {
		return err
	}
	for _, n := range all {
		n.member = members[n.Stream]
	}
	return nil
}

// furnishConversations gives news the conversations in whose logs they are, which concern their agents alone.
func (s *Service) furnishConversations(ctx context.Context, all []*news) error {
	if len(all) == 0 {
		return nil
	}
	conversations, err := s.chats.OfStreams(ctx, streamsOf(all))
	if err != nil {
		return err
	}
	for _, n := range all {
		n.conversation = conversations[n.Stream]
	}
	return nil
}

// furnishOffers gives news what they say of an offer to a member, which concerns that member alone.
func (s *Service) furnishOffers(ctx context.Context, all []*news) error {
	if len(all) == 0 {
		return nil
	}
	grown := make([]eventlog.Growth, len(all))
	for i, n := range all {
		grown[i] = n.Growth
	}
	offers, err := s.chats.Offers(ctx, grown)
	if err != nil {
		return err
	}
	for _, n := range all {
		n.offer = offers[n.Stream]
	}
	return nil
}
