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

// Entry is what a writer says of a new event; the log gives it its id, place and time.
type Entry struct {
	ID      string // "" makes a new one
	Kind    string
	Side    string
	ActorID string
	Body    string
	Data    string
}
