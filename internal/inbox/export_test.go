package inbox

import (
	"time"

	"parley/internal/eventlog"
)

// What tests know of the inside.
const (
	Hold       = hold
	Rest       = rest
	Remembered = remembered
	SweepEvery = sweepEvery
)

// Place is the time that a cursor stands for.
func Place(text string) (time.Time, error) {
	c, err := parseCursor(text)
	return time.UnixMicro(c.place).UTC(), err
}

// CursorAt is the cursor of a time.
func CursorAt(epoch uint32, at time.Time) string { return cursor{epoch, at.UnixMicro()}.String() }

// Tails is how many organisations' inboxes are followed.
func (s *Service) Tails() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.tails)
}

// Tail is a tail without a database.
type Tail struct{ tail *tail }

// NewTail returns a tail at a place.
func NewTail(place int64) Tail { return Tail{newTail(place)} }

// Told is what was told: the news of a stream, with the place of their cursor.
type Told struct{ Stream, Seq, Place int64 }

// Look has the tail look at what has grown, and returns what it tells of it.
func (t Tail) Look(grown []eventlog.Growth, settled int64, now time.Time) (told []Told, again time.Time) {
	p := t.tail.plan(grown, settled, now)
	t.tail.carry(p)
	for _, n := range p.tell {
		told = append(told, Told{n.Stream, n.Seq, n.place})
	}
	return told, p.again
}

// Place is the place up to which all has been told.
func (t Tail) Place() int64 { return t.tail.at() }

// Ahead are the streams of the news behind the place that a new follower is told.
func (t Tail) Ahead() (streams []int64) {
	for _, n := range t.tail.since(none).news {
		streams = append(streams, n.Stream)
	}
	return streams
}

// Rooms is how many rooms the tail knows something of.
func (t Tail) Rooms() int { return len(t.tail.rooms) }

// Kept is how many news are kept in memory.
func (t Tail) Kept() int { return cap(t.tail.recent) }
