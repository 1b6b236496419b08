package audit_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/audit"
	"parley/internal/auth"
	"parley/internal/bus"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/eventlog"
	"parley/internal/page"
	"parley/internal/typeid"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

func TestEntriesAreNewestFirstAndPaged(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for i := range 5 {
		h.record(t, h.admin, fmt.Sprintf("step %d", i))
	}
	two := 2
	first := h.entries(t, page.Args{First: &two})
	next := h.entries(t, page.Args{First: &two, After: first.PageInfo.EndCursor})
	if got, want := append(details(first), details(next)...), []string{"step 4", "step 3", "step 2", "step 1"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if !next.PageInfo.HasNextPage {
		t.Error("the oldest is not announced")
	}
	entry := first.Nodes()[0]
	if actor, ok := entry.Actor.(*ent.Member); !ok || actor.ID != h.admin.ID() {
		t.Errorf("actor is %v", entry.Actor)
	}
	if entry.Action != audit.SkillCreated || entry.SubjectID != "skl_1" || entry.At.IsZero() {
		t.Errorf("got %+v", entry)
	}
}

func TestWhatIsRolledBackLeavesNoEntry(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.record(t, h.admin, "kept")
	broken := errors.New("broken")
	err := database.WithTx(t.Context(), h.db.Ent, func(tx *ent.Tx) error {
		if err := h.log.RecordTx(t.Context(), tx, h.admin, audit.SkillCreated, "skl_1", "gone"); err != nil {
			return err
		}
		return broken
	})
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	h.record(t, h.admin, "kept, too")
	if got, want := details(h.entries(t, page.Args{})), []string{"kept, too", "kept"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// The first entry of an organisation makes its stream: of many at once, one does.
func TestFirstEntriesAtOnceAreAllThere(t *testing.T) {
	t.Parallel()
	h := setup(t)
	const writers = 8
	var all sync.WaitGroup
	for i := range writers {
		all.Go(func() { h.record(t, h.admin, fmt.Sprint(i)) })
	}
	all.Wait()
	got := details(h.entries(t, page.Args{}))
	slices.Sort(got)
	if want := []string{"0", "1", "2", "3", "4", "5", "6", "7"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

func TestX2_EntriesAreThoseOfOneOrganisation(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.record(t, h.admin, "ours")
	h.record(t, h.other, "theirs")
	if got := details(h.entries(t, page.Args{})); !slices.Equal(got, []string{"ours"}) {
		t.Errorf("got %q", got)
	}
	if _, err := h.log.Entries(h.as(t, h.admin), h.other.OrganizationID(), page.Args{}); !apierr.Is(err, apierr.NotFound) {
		t.Errorf("entries of another organisation: %v", err)
	}
	theirs, err := h.log.Entries(h.as(t, h.other), h.other.OrganizationID(), page.Args{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.log.Node(h.as(t, h.admin), theirs.Nodes()[0].ID); !apierr.Is(err, apierr.NotFound) {
		t.Errorf("an entry of another organisation: %v", err)
	}
	if _, err := h.log.Node(h.as(t, h.other), theirs.Nodes()[0].ID); err != nil {
		t.Errorf("an entry of the own organisation: %v", err)
	}
}

func TestEntriesAreForAdministrators(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.record(t, h.admin, "done")
	id := h.entries(t, page.Args{}).Nodes()[0].ID
	agent := h.join(t, h.admin.OrganizationID(), member.RoleAgent)
	if _, err := h.log.Entries(h.as(t, agent), agent.OrganizationID(), page.Args{}); !apierr.Is(err, apierr.Forbidden) {
		t.Errorf("entries for an agent: %v", err)
	}
	if _, err := h.log.Node(h.as(t, agent), id); !apierr.Is(err, apierr.Forbidden) {
		t.Errorf("an entry for an agent: %v", err)
	}
}

// house is a log of what was done in two organisations.
type house struct {
	db           *dbtest.DB
	log          *audit.Log
	admin, other auth.Viewer
}

func setup(t *testing.T) *house {
	t.Helper()
	h := &house{db: dbtest.New(t)}
	events, err := eventlog.Open(t.Context(), h.db.SQL, bus.Alone{}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	h.log = audit.New(events, h.db.Ent, 100)
	h.admin = h.join(t, h.organization(t, "Here"), member.RoleAdministrator)
	h.other = h.join(t, h.organization(t, "There"), member.RoleAdministrator)
	return h
}

func (h *house) organization(t *testing.T, name string) string {
	t.Helper()
	o, err := h.db.Ent.Organization.Create().SetID(typeid.New("org")).SetName(name).Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return o.ID
}

func (h *house) join(t *testing.T, organizationID string, role member.Role) auth.Viewer {
	t.Helper()
	id := typeid.New("mem")
	m, err := h.db.Ent.Member.Create().SetID(id).SetOrganizationID(organizationID).SetEmail(id + "@demo.example").SetEmailKey(id + "@demo.example").
		SetFirstName("Ari").SetLastName("Member").SetPasswordHash("none").SetRole(role).
		SetClassOfService(member.ClassOfServiceInternal).Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return auth.Viewer{Member: m}
}

func (h *house) as(t *testing.T, v auth.Viewer) context.Context {
	t.Helper()
	return auth.With(t.Context(), v)
}

func (h *house) record(t *testing.T, v auth.Viewer, detail string) {
	t.Helper()
	err := database.WithTx(t.Context(), h.db.Ent, func(tx *ent.Tx) error {
		return h.log.RecordTx(t.Context(), tx, v, audit.SkillCreated, "skl_1", detail)
	})
	if err != nil {
		t.Error(err)
	}
}

func (h *house) entries(t *testing.T, a page.Args) *audit.EntryConnection {
	t.Helper()
	entries, err := h.log.Entries(h.as(t, h.admin), h.admin.OrganizationID(), a)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func details(c *audit.EntryConnection) []string {
	var all []string
	for _, entry := range c.Nodes() {
		all = append(all, entry.Detail)
	}
	return all
}
