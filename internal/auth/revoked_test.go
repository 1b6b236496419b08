package auth_test

import (
	"testing"
	"time"

	"parley/ent"
	"parley/ent/accesstoken"
	"parley/ent/member"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/limits"
)

// wire is a bus from one process to another.
type wire struct {
	bus.Alone
	heard  map[string]func(string) // by topic
	missed func()
}

func newWire() *wire { return &wire{heard: map[string]func(string){}} }

func (w *wire) Publish(topic, signal string) { w.heard[topic](signal) }

// port is the other end of it.
type port struct {
	bus.Alone
	*wire
}

func (p port) Publish(string, string) {}
func (p port) Ring(string, ...string) {}
func (p port) Hear(topic string, heard func(string), missed func()) {
	p.heard[topic], p.missed = heard, missed
}

func (w *wire) Hear(string, func(string), func()) {}

// There is nobody who looks at the database here.
func TestX3_WhatAnotherProcessRevokesEndsAtOnce(t *testing.T) {
	b := setup(t)
	w := newWire()
	b.tokens = auth.NewTokens(b.db.Ent, limits.Default(), port{wire: w})
	other := auth.NewTokens(b.db.Ent, limits.Default(), w)
	kept, _ := b.known(t, b.issueToCustomer(t))
	var lives []<-chan struct{}
	for range 250 { // more than go into one signal
		_, life := b.known(t, b.issue(t))
		lives = append(lives, life.Done())
	}
	last := b.issue(t)
	_, life := b.known(t, last)
	b.tx(t, func(tx *ent.Tx) error { return other.RevokeTx(t.Context(), tx, accesstoken.MemberID(b.member.ID)) })
	for _, ended := range append(lives, life.Done()) {
		select {
		case <-ended:
		default:
			t.Fatal("a session has not ended")
		}
	}
	b.refused(t, last)
	if kept.ID() == "" {
		t.Error("the customer's has ended")
	}
}

// By the look every second it would take longer.
func TestX3_WhatMayHaveBeenMissedIsLookedForAtOnce(t *testing.T) {
	b := setup(t)
	w := newWire()
	b.tokens = auth.NewTokens(b.db.Ent, limits.Default(), port{wire: w})
	b.run(t)
	began := time.Now()
	const rounds = 12
	for range rounds {
		v, life := b.known(t, b.issue(t))
		b.revokeElsewhere(t, v)
		w.missed()
		select {
		case <-life.Done():
		case <-time.After(patience):
			t.Fatal("it has not ended")
		}
	}
	if took := time.Since(began); took > rounds*time.Second/2 {
		t.Errorf("%d took %s", rounds, took)
	}
}

func TestWhatIsNotUnderstoodOnTheBusEndsNothing(t *testing.T) {
	b := setup(t)
	w := newWire()
	b.tokens = auth.NewTokens(b.db.Ent, limits.Default(), port{wire: w})
	_, life := b.known(t, b.issue(t))
	for _, text := range []string{"", " ", "tok_", "*", "{}"} {
		for _, heard := range w.heard {
			heard(text)
		}
	}
	if life.Err() != nil {
		t.Error("it has ended")
	}
}

// There is nobody who looks at the database here.
func TestO7_WhatAnotherProcessSaysOfAMemberIsLookedForWithTheNextRequest(t *testing.T) {
	b := setup(t)
	w := newWire()
	b.tokens = auth.NewTokens(b.db.Ent, limits.Default(), port{wire: w})
	other := auth.NewTokens(b.db.Ent, limits.Default(), w)
	token := b.issue(t)
	opened := auth.WithSession(t.Context(), b.session(t, token))
	b.tx(t, func(tx *ent.Tx) error {
		other.ChangeTx(tx, b.member.ID)
		return tx.Member.UpdateOne(b.member).SetRole(member.RoleTeamLeader).SetChangedAt(time.Now()).Exec(t.Context())
	})
	if role := b.session(t, token).Viewer.Member.Role; role != member.RoleTeamLeader {
		t.Errorf("the next request is a %s's", role)
	}
	if role := auth.From(opened).Member.Role; role != member.RoleTeamLeader {
		t.Errorf("what was open is a %s's", role)
	}
}

// A process that was paused for long learns of it as well: however long ago it was.
func TestO7_AChangeOfLongAgoIsFoundOut(t *testing.T) {
	b := setup(t)
	s := b.session(t, b.issue(t))
	defer s.Hold()()
	opened := auth.WithSession(t.Context(), s)
	b.change(t, time.Now().Add(-time.Hour))
	b.check(t)
	if role := auth.From(opened).Member.Role; role != member.RoleTeamLeader {
		t.Errorf("what was open is a %s's", role)
	}
}

// Between being asked who they are and being held, a connection's session may be forgotten, and known again as another one.
func TestO7_WhoWasForgottenForAMomentIsToldToo(t *testing.T) {
	b := setup(t)
	token := b.issue(t)
	first := b.session(t, token)
	b.tokens.Age(3 * auth.Fresh)
	b.check(t) // forgets it
	second := b.session(t, token)
	release := second.Hold()
	defer release()
	defer first.Hold()()
	opened := auth.WithSession(t.Context(), first)
	b.change(t, time.Now())
	b.check(t)
	if role := auth.From(opened).Member.Role; role != member.RoleTeamLeader {
		t.Errorf("what was open is a %s's", role)
	}
}

// change makes the member a team leader, and says so to nobody.
func (b *bundle) change(t *testing.T, at time.Time) {
	t.Helper()
	err := b.db.Ent.Member.UpdateOneID(b.member.ID).SetRole(member.RoleTeamLeader).SetChangedAt(at).Exec(t.Context())
	if err != nil {
		t.Fatal(err)
	}
}
