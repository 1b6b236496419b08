package room

import (
	"context"
	"time"

	"parley/ent"
	"parley/ent/room"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/idempotency"
)

// What tests know of the inside.
const (
	TogetherMessages = togetherMessages
	TogetherBytes    = togetherBytes
)

// Letter is a message by someone.
type Letter struct {
	By auth.Viewer
	In SendMessageInput
}

// Fate is what a statement says of a letter.
type Fate struct {
	Found, Posted bool
	Event         eventlog.Event
}

// PostAtOnce executes a statement without standing in line.
func (s *Service) PostAtOnce(ctx context.Context, letters ...Letter) ([]Fate, error) {
	batch := make([]*posting, len(letters))
	for i, l := range letters {
		key, err := idempotency.For(l.By.ID(), l.In.IdempotencyKey, "sendMessage", l.In.RoomID, l.In.Body)
		if err != nil {
			return nil, err
		}
		batch[i] = newPosting(l.By, l.In.RoomID, l.In.Body, key)
	}
	err := s.post(ctx, batch)
	fates := make([]Fate, len(batch))
	for i, p := range batch {
		fates[i] = Fate{p.found, p.posted, p.event}
	}
	return fates, err
}

// PostTwice executes the statement for one message twice, as a driver does that has lost the first answer.
func (s *Service) PostTwice(ctx context.Context, l Letter) (first, second Fate, err error) {
	p := newPosting(l.By, l.In.RoomID, l.In.Body, idempotency.Key{})
	if err := s.post(ctx, []*posting{p}); err != nil {
		return Fate{}, Fate{}, err
	}
	first = Fate{p.found, p.posted, p.event}
	again := &posting{place: p.place, event: eventlog.Event{ID: p.event.ID, Kind: p.event.Kind, Side: p.event.Side, ActorID: p.event.ActorID, Body: p.event.Body}}
	err = s.post(ctx, []*posting{again})
	return first, Fate{again.found, again.posted, again.event}, err
}

// Waiting is how many wait to write, in all rooms together.
func (s *Service) Waiting() int { return s.lines.count() }

// Busy is how many rooms are written into.
func (s *Service) Busy() int { return s.lines.busy() }

// Lines are lines in which the test writes.
type Lines struct{ lines *lines }

// NewLines returns lines whose writer is told the bodies.
func NewLines(limit time.Duration, write func(ctx context.Context, bodies []string) error) Lines {
	return Lines{newLines(func(ctx context.Context, batch []*posting) error {
		bodies := make([]string, len(batch))
		for i, p := range batch {
			bodies[i] = p.event.Body
		}
		return write(ctx, bodies)
	}, limit)}
}

// Post has a body written into a room; without a key where that is "".
func (ls Lines) Post(ctx context.Context, room, actor, key, body string) error {
	p := &posting{place: place{"org", room}, event: eventlog.Event{ActorID: actor, Body: body}}
	if key != "" {
		var err error
		if p.key, err = idempotency.For(actor, &key, "sendMessage", body); err != nil {
			return err
		}
	}
	return ls.lines.post(ctx, p)
}

// Waiting is how many wait to write.
func (ls Lines) Waiting() int { return ls.lines.count() }

// Busy is how many rooms are written into.
func (ls Lines) Busy() int { return ls.lines.busy() }

func (ls *lines) count() (n int) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	for _, l := range ls.all {
		n += len(l.waiting)
	}
	return n
}

func (ls *lines) busy() int {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	return len(ls.all)
}

// LargestRound is for how many readers one count is at most.
const LargestRound = largestRound

// Tally counts by a function that is told the rooms.
type Tally struct{ tally *tally }

// NewTally returns a tally.
func NewTally(count func(rooms []string) (int, error)) Tally {
	return Tally{newTally(func(_ context.Context, readers []reader) (map[reader]int, error) {
		var rooms []string
		for _, r := range readers {
			rooms = append(rooms, r.roomID)
		}
		n, err := count(rooms)
		counts := map[reader]int{}
		for _, r := range readers {
			counts[r] = n
		}
		return counts, err
	}, time.Minute)}
}

// Count counts for a reader of the room.
func (t Tally) Count(ctx context.Context, organization, room string) (int, error) {
	return t.tally.count(ctx, organization, reader{roomID: room})
}

// Counting is for how many organisations it counts at this moment.
func (t Tally) Counting() int {
	t.tally.mu.Lock()
	defer t.tally.mu.Unlock()
	return len(t.tally.waiting)
}

// Merging is what is decided of two rooms that become one.
type Merging struct {
	Status            room.Status
	Customer, Retired *ent.Customer
}

// PlanMerge decides what becomes of two rooms.
func PlanMerge(from, into *ent.Room) (Merging, error) {
	p, err := planMerge(from, into)
	return Merging{p.status, p.customer, p.retired}, err
}
