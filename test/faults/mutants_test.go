package faults

import (
	"strings"
	"testing"
)

// mutant is a server with something taken out, the fault that shows it, and the breach that the harness has to find.
type mutant struct {
	name  string
	edits []edit
	fault string
	want  breach
	quick bool // to build, so that it belongs to the short run
}

// Two edits belong to one mutant where the server has two doors, either of which would hold.
var mutants = []mutant{
	{
		name: "the end of a token ends no subscription", fault: "a person signs out", want: intruded, quick: true,
		edits: []edit{{"server/app.go", `Life: s.Life, Hold: s.Hold}`, `Hold: s.Hold}`}},
	},
	{
		name: "other processes do not hear of a sign-out", fault: "a person signs out", want: intruded,
		edits: []edit{
			{"internal/auth/watch.go", `t.end(missing(ids, living)...)`, `_ = missing(ids, living)`},
			{"internal/auth/revoked.go", `t.end(strings.Fields(ids)...)`, `_ = strings.Fields(ids)`},
		},
	},
	{
		name: "who resumes gets the last event again", fault: "all clients come back at once", want: doubled,
		edits: []edit{{"internal/eventlog/feed.go", `From: from,`, `From: max(from-1, 0),`}},
	},
	{
		name: "who resumes begins one event later", fault: "all clients come back at once", want: lost,
		edits: []edit{{"internal/eventlog/feed.go", `From: from,`, `From: from + 1,`}},
	},
	{
		name: "a gap between backlog and live", fault: "all clients come back at once", want: lost,
		edits: []edit{{"graph/transport/group.go", `between(g.results, after, g.at)`, `between(nil, after, g.at)`}},
	},
	{
		name: "events are handed over whether or not they are the next", fault: "nothing", want: lost,
		edits: []edit{{"internal/eventlog/tail.go", `if e.Seq != t.head+1 {`, `if e.Seq <= t.head {`}},
	},
	{
		name: "nobody looks for what no ring has told, nor after LISTEN was lost", fault: "the LISTEN connections are in a black hole", want: lost,
		edits: []edit{
			{"internal/eventlog/hub.go", "t != nil {\n\t\t\tt.ringUpTo(lastSeq)", "t != nil {\n\t\t\t_ = lastSeq"},
			{"internal/database/listen.go", "began = nil\n\t\t\tlistening()", "began = nil"},
		},
	},
	{
		name: "a process without a database keeps its subscribers", fault: "one server is refused by the database", want: kept,
		edits: []edit{{"internal/eventlog/hub.go", `if time.Since(l.reached) > unreachable {`, `if false {`}},
	},
	{
		name: "places are taken without holding on to them", fault: "nothing", want: holes,
		edits: []edit{{"internal/room/post.sql", `last_seq = s.last_seq + 1`, `last_seq = s.last_seq + 1 + (random() < 0.02)::int`}},
	},
	{
		name: "a key is forgotten", fault: "nothing", want: keyTwice,
		edits: []edit{{"internal/idempotency/idempotency.go", `return k.key, k.fingerprint }`, `return "", k.fingerprint }`}},
	},
	{
		name: "acknowledged before it is written", fault: "kill -9 of PostgreSQL", want: forgotten,
		edits: []edit{
			{"internal/database/open.go", `map[string]string{
		"statement_timeout": `, `map[string]string{"synchronous_commit": "off",
		"statement_timeout": `},
			{"internal/database/durability.go", `"full_page_writes", "synchronous_commit"}`, `"full_page_writes"}`},
		},
	},
	{
		name: "the log of a room that has gone does not say where it goes on", fault: "rooms are merged while a server is killed", want: torn,
		edits: []edit{{"internal/room/merge.go", `return s.log.ContinueTx(ctx, tx, from.StreamID, into.StreamID, place)`, `return nil`}},
	},
	{
		name: "marks lead nowhere", fault: "rooms are merged while a server is killed", want: lost,
		edits: []edit{{"internal/eventlog/move.go", "if e.Kind == kindMoved {\n\t\t\tids", "if false {\n\t\t\tids"}},
	},
	{
		name: "an old cursor leads one entry too far", fault: "rooms are merged while a server is killed", want: lost,
		edits: []edit{{"internal/eventlog/move.go", `coalesce(entry.seq - 1, `, `coalesce(entry.seq, `}},
	},
	{
		name: "a status moves in any direction", fault: "callbacks shuffled and doubled", want: backwards,
		edits: []edit{
			{"internal/notify/report.go", `return rank(to) > rank(from)`, `return to != from`},
			{"internal/room/enter.go", `customerinvitation.StatusIn(before[to]...)).SetStatus(to)`, `customerinvitation.StatusNEQ(to)).SetStatus(to)`},
		},
	},
}

// The harness convicts each mutant of what it lacks.
func TestMutants(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		if !*long && !m.quick {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			if !*long { // in the long run one comes after the other
				t.Parallel()
			}
			w := newWorld(t, plan{bus: overPostgres, binaries: alike(mutated(t, m.edits...), processesMany)})
			o, err := w.run(named(m.fault))
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("found: %s", summary(o.found))
			if !convicted(o.found, m.want) {
				t.Errorf("%q was not convicted of %q", m.name, m.want)
			}
		})
	}
}

func TestMutantThatTakesADatabaseThatForgets(t *testing.T) {
	t.Parallel()
	if !*long {
		t.Skip("for the long run: make faults")
	}
	if !takesLax(t, mutated(t, edit{"internal/database/durability.go", `if value == "off"`, `if value == "never"`})) {
		t.Errorf("it was not convicted of %q", lax)
	}
}

// A mutant that does not fit the source any more would convict nobody; this says so at once, in the short run too.
func TestMutantsFitTheSource(t *testing.T) {
	t.Parallel()
	for _, m := range mutants {
		if _, err := overlay(t.TempDir(), m.edits); err != nil {
			t.Errorf("%s: %v", m.name, err)
		}
	}
	stale := edit{"internal/eventlog/hub.go", "no such line", ""}
	if _, err := overlay(t.TempDir(), []edit{stale}); err == nil || !strings.Contains(err.Error(), "adapt the table") {
		t.Errorf("a stale mutant: %v", err)
	}
}
