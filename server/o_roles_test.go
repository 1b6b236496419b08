package main

import (
	"os"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"parley"
	"parley/internal/auth"
)

// actionsOfMutations are what docs/roles.md says that each mutation needs; "no role" for those that need none.
func actionsOfMutations(t *testing.T) map[string]string {
	t.Helper()
	page, err := os.ReadFile("../docs/roles.md")
	if err != nil {
		t.Fatal(err)
	}
	needs := map[string]string{}
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 2 {
			continue
		}
		for field := range strings.FieldsSeq(cells[1]) {
			needs[strings.Trim(field, "`")] = strings.TrimSpace(cells[0])
		}
	}
	return needs
}

// Every mutation is asked for as every role, and is FORBIDDEN exactly to those that lack what it needs.
func TestO7_RolesDecideOnEveryMutation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	w := newWorld(h, "Demo", "demo.example")
	needs := actionsOfMutations(t)
	schema := gqlparser.MustLoadSchema(&ast.Source{Input: parley.Schema})
	for _, f := range schema.Mutation.Fields {
		action, documented := needs[f.Name]
		switch {
		case !documented:
			t.Errorf("docs/roles.md does not say what %s needs", f.Name)
			continue
		case action == "no role":
			continue
		}
		input := sample(schema, f.Arguments.ForName("input").Type)
		for column, m := range w.members {
			a := h.mutate(w.tokens[column], f.Name, input.(map[string]any), "")
			forbidden := len(a.Errors) == 1 && a.Errors[0].Extensions.Code == "FORBIDDEN"
			if want := !auth.May(m.Role, auth.Action(action)); forbidden != want {
				t.Errorf("%s as %s: %s", f.Name, column, a.body)
			}
			if forbidden && !strings.Contains(a.Errors[0].Message, " may not ") {
				t.Errorf("%s as %s does not say what the role lacks: %s", f.Name, column, a.body)
			}
		}
	}
}

// sample is a value of a type that the schema takes: nothing that is there is named by it.
func sample(schema *ast.Schema, of *ast.Type) any {
	if of.Elem != nil {
		return []any{}
	}
	d := schema.Types[of.NamedType]
	switch {
	case d.Kind == ast.Enum:
		return d.EnumValues[0].Name
	case d.Kind == ast.InputObject:
		input := map[string]any{}
		for _, f := range d.Fields {
			if f.Type.NonNull {
				input[f.Name] = sample(schema, f.Type)
			}
		}
		return input
	}
	switch d.Name {
	case "Int":
		return 1
	case "Boolean":
		return true
	}
	return "room_01h455vb4pex5vsknk084sn02q"
}

func TestO7_AQualityAssessorListens(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	admin, agent := h.SignIn("admin@demo.example"), h.SignIn("second@demo.example")
	room, ada := agent.invited()
	listener := h.SignIn("agent@demo.example")
	f := listener.follow(room, overSocket)
	f.until("CaughtUp")
	admin.mutate("updateMember", vars{"id": listener.id, "role": "QUALITY_ASSESSOR"}, "member { role }").ok()
	ada.Says("Can you hear me?")
	if e := f.until("MessagePosted"); e.Message.Body != "Can you hear me?" {
		t.Errorf("they hear %q", e.Message.Body)
	}
	listener.mutate("sendMessage", vars{"roomId": room.ID, "body": "No"}, messageSelection).failed("FORBIDDEN")
	a := listener.ask(`query ($id: ID!) { room(id: $id) { canGetLink reinvite(channel: LINK) { firstName } lastCursor } }`, vars{"id": room.ID}).ok()
	if a.find("room.canGetLink") != false || a.find("room.reinvite") != nil {
		t.Errorf("they are shown what they may not: %s", a.body)
	}
	listener.mutate("markRead", vars{"roomId": room.ID, "cursor": a.text("room.lastCursor")}, "room { unreadCount }").ok()
}
