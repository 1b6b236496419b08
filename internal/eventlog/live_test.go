package eventlog_test

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"parley/internal/eventlog"
)

func next(t *testing.T, f *eventlog.Follower) []eventlog.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	events, err := f.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return events
}

// silent fails the test unless there is nothing to take at this moment.
func silent(t *testing.T, f *eventlog.Follower) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if events, err := f.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v %v, want nothing", events, err)
	}
}

func TestC7_WhatIsToldReachesThoseWhoFollowInAllProcessesAndNobodyLater(t *testing.T) {
	t.Parallel()
	w := &wire{}
	b := setup(t)
	here, there := b.open(t, w.port()), b.open(t, w.port())
	b.mustAppend(t, 2)
	here.Tell(b.stream, eventlog.Signal{Kind: "TOO_EARLY"})
	one, two, other := here.Follow(b.stream, 2), there.Follow(b.stream, 2), there.Follow(b.newStream(t), 0)
	defer one.Close()
	defer two.Close()
	defer other.Close()
	here.Tell(b.stream, eventlog.Signal{Kind: "TYPING", Side: "MEMBER", ActorID: "mem_1", Data: "{}"})
	for _, f := range []*eventlog.Follower{one, two} {
		e := next(t, f)
		if len(e) != 1 || e[0].Kind != "TYPING" || e[0].Seq != 0 || e[0].Side != "MEMBER" || e[0].ActorID != "mem_1" || e[0].Data != "{}" ||
			time.Since(e[0].At).Abs() > time.Minute || e[0].Stream != b.stream {
			t.Errorf("got %+v", e)
		}
		silent(t, f)
	}
	silent(t, other)
	here.TellHere(b.stream, eventlog.Signal{Kind: "PRESENCE"})
	if e := next(t, one); len(e) != 1 || e[0].Kind != "PRESENCE" {
		t.Errorf("got %+v", e)
	}
	silent(t, two)
	late := here.Follow(b.stream, 0)
	defer late.Close()
	collect(t, late, 0, 2)
	silent(t, late)
	if b.lastSeq(t) != 2 {
		t.Error("something was stored")
	}
}

func TestASlowFollowerLosesSignalsAndNoEvents(t *testing.T) {
	t.Parallel()
	b := setup(t)
	f := b.log.Follow(b.stream, 0)
	defer f.Close()
	for i := range 20 * eventlog.Latest {
		b.log.Tell(b.stream, eventlog.Signal{Data: strconv.Itoa(i)})
	}
	if kept := b.log.KeptSignals(b.stream); kept > 3*eventlog.Latest {
		t.Errorf("%d signals are kept in memory", kept)
	}
	posted, err := b.post(t.Context(), "hello")
	if err != nil {
		t.Fatal(err)
	}
	b.log.Posted(posted)
	all := next(t, f)
	if len(all) < eventlog.Latest || all[0].Seq != 1 || all[len(all)-1].Data != strconv.Itoa(20*eventlog.Latest-1) {
		t.Errorf("got %d, the first %+v, the last %+v", len(all), all[0], all[len(all)-1])
	}
	silent(t, f)
}

// Others may say what they like there.
func TestWhatIsNotUnderstoodOnTheBusIsIgnored(t *testing.T) {
	t.Parallel()
	w := &wire{}
	b := setup(t)
	log := b.open(t, w.port())
	f := log.Follow(b.stream, 0)
	defer f.Close()
	other := w.port()
	for _, text := range []string{"", "{", "[]", "null", `{"s":7}`, "x", "-", "99999999999999999999999"} {
		for topic := range w.ports[0].heard {
			other.Publish(topic, text)
		}
	}
	silent(t, f)
}
