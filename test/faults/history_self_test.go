package faults

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"parley/internal/eventlog"
)

// good is a history without a fault: three messages, of which the second was repeated, and a subscriber.
func good() history {
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	h := history{starts: []string{cursorOf(0)}, logs: make([][]entry, 1)}
	r := reading{name: "reader"}
	for i := range 3 {
		id, body := fmt.Sprint("id", i), fmt.Sprint("body", i)
		h.logs[0] = append(h.logs[0], entry{id, cursorOf(i + 1), body})
		h.sends = append(h.sends, send{body: body, key: body, began: at(2 * i), answered: at(2*i + 1), ids: []string{id}})
		r.got = append(r.got, received{cursor: cursorOf(i + 1), id: id, at: at(2*i + 1)})
	}
	h.sends[1].ids = append(h.sends[1].ids, "id1")
	h.readings = []reading{r}
	return h
}

func cursorOf(place int) string {
	return eventlog.Cursor{Epoch: 1, Stream: 1, Seq: int64(place)}.String()
}

// A judge that acquits everyone is none.
func TestHistory(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(h *history)
		want  breach
	}{
		"nothing":      {func(*history) {}, ""},
		"unknown":      {func(h *history) { h.sends = append(h.sends, send{body: "gone"}) }, ""},
		"forgotten":    {func(h *history) { h.sends[0].ids = []string{"other"} }, forgotten},
		"two rows":     {func(h *history) { h.logs[0][1].Body = "body0" }, keyTwice},
		"two answers":  {func(h *history) { h.sends[1].ids[1] = "id0" }, keyTwice},
		"order":        {func(h *history) { h.logs[0][0].ID, h.logs[0][1].ID = "id1", "id0" }, unordered},
		"hole":         {func(h *history) { h.logs[0][2].Cursor = cursorOf(4) }, holes},
		"lost":         {func(h *history) { h.readings[0].got = h.readings[0].got[:2] }, lost},
		"lost between": {func(h *history) { h.readings[0].got = slices.Delete(h.readings[0].got, 1, 2) }, lost},
		"doubled":      {func(h *history) { h.readings[0].got = append(h.readings[0].got, h.readings[0].got[2]) }, doubled},
		"out of order": {func(h *history) { slices.Reverse(h.readings[0].got) }, outOfOrder},
		"sent away":    {func(h *history) { h.readings[0].told = errors.New("go") }, sentAway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := good()
			c.spoil(&h)
			found := h.check()
			if c.want == "" && len(found) > 0 || c.want != "" && !convicted(found, c.want) {
				t.Errorf("found %v, want %q", found, c.want)
			}
		})
	}
}

func TestFigures(t *testing.T) {
	t.Parallel()
	h := good()
	if gap, p99 := h.readings[0].gap(), slowest(h.sends); gap != 2*time.Second || p99 != time.Second {
		t.Errorf("gap %s, p99 %s", gap, p99)
	}
}
