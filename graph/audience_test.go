package graph_test

import (
	"testing"

	"github.com/vektah/gqlparser/v2/ast"

	"parley/ent"
	"parley/graph"
	"parley/graph/generated"
	"parley/internal/auth"
)

// What is shared is listed by names, which have to be those of the schema; and an event that nobody thought of would
// cost an execution for each subscriber.
func TestWhatIsSharedIsInTheSchema(t *testing.T) {
	t.Parallel()
	schema := generated.NewExecutableSchema(generated.Config{}).Schema()
	for object, fields := range graph.SharedFields {
		definition := schema.Types[object]
		if definition == nil {
			t.Errorf("there is no %s", object)
			continue
		}
		for _, field := range fields {
			if definition.Fields.ForName(field) == nil {
				t.Errorf("there is no %s.%s", object, field)
			}
		}
	}
	for _, name := range []string{"RoomEvent", "ScreenShareEvent"} {
		event := schema.Types[name]
		for _, d := range append(schema.GetPossibleTypes(event), event) {
			allShared(t, d)
		}
	}
	allShared(t, schema.Types["Message"])
}

func allShared(t *testing.T, d *ast.Definition) {
	t.Helper()
	for _, f := range d.Fields {
		if f.Name != "__typename" && !graph.Shareable(d.Name, f.Name) {
			t.Errorf("%s.%s is not shared", d.Name, f.Name)
		}
	}
}

func TestWhatTheViewerAloneMaySeeIsNotShared(t *testing.T) {
	t.Parallel()
	for _, f := range [][2]string{
		{"Member", "email"}, {"Member", "channels"}, {"Member", "services"}, {"Room", "messages"}, {"Room", "canGetLink"},
		{"Room", "unreadCount"}, {"Room", "supportSession"}, {"SupportSession", "attendees"}, {"SupportSession", "room"},
		{"Query", "viewer"}, {"RoomEvent", "nothing"}, {"Nothing", "id"}, {"", ""},
	} {
		if graph.Shareable(f[0], f[1]) {
			t.Errorf("%s.%s is shared", f[0], f[1])
		}
	}
}

// What an audience may see, which is asked where nobody is the viewer.
func TestAudiencesAreTold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		v                    auth.Viewer
		members, specialists bool
	}{
		{auth.Viewer{}, false, false},
		{auth.Viewer{Member: &ent.Member{ID: "mem_1", OrganizationID: "org_1"}}, true, false},
		{auth.Viewer{Customer: &ent.Customer{ID: "cus_1", OrganizationID: "org_1"}, RoomID: "room_1"}, false, false},
		{auth.Viewer{Specialist: &ent.Specialist{ID: "spc_1", OrganizationID: "org_1", SessionID: "ses_1"}, RoomID: "room_1"}, false, true},
	} {
		if a := c.v.Audience(); a.IsMembers() != c.members || a.IsSpecialists() != c.specialists {
			t.Errorf("%+v: members %v, specialists %v", a, a.IsMembers(), a.IsSpecialists())
		}
	}
}

func TestAudiences(t *testing.T) {
	t.Parallel()
	member := func(id, organization string) auth.Viewer {
		return auth.Viewer{Member: &ent.Member{ID: id, OrganizationID: organization}}
	}
	customer := func(id, organization, room string) auth.Viewer {
		return auth.Viewer{Customer: &ent.Customer{ID: id, OrganizationID: organization}, RoomID: room}
	}
	specialist := func(id, organization, session string) auth.Viewer {
		return auth.Viewer{Specialist: &ent.Specialist{ID: id, OrganizationID: organization, SessionID: session}, RoomID: "room_1"}
	}
	key := func(v auth.Viewer) string {
		a, ok := graph.Audience(auth.With(t.Context(), v))
		if ok != (v.ID() != "") {
			t.Errorf("%s has an audience: %v", v.ID(), ok)
		}
		if !ok {
			return ""
		}
		within := a.In(t.Context())
		if auth.From(within).ID() != "" || auth.AudienceOf(within) != v.Audience() {
			t.Errorf("%s's audience is %v of %q", v.ID(), auth.AudienceOf(within), auth.From(within).ID())
		}
		return a.Key
	}
	if key(member("mem_1", "org_1")) != key(member("mem_2", "org_1")) {
		t.Error("colleagues are not of one audience")
	}
	if key(specialist("spc_1", "org_1", "ses_1")) != key(specialist("spc_2", "org_1", "ses_1")) {
		t.Error("the specialists of a session are not of one audience")
	}
	seen := map[string]bool{}
	for _, v := range []auth.Viewer{
		{}, member("mem_1", "org_1"), member("mem_1", "org_2"), customer("cus_1", "org_1", "room_1"),
		customer("cus_1", "org_1", "room_2"), customer("cus_2", "org_1", "room_1"), customer("cus_1", "org_2", "room_1"),
		specialist("spc_1", "org_1", "ses_1"), specialist("spc_1", "org_1", "ses_2"), specialist("spc_1", "org_2", "ses_1"),
	} {
		if k := key(v); seen[k] {
			t.Errorf("%+v is of another's audience", v)
		} else {
			seen[k] = true
		}
	}
}
