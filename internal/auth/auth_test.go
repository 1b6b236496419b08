package auth_test

import (
	"context"
	"os"
	"regexp"
	"testing"

	"parley/ent"
	"parley/internal/apierr"
	"parley/internal/auth"
)

func TestWhoMay(t *testing.T) {
	t.Parallel()
	member := auth.Viewer{Member: &ent.Member{ID: "mem_1", OrganizationID: "org_1", Role: "AGENT"}}
	customer := auth.Viewer{Customer: &ent.Customer{ID: "cus_1", OrganizationID: "org_2"}, RoomID: "room_1"}
	for _, c := range []struct {
		name             string
		viewer           auth.Viewer
		id, organization string
		anyone, member   apierr.Code
	}{
		{"nobody", auth.Viewer{}, "", "", apierr.Unauthenticated, apierr.Unauthenticated},
		{"member", member, "mem_1", "org_1", "", ""},
		{"customer", customer, "cus_1", "org_2", "", apierr.Forbidden},
	} {
		ctx := auth.With(t.Context(), c.viewer)
		if v := auth.From(ctx); v != c.viewer || v.ID() != c.id || v.OrganizationID() != c.organization {
			t.Errorf("%s: %+v came out of the context", c.name, v)
		}
		if (c.viewer.Person() == nil) != (c.id == "") {
			t.Errorf("%s: Person is %v", c.name, c.viewer.Person())
		}
		_, err := auth.Anyone(ctx)
		wantCode(t, c.name+", Anyone", err, c.anyone)
		_, err = auth.Member(ctx)
		wantCode(t, c.name+", Member", err, c.member)
	}
	if member.InRoom("room_1") || !customer.InRoom("room_1") || customer.InRoom("room_2") || customer.InRoom("") {
		t.Error("InRoom is wrong")
	}
}

func wantCode(t *testing.T, what string, err error, want apierr.Code) {
	t.Helper()
	if want == "" && err == nil || want != "" && apierr.Is(err, want) {
		return
	}
	t.Errorf("%s: have %v, want %q", what, err, want)
}

type fieldKey struct{}

func TestWhoComesInIsTheViewerFromThenOn(t *testing.T) {
	t.Parallel()
	before, after := auth.Viewer{Member: &ent.Member{ID: "mem_1"}}, auth.Viewer{Member: &ent.Member{ID: "mem_2"}}
	outside := auth.With(t.Context(), before)
	operation := auth.WithAdmission(outside)
	if v := auth.From(operation); v.ID() != "mem_1" {
		t.Errorf("%s asks before anyone has come in", v.ID())
	}
	auth.Admit(context.WithValue(operation, fieldKey{}, "a field"), after)
	if v := auth.From(operation); v.ID() != "mem_2" {
		t.Errorf("%s asks after another has come in", v.ID())
	}
	auth.Admit(outside, after) // does nothing outside of an operation
	for name, ctx := range map[string]context.Context{"the connection": outside, "another operation": auth.WithAdmission(outside)} {
		if v := auth.From(ctx); v.ID() != "mem_1" {
			t.Errorf("%s is of %s now", name, v.ID())
		}
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	if a := auth.Address(t.Context()); a != "" {
		t.Errorf("the address is %q, want none", a)
	}
	if a := auth.Address(auth.WithAddress(t.Context(), "192.0.2.1")); a != "192.0.2.1" {
		t.Errorf("the address is %q", a)
	}
}

// What is a credential is compared in constant time, and nothing of this package compares bytes in another way.
func TestComparisonsTakeConstantTime(t *testing.T) {
	t.Parallel()
	plain := regexp.MustCompile(`bytes\.(Equal|Compare)|(token|mac|key|want|got)\s*[!=]=\s*[a-z]*(token|mac|key|want|got|l\.)`)
	for file, needs := range map[string]string{"links.go": "hmac.Equal(", "password.go": "subtle.ConstantTimeCompare(", "tokens.go": "sha256.Sum256("} {
		source, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !regexp.MustCompile(regexp.QuoteMeta(needs)).Match(source) {
			t.Errorf("%s does not use %s…)", file, needs)
		}
		if found := plain.Find(source); found != nil {
			t.Errorf("%s compares with %q", file, found)
		}
	}
}
