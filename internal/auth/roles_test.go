package auth_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/member"
	"parley/internal/apierr"
	"parley/internal/auth"
)

var allRoles = []member.Role{member.RoleAdministrator, member.RoleTeamLeader, member.RoleAgent, member.RoleQualityAssessor}

var allActions = []auth.Action{auth.Administer, auth.Audit, auth.Serve, auth.Read}

// The table in docs/roles.md is the one that holds: each of its cells is asked for.
func TestO7_RolesAreWhatTheDocumentSays(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/roles.md")
	if err != nil {
		t.Fatal(err)
	}
	shown := map[string][]string{}
	for line := range strings.Lines(string(page)) {
		if cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|"); len(cells) == 2+len(allRoles) {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			shown[cells[0]] = cells[2:]
		}
	}
	if len(shown) != 2+len(allActions) { // its head, and the line below it
		t.Errorf("the document shows %d rows", len(shown))
	}
	for i, role := range allRoles {
		if head := shown["action"]; len(head) != len(allRoles) || head[i] != string(role) {
			t.Fatalf("the columns are %v, want %v", head, allRoles)
		}
		for _, a := range allActions {
			row := shown[string(a)]
			if len(row) != len(allRoles) {
				t.Fatalf("%s is not shown", a)
			}
			if says := row[i] == "yes"; says != auth.May(role, a) {
				t.Errorf("%s %s: the document says %q", role, a, row[i])
			}
			allowed(t, role, a)
		}
	}
}

// allowed fails the test where Allowed and AllowedOrGuest are not what May says.
func allowed(t *testing.T, role member.Role, a auth.Action) {
	t.Helper()
	want := apierr.Forbidden
	if auth.May(role, a) {
		want = ""
	}
	ctx := auth.With(t.Context(), auth.Viewer{Member: &ent.Member{ID: "mem_1", Role: role}})
	_, err := auth.Allowed(ctx, a)
	wantCode(t, string(role)+" "+string(a), err, want)
	_, err = auth.AllowedOrGuest(ctx, a)
	wantCode(t, string(role)+" "+string(a)+" or as a guest", err, want)
}

func TestO7_GuestsHaveNoRole(t *testing.T) {
	t.Parallel()
	for name, guest := range map[string]auth.Viewer{
		"a customer": {Customer: &ent.Customer{ID: "cus_1"}}, "a specialist": {Specialist: &ent.Specialist{ID: "spc_1"}},
	} {
		for _, a := range allActions {
			ctx := auth.With(t.Context(), guest)
			_, err := auth.Allowed(ctx, a)
			wantCode(t, name+" "+string(a), err, apierr.Forbidden)
			v, err := auth.AllowedOrGuest(ctx, a)
			wantCode(t, name+" as a guest", err, "")
			if v.ID() != guest.ID() {
				t.Errorf("%s has become %q", name, v.ID())
			}
		}
	}
	for _, a := range allActions {
		_, err := auth.AllowedOrGuest(t.Context(), a)
		wantCode(t, "nobody", err, apierr.Unauthenticated)
		_, err = auth.Allowed(t.Context(), a)
		wantCode(t, "nobody", err, apierr.Unauthenticated)
		_, err = auth.Allowed(auth.With(t.Context(), auth.Viewer{Member: &ent.Member{ID: "mem_1", Role: "OTHER"}}), a)
		wantCode(t, "an unknown role", err, apierr.Forbidden)
	}
}

func TestO7_WhatAMemberIsIsRenewed(t *testing.T) {
	b := setup(t)
	s := b.session(t, b.issue(t))
	ctx := auth.WithSession(t.Context(), s)
	b.change(t, time.Now())
	if role := auth.From(ctx).Member.Role; role != member.RoleAgent {
		t.Fatalf("they are a %s before anybody has looked", role)
	}
	b.check(t)
	if role := auth.From(ctx).Member.Role; role != member.RoleTeamLeader {
		t.Errorf("they still are a %s", role)
	}
}
