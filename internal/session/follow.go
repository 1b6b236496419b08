package session

import (
	"context"
	"strconv"
	"time"

	"parley/ent"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/feed"
)

// ScreenEvent is something about a screen that is shared: one of the types below.
type ScreenEvent interface{ IsScreenShareEvent() }

// Happening is what all of them have.
type Happening struct {
	Cursor     *string // nil for what is live only
	OccurredAt time.Time

	actorID  string
	sessions *Service
}

// IsScreenShareEvent marks a ScreenEvent.
func (Happening) IsScreenShareEvent() {}

// Actor is who did it, or nil for nobody.
func (h Happening) Actor(ctx context.Context) (ent.Actor, error) {
	return h.sessions.person(ctx, h.actorID)
}

// What is told of a screen.
type (
	// Signalled is a signal to whoever follows.
	Signalled struct {
		Happening
		Payload string
	}
	// Controlled is what somebody does with keyboard and mouse. It is live only, and for whoever shares the screen.
	Controlled struct {
		Happening
		Payload string
	}
	// CaughtUp says that all signals that were stored have been given.
	CaughtUp struct{ Happening }
	// Heartbeat says that the subscription is alive.
	Heartbeat struct{ Happening }
)

// FollowShare returns the signals to the viewer that are stored after the cursor, CaughtUp, and then those to come, with what others
// do with the screen where it is the viewer's, and a Heartbeat now and then; for everyone in the session. Without a cursor it
// begins with what happens from now on. It ends when the share is stopped.
func (s *Service) FollowShare(ctx context.Context, id string, after *string) (*feed.Feed[ScreenEvent], error) {
	c, err := s.share(ctx, id)
	if err != nil {
		return nil, err
	}
	person := auth.From(ctx).ID()
	f := following{s, person, person == c.SharerID}
	return eventlog.Feed(ctx, s.log, c.Edges.Stream, after, eventlog.Telling[ScreenEvent]{
		Topic:  "screen " + strconv.FormatInt(c.StreamID, 16) + " " + person,
		Events: f.events, CaughtUp: f.caughtUp, Heartbeat: f.heartbeat, Silence: s.limits.Heartbeat,
	})
}

// following is how a person is told of a share.
type following struct {
	sessions *Service
	person   string
	sharing  bool // it is their screen
}

func (f following) events([]eventlog.Event) eventlog.Teller[ScreenEvent] {
	return func(e eventlog.Event) (feed.Item[ScreenEvent], bool, error) {
		told, err := f.event(e)
		return feed.Item[ScreenEvent]{Place: e.Seq, Value: told, Silent: told == nil}, e.Kind == kindStopped, err
	}
}

func (f following) caughtUp() ScreenEvent { return &CaughtUp{f.now()} }

func (f following) heartbeat() ScreenEvent { return &Heartbeat{f.now()} }

// now is what does not come from the log.
func (f following) now() Happening {
	return Happening{OccurredAt: time.Now().UTC().Truncate(time.Microsecond), sessions: f.sessions}
}

// event makes of what the log gives what the person is told, or nil of what is not for them, was forgotten, or is of a kind that
// this version does not know.
func (f following) event(e eventlog.Event) (ScreenEvent, error) {
	h := Happening{OccurredAt: e.At, actorID: e.ActorID, sessions: f.sessions}
	switch {
	case e.Kind == kindSignal && e.Seq > 0:
		d, err := decode[signal](e.Data)
		if err != nil || d.To != f.person {
			return nil, err
		}
		cursor := f.sessions.log.Cursor(e.Stream, e.Seq)
		h.Cursor = &cursor
		return &Signalled{h, d.Payload}, nil
	case e.Kind == kindInput && e.Seq == 0 && f.sharing:
		d, err := decode[input](e.Data)
		if err != nil { // of another version, perhaps
			return nil, nil
		}
		return &Controlled{h, string(d.Payload)}, nil
	}
	return nil, nil
}
