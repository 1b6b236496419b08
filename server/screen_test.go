package main

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

// screen is a share of a screen, with the cursor of its beginning.
type screen struct{ ID, Start string }

const shareSelection = "screenShare { id lastCursor startedAt stoppedAt sharer { __typename ... on Member { id } ... on Customer { id } ... on Specialist { id } } supportSession { id } }"

// tryShare shares a screen, which may be refused.
func (p *user) tryShare(s *support) *reply {
	return p.mutate("startScreenShare", vars{"supportSessionId": s.id}, shareSelection)
}

// shares shares a screen.
func (p *user) shares(s *support) screen {
	p.h.t.Helper()
	a := p.tryShare(s).ok()
	return screen{a.text("screenShare.id"), a.text("screenShare.lastCursor")}
}

// tryStop stops a share, which may be refused.
func (p *user) tryStop(c screen) *reply {
	return p.mutate("stopScreenShare", vars{"screenShareId": c.ID}, shareSelection)
}

// tryAllow says whether specialists may share, which may be refused.
func (p *user) tryAllow(s *support, may bool) *reply {
	return p.mutate("updateSupportSession", vars{"supportSessionId": s.id, "specialistsMayShare": may}, "supportSession { specialistsMayShare screenShares { id } }")
}

// trySignal sends somebody a signal, which may be refused.
func (p *user) trySignal(c screen, to *user, payload string) *reply {
	return p.mutate("sendSignal", vars{"screenShareId": c.ID, "toAttendeeId": to.id, "payload": payload}, "")
}

// signals sends somebody signals.
func (p *user) signals(c screen, to *user, payloads ...string) {
	p.h.t.Helper()
	for _, payload := range payloads {
		p.h.keepSecret("a signal", payload)
		p.trySignal(c, to, payload).ok()
	}
}

// tryInput uses keyboard and mouse on a screen, which may be refused.
func (p *user) tryInput(c screen, payload string) *reply {
	p.h.keepSecret("an input", payload)
	return p.mutate("sendControlInput", vars{"screenShareId": c.ID, "payload": payload}, "")
}

// screens are the ids of the screens that are shared in the session.
func (s *support) screens() []string {
	s.host.h.t.Helper()
	return s.host.ask(`query ($id: ID!) { node(id: $id) { ... on SupportSession { screenShares { id } } } }`, vars{"id": s.id}).ok().
		texts("node.screenShares", "id")
}

// shareEvent is an event of a share as a subscriber gets it.
type shareEvent struct {
	Type       string `json:"__typename"`
	Cursor     string
	OccurredAt time.Time
	Actor      *struct{ ID string }
	Payload    string
}

const shareEvents = `subscription ($share: ID!, $after: Cursor) { screenShareEvents(screenShareId: $share, after: $after) {
	__typename cursor occurredAt actor { ... on Member { id } ... on Customer { id } ... on Specialist { id } }
	... on ScreenShareSignalled { payload } ... on ScreenShareControlled { payload } } }`

// shareFeed is a subscriber to screenShareEvents.
type shareFeed struct {
	t testing.TB
	subscription
	last string // cursor of the newest event
}

// watches follows a share behind a cursor, or from now on where there is none, and waits until all was given that was stored.
func (p *user) watches(c screen, after string, by carriage, stored ...string) *shareFeed {
	p.h.t.Helper()
	f := p.opens(c, after, by)
	f.gets(stored...)
	f.expect("ScreenShareCaughtUp")
	return f
}

// opens follows a share, and waits for nothing.
func (p *user) opens(c screen, after string, by carriage) *shareFeed {
	p.h.t.Helper()
	variables := vars{"share": c.ID}
	if after != "" {
		variables["after"] = after
	}
	s, err := by(p.h, p.token, shareEvents, variables)
	if err != nil {
		p.h.t.Fatal(err)
	}
	p.h.t.Cleanup(s.cut)
	return &shareFeed{p.h.t, s, after}
}

func (f *shareFeed) event() (e shareEvent, err error) {
	payload, err := f.next()
	if err != nil {
		return e, err
	}
	var result struct {
		Data   struct{ ScreenShareEvents shareEvent }
		Errors []refusal
	}
	if err := json.Unmarshal(payload, &result); err != nil {
		return e, err
	}
	if len(result.Errors) > 0 {
		return e, &ending{errors: result.Errors}
	}
	if e = result.Data.ScreenShareEvents; e.Cursor != "" {
		f.last = e.Cursor
	}
	return e, nil
}

// expect reads exactly one event of a type.
func (f *shareFeed) expect(want string) shareEvent {
	f.t.Helper()
	e, err := f.event()
	if err != nil || e.Type != want {
		f.t.Fatalf("got %+v %v, want %s", e, err, want)
	}
	return e
}

// gets reads exactly these signals.
func (f *shareFeed) gets(payloads ...string) {
	f.t.Helper()
	for _, want := range payloads {
		e := f.expect("ScreenShareSignalled")
		if e.Payload != want || e.Cursor == "" || e.Actor == nil || time.Since(e.OccurredAt).Abs() > time.Minute {
			f.t.Fatalf("got %+v, want the signal %s", e, want)
		}
	}
}

// controlled reads exactly this input of a person.
func (f *shareFeed) controlled(by *user, payload string) {
	f.t.Helper()
	e := f.expect("ScreenShareControlled")
	if e.Payload != payload || e.Cursor != "" || e.Actor == nil || e.Actor.ID != by.id || time.Since(e.OccurredAt).Abs() > time.Minute {
		f.t.Fatalf("got %+v, want the input %q of %s", e, payload, by.name)
	}
}

// end reads the end, before which nothing may come.
func (f *shareFeed) end() *ending {
	f.t.Helper()
	defer within(f)()
	e, err := f.event()
	var end *ending
	if !errors.As(err, &end) {
		f.t.Fatalf("got %+v %v, want the end", e, err)
	}
	return end
}

// completes reads the end of a share that was stopped.
func (f *shareFeed) completes() {
	f.t.Helper()
	if end := f.end(); !end.complete || len(end.errors) > 0 {
		f.t.Fatalf("it ended with %v", end)
	}
}

// changes is how many changes of its sessions a room has told.
func (p *user) changes(room place) (n int) {
	p.h.t.Helper()
	f := p.follow(room, overSocket)
	for {
		if f.until("SupportSessionChanged", "CaughtUp").Type == "CaughtUp" {
			return n
		}
		n++
	}
}
