package faults

import (
	"fmt"
	"strings"
	"time"
)

// outcome is a line of the table, and what is wrong with it.
type outcome struct {
	fault                               string
	bus                                 bus
	accepted, delivered                 int
	lost, doubled, outOfOrder, breaches int
	gap, p99                            time.Duration
	found                               []violation
}

func (r *run) outcome(h history) outcome {
	o := outcome{fault: r.fault.name, bus: r.w.kind, p99: slowest(h.sends), found: r.found}
	for _, s := range h.sends {
		if len(s.ids) > 0 {
			o.accepted++
		}
	}
	for _, reading := range h.readings {
		o.delivered += len(reading.got)
		o.gap = max(o.gap, reading.gap())
	}
	for _, v := range r.found {
		switch v.breach {
		case lost, forgotten:
			o.lost++
		case doubled, keyTwice:
			o.doubled++
		case outOfOrder, unordered, holes:
			o.outOfOrder++
		default:
			o.breaches++
		}
	}
	return o
}

// convicted tells whether the breach is among what was found.
func convicted(found []violation, of breach) bool {
	for _, v := range found {
		if v.breach == of {
			return true
		}
	}
	return false
}

// summary tells what was found, a few of each breach.
func summary(found []violation) string {
	many, text := map[breach]int{}, ""
	for _, v := range found {
		if many[v.breach]++; many[v.breach] <= 3 {
			text += fmt.Sprintf("\n  %s: %s", v.breach, v.text)
		}
	}
	return fmt.Sprint(many) + text
}

// table shows outcomes as Markdown.
func table(all []outcome) string {
	var b strings.Builder
	b.WriteString("| fault | bus | accepted | delivered | lost | doubled | out of order | other breaches | longest gap, ms | p99, ms |\n")
	b.WriteString("|---|---|--:|--:|--:|--:|--:|--:|--:|--:|\n")
	for _, o := range all {
		fmt.Fprintf(&b, "| %s | %s | %d | %d | %d | %d | %d | %d | %d | %d |\n", o.fault, o.bus, o.accepted, o.delivered,
			o.lost, o.doubled, o.outOfOrder, o.breaches, o.gap.Milliseconds(), o.p99.Milliseconds())
	}
	return b.String()
}

// page is what docs/faults.md says of a long run.
func page(all []outcome) string {
	bad := "Nothing was found wanting."
	for _, o := range all {
		if len(o.found) > 0 {
			bad = "**Something was found wanting**: see the columns."
		}
	}
	return fmt.Sprintf(aboutTable, processesMany, writersMany, readersMany, quietRooms, bad) + table(all)
}

const aboutTable = `# What faults do

Written by ` + "`make faults`" + `; what each fault is, and what has to hold, is in ` + "`test/faults`" + `.

%d processes (2 where a fault needs a world of its own) on one PostgreSQL that syncs. %d writers with and without idempotency
keys, each at all processes in turn; %d subscribers of their rooms, and %d of rooms in which one message is written while the
fault is there; half of them over WebSocket and half over SSE, all resuming for ever. The longest gap is the longest time that a
subscriber was without an event while there was writing, the time that the fault lasted included. p99 is from the first attempt
to the answer, repetitions included.

%s

`
