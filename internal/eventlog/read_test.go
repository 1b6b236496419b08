package eventlog_test

import (
	"math"
	"slices"
	"testing"

	"parley/internal/eventlog"
)

// The timeline is what people see of a stream: texts, documents and notices.
func TestTheTimelineOfAStream(t *testing.T) {
	t.Parallel()
	b := setup(t)
	var entries []eventlog.Entry
	for _, kind := range []string{"ROOM_RENAMED", "TEXT", "NOTICE", "CUSTOMER_JOINED", "DOCUMENT", "TEXT", "ROOM_CLOSED"} {
		entries = append(entries, eventlog.Entry{Kind: kind, Side: "SYSTEM"})
	}
	events, err := b.append(t.Context(), b.log, false, entries...)
	if err != nil {
		t.Fatal(err)
	}
	at := func(place int64) *eventlog.Moment {
		if place == 0 || place == math.MaxInt64 {
			return nil
		}
		return &eventlog.Moment{At: events[place-1].At, Seq: place}
	}
	for _, c := range []struct {
		after, before int64
		limit         int
		backward      bool
		want          []int64
	}{
		{0, math.MaxInt64, 9, false, []int64{2, 3, 5, 6}},
		{0, math.MaxInt64, 9, true, []int64{6, 5, 3, 2}},
		{0, math.MaxInt64, 2, false, []int64{2, 3}},
		{0, math.MaxInt64, 2, true, []int64{6, 5}},
		{2, 6, 9, false, []int64{3, 5}},
		{2, 6, 1, true, []int64{5}},
		{6, math.MaxInt64, 9, false, nil},
		{0, 2, 9, true, nil},
	} {
		got, err := b.log.Messages(t.Context(), b.stream, at(c.after), at(c.before), c.limit, c.backward)
		if err != nil {
			t.Fatal(err)
		}
		var places []int64
		for _, e := range got {
			places = append(places, e.Seq)
		}
		if !slices.Equal(places, c.want) {
			t.Errorf("%+v: places %v", c, places)
		}
	}
	if n, err := b.log.CountMessages(t.Context(), b.stream); n != 4 || err != nil {
		t.Errorf("%d entries, %v, want 4", n, err)
	}
	if e, found, err := b.log.Message(t.Context(), events[1].ID); e != events[1] || !found || err != nil {
		t.Errorf("the text is %+v, %v, %v", e, found, err)
	}
	for _, id := range []string{events[0].ID, "evt_none", ""} {
		if e, found, err := b.log.Message(t.Context(), id); found || err != nil {
			t.Errorf("%q is %+v, %v", id, e, err)
		}
	}
}

func TestReadingWithoutADatabase(t *testing.T) {
	t.Parallel()
	b := setup(t)
	if err := b.db.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	_, messages := b.log.Messages(t.Context(), b.stream, nil, nil, 9, false)
	_, count := b.log.CountMessages(t.Context(), b.stream)
	_, _, message := b.log.Message(t.Context(), "evt_none")
	_, read := b.log.Read(t.Context(), b.stream, 0, 9)
	for _, err := range []error{messages, count, message, read} {
		if err == nil {
			t.Error("read without a database")
		}
	}
}
