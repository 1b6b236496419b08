package eventlog

import (
	"encoding/json"
	"slices"
	"time"
)

// Signal is something that happens in a stream live only: it is never stored and never replayed, and may be lost.
type Signal struct {
	Kind    string
	Side    string
	ActorID string // "" for the system
	Data    string // JSON, "" for none
}

// whisper is a signal on the bus.
type whisper struct {
	Stream int64     `json:"s,string"`
	Kind   string    `json:"k"`
	Side   string    `json:"f,omitempty"`
	Actor  string    `json:"a,omitempty"`
	At     time.Time `json:"t"`
	Data   string    `json:"d,omitempty"`
}

// Tell tells all who follow the stream at this moment, in all processes.
func (l *Log) Tell(streamID int64, s Signal) {
	e := s.event(streamID)
	l.hub.tellHere(e)
	raw, _ := json.Marshal(whisper{streamID, s.Kind, s.Side, s.ActorID, e.At, s.Data}) // what it consists of always marshals
	l.hub.bus.Publish(topicLive, string(raw))
}

// TellHere is Tell for those who follow in this process.
func (l *Log) TellHere(streamID int64, s Signal) { l.hub.tellHere(s.event(streamID)) }

func (s Signal) event(streamID int64) Event {
	at := time.Now().UTC().Truncate(time.Microsecond)
	return Event{Stream: streamID, Kind: s.Kind, Side: s.Side, ActorID: s.ActorID, At: at, Data: s.Data}
}

// heardLive tells what another process has told.
func (h *hub) heardLive(text string) {
	var w whisper
	if json.Unmarshal([]byte(text), &w) != nil {
		return
	}
	h.tellHere(Event{Stream: w.Stream, Kind: w.Kind, Side: w.Side, ActorID: w.Actor, At: w.At.UTC(), Data: w.Data})
}

func (h *hub) tellHere(e Event) {
	if t := h.tail(e.Stream); t != nil {
		t.tell(e)
	}
}

// latest is how many of the newest signals a tail keeps for those who have not taken them yet.
const latest = 64

// tell keeps a signal for the followers, and wakes them. Followers may still hold the old array, so a new one is made,
// and seldom.
func (t *tail) tell(e Event) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.told++
	t.signals = append(t.signals, e)
	if len(t.signals) >= 2*latest {
		t.signals = slices.Clone(t.signals[len(t.signals)-latest:])
	}
	t.wake()
}

// toldSoFar is the number of the newest signal.
func (t *tail) toldSoFar() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.told
}

// toldSince returns the signals behind a number, as far as they are kept, and the number of the last. The caller holds
// the lock.
func (t *tail) toldSince(number int64) (signals []Event, last int64) {
	missing := min(t.told-number, int64(len(t.signals)))
	n := len(t.signals)
	return t.signals[n-int(missing) : n : n], t.told
}
