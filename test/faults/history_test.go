package faults

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"parley/internal/eventlog"
)

// breach is a promise that was broken.
type breach string

const (
	forgotten  breach = "forgotten"    // acknowledged, and not in the log
	keyTwice   breach = "key twice"    // one key, two messages
	unordered  breach = "unordered"    // answered before another began, and behind it in the log
	holes      breach = "holes"        // the log's places have gaps
	lost       breach = "lost"         // an event that a subscriber never got
	doubled    breach = "doubled"      // one that it got twice
	outOfOrder breach = "out of order" // one that it got after a later one
	sentAway   breach = "sent away"    // a subscriber was told not to come back
	stuck      breach = "stuck"        // nothing goes on after healing
	kept       breach = "kept"         // a process that can serve nobody keeps its subscribers
	heldUp     breach = "held up"      // one client made others wait
	intruded   breach = "intruded"     // something arrived after the sign-out
	backwards  breach = "backwards"    // a status
	sentTwice  breach = "sent twice"   // one invitation, two messages
	unclean    breach = "unclean"      // a process did not end well, or has panicked
	left       breach = "left"         // goroutines, descriptors or memory were not given back
	torn       breach = "torn"         // a merge of which a part is there
	lax        breach = "lax"          // a database that forgets was taken
)

// violation is a breach, and what shows it.
type violation struct {
	breach breach
	text   string
}

func broken(b breach, format string, a ...any) violation {
	return violation{b, fmt.Sprintf(format, a...)}
}

// entry is a message in the log.
type entry struct{ ID, Cursor, Body string }

// reading is what one subscriber got.
type reading struct {
	name string
	room int
	got  []received
	told error
}

// history is what clients were told, and what is in the log in the end.
type history struct {
	starts   []string // the cursors before the first events of the rooms
	logs     [][]entry
	sends    []send
	readings []reading
}

// check returns everything that should not be.
func (h history) check() []violation {
	var all []violation
	for room := range h.logs {
		all = append(all, h.checkLog(room)...)
		all = append(all, h.checkOrder(room)...)
	}
	all = append(all, h.checkSends()...)
	for _, r := range h.readings {
		all = append(all, h.checkReading(r)...)
	}
	return all
}

// seq is a cursor's place; 0 for what is not a cursor, which then is in nobody's order.
func seq(cursor string) int64 {
	c, err := eventlog.ParseCursor(cursor)
	if err != nil {
		return 0
	}
	return c.Seq
}

// checkLog holds the log to be 1, 2, 3 … from its start.
func (h history) checkLog(room int) (all []violation) {
	want := seq(h.starts[room])
	for _, e := range h.logs[room] {
		want++
		if got := seq(e.Cursor); got != want {
			return []violation{broken(holes, "room %d: place %d follows %d", room, got, want-1)}
		}
	}
	return nil
}

// checkOrder holds what was answered before something else began to come before it.
func (h history) checkOrder(room int) (all []violation) {
	places := map[string]int{}
	for i, e := range h.logs[room] {
		places[e.ID] = i
	}
	var began []send
	for _, s := range h.sends {
		if _, there := places[first(s.ids)]; s.room == room && there {
			began = append(began, s)
		}
	}
	answered := slices.Clone(began)
	slices.SortFunc(began, func(a, b send) int { return a.began.Compare(b.began) })
	slices.SortFunc(answered, func(a, b send) int { return a.answered.Compare(b.answered) })
	latest, behind := -1, send{} // of all that were answered so far
	for _, s := range began {
		for len(answered) > 0 && answered[0].answered.Before(s.began) {
			if at := places[first(answered[0].ids)]; at > latest {
				latest, behind = at, answered[0]
			}
			answered = answered[1:]
		}
		if places[first(s.ids)] < latest {
			all = append(all, broken(unordered, "room %d: %s came before %s, which had been answered", room, s.body, behind.body))
		}
	}
	return all
}

func first(ids []string) string {
	if len(ids) == 0 {
		return ""
	}
	return ids[0]
}

// checkSends holds what was acknowledged to be there, and what was sent to be there once.
func (h history) checkSends() (all []violation) {
	there, bodies := map[string]bool{}, map[string]int{}
	for room, log := range h.logs {
		for _, e := range log {
			there[e.ID] = true
			bodies[fmt.Sprint(room, " ", e.Body)]++
		}
	}
	for _, s := range h.sends {
		for _, id := range s.ids {
			if !there[id] {
				all = append(all, broken(forgotten, "room %d: %s was acknowledged as %s", s.room, s.body, id))
			}
		}
		if n := bodies[fmt.Sprint(s.room, " ", s.body)]; n > 1 {
			all = append(all, broken(keyTwice, "room %d: %s (key %q) is there %d times", s.room, s.body, s.key, n))
		}
		if slices.ContainsFunc(s.ids, func(id string) bool { return id != s.ids[0] }) {
			all = append(all, broken(keyTwice, "room %d: %s was answered with %v", s.room, s.body, s.ids))
		}
	}
	return all
}

// checkReading holds a subscriber to have got what is in the log, once, in order.
func (h history) checkReading(r reading) (all []violation) {
	if r.told != nil {
		all = append(all, broken(sentAway, "%s: %v", r.name, r.told))
	}
	times, last := map[int64]int{}, int64(0)
	for _, e := range r.got {
		place := seq(e.cursor)
		switch times[place]++; {
		case times[place] > 1:
			all = append(all, broken(doubled, "%s: place %d", r.name, place))
		case place < last:
			all = append(all, broken(outOfOrder, "%s: place %d after %d", r.name, place, last))
		}
		last = max(last, place)
	}
	for _, e := range h.logs[r.room] {
		if times[seq(e.Cursor)] == 0 {
			all = append(all, broken(lost, "%s: place %d", r.name, seq(e.Cursor)))
		}
	}
	return all
}

// gap is the longest time that a subscriber waited from one event to the next.
func (r reading) gap() (longest time.Duration) {
	for i := 1; i < len(r.got); i++ {
		longest = max(longest, r.got[i].at.Sub(r.got[i-1].at))
	}
	return longest
}

// slowest is the time within which 99 of 100 messages were answered, repetitions included.
func slowest(sends []send) time.Duration {
	var took []time.Duration
	for _, s := range sends {
		if len(s.ids) > 0 {
			took = append(took, s.answered.Sub(s.began))
		}
	}
	if len(took) == 0 {
		return 0
	}
	slices.SortFunc(took, cmp.Compare)
	return took[len(took)*99/100]
}
