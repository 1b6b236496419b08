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
