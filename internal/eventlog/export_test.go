package eventlog

import (
	"context"
	"log/slog"

	"parley/internal/bus"
)

// What tests know of the inside.
const (
	Remembered = remembered
	Batch      = batch
	Latest     = latest

	ForgetAtOnce = forgetAtOnce
	TopicGrown   = topicGrown
)

// NewOn returns a log that followers read by the function, without a database.
func NewOn(read func(ctx context.Context, streamID, after int64) ([]Event, error)) *Log {
	log := slog.New(slog.DiscardHandler)
	return &Log{log: log, hub: newHub(read, bus.Alone{}, log)}
}

// NewBeside returns a log beside a bus, without a database.
func NewBeside(b bus.Bus) *Log {
	log := slog.New(slog.DiscardHandler)
	return &Log{log: log, hub: newHub(nil, b, log)}
}

// Ring rings a stream as a bus does.
func (l *Log) Ring(streamID int64) { l.hub.ringHere(streamID) }

// KeptSignals is how many signals of a stream are kept in memory.
func (l *Log) KeptSignals(streamID int64) int {
	t := l.hub.tail(streamID)
	t.mu.Lock()
	defer t.mu.Unlock()
	return cap(t.signals)
}

// Tails is how many streams are followed.
func (l *Log) Tails() int { return len(l.hub.followed()) }

// Kept is how many events of a stream are kept in memory.
func (l *Log) Kept(streamID int64) int {
	t := l.hub.tail(streamID)
	if t == nil {
		return 0
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	return cap(t.recent)
}

// Timeline is the query of Messages.
func Timeline(streamID int64, after, before *Moment, limit int, backward bool) (q string, args []any) {
	return timeline(streamID, after, before, limit, backward)
}
