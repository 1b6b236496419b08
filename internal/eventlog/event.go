package eventlog

import "time"

// Event is an entry of a stream.
type Event struct {
	ID      string
	Stream  int64
	Seq     int64
	Kind    string
	Side    string
	ActorID string // "" for the system
	At      time.Time
	Body    string
	Data    string // JSON, "" for none
}

// size is how much text an event holds.
func (e Event) size() int { return len(e.Body) + len(e.Data) }

// Entry is what a writer says of a new event; the log gives it its place and time, and its id where it has none.
type Entry struct {
	ID      string
	Kind    string
	Side    string
	ActorID string
	Body    string
	Data    string
}
