package organization_test

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strings"
	"testing"
	"time"

	"parley/ent/accesstoken"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/organization"
)

func TestSignInGivesATokenAndShowsTheMember(t *testing.T) {
	b := setup(t)
	for _, email := range []string{"ada@Acme.example", " ADA@ACME.example "} {
		ctx := auth.WithAdmission(t.Context())
		p, err := b.service.SignIn(ctx, organization.SignInInput{Email: email, Password: password})
		if err != nil {
			t.Fatal(err)
		}
		ada := b.member(t, "ada@Acme.example")
		if p.Member.ID != ada.ID || auth.From(ctx).ID() != ada.ID {
			t.Errorf("%s signed in, and asks as %s", p.Member.ID, auth.From(ctx).ID())
		}
		s, err := b.tokens.Authenticate(t.Context(), "Bearer "+*p.AccessToken)
		if v := s.Viewer; err != nil || v.ID() != ada.ID || !v.ExpiresAt.Equal(*p.ExpiresAt) {
			t.Errorf("the token stands for %s until %s (%v), want %s", v.ID(), v.ExpiresAt, err, p.ExpiresAt)
		}
	}
}

// One answer for every cause, and the attempt counts against account and address alike.
func TestSignInRefusesAllAlike(t *testing.T) {
	b := setup(t)
	if err := b.db.Ent.Member.UpdateOne(b.member(t, "bob@Acme.example")).SetDeactivatedAt(time.Now()).Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	var first *apierr.Error
	for name, in := range map[string]organization.SignInInput{
		"wrong password":       {Email: "ada@Acme.example", Password: "wrong"},
		"no password":          {Email: "ada@Acme.example"},
		"unknown person":       {Email: "eve@Acme.example", Password: password},
		"no address":           {Password: password},
		"deactivated":          {Email: "bob@Acme.example", Password: password},
		"very long":            {Email: "ada@Acme.example", Password: strings.Repeat("x", 1025)},
		"very long, by nobody": {Email: "eve@Acme.example", Password: strings.Repeat("x", 1025)},
	} {
		p, err := b.service.SignIn(t.Context(), in)
		wantCode(t, name, err, apierr.CredentialsInvalid)
		refusals := apierr.As(err)
		if p != nil || len(refusals) != 1 {
			t.Fatalf("%s: %v, %v", name, p, err)
		}
		if first == nil {
			first = refusals[0]
		}
		if !reflect.DeepEqual(refusals[0], first) {
			t.Errorf("%s: %v can be told from %v", name, refusals[0], first)
		}
	}
	if n := b.db.Ent.AccessToken.Query().CountX(t.Context()); n != 0 {
		t.Errorf("%d tokens were given", n)
	}
}

func TestSignInIsLimitedByAccount(t *testing.T) {
	b := setup(t)
	right, wrong := organization.SignInInput{Email: "ada@Acme.example", Password: password}, organization.SignInInput{Email: "ada@Acme.example", Password: "wrong"}
	for range 8 { // who knows the password is not kept out by using it
		if _, err := b.service.SignIn(t.Context(), right); err != nil {
			t.Fatal(err)
		}
	}
	for range 5 {
		_, err := b.service.SignIn(t.Context(), wrong)
		wantCode(t, "the first five", err, apierr.CredentialsInvalid)
	}
	for name, in := range map[string]organization.SignInInput{
		"wrong": wrong, "right": right, "in other letters": {Email: " ADA@acme.EXAMPLE", Password: password},
	} {
		_, err := b.service.SignIn(t.Context(), in)
		wantCode(t, name, err, apierr.Throttled)
	}
	other, _ := b.process()
	_, err := other.SignIn(t.Context(), right)
	wantCode(t, "in another process", err, apierr.Throttled)
	if _, err := b.service.SignIn(t.Context(), organization.SignInInput{Email: "bob@Acme.example", Password: password}); err != nil {
		t.Errorf("another account: %v", err)
	}
}

// together signs in many times at the same moment, in two processes, and counts what comes of it by its code; "" is in.
func (b *bundle) together(ctx context.Context, many int, in func(i int) organization.SignInInput) map[apierr.Code]int {
	other, _ := b.process()
	services := []*organization.Service{b.service, other}
	codes := make(chan apierr.Code, many)
	for i := range many {
		go func() {
			_, err := services[i%2].SignIn(ctx, in(i))
			if refusals := apierr.As(err); len(refusals) > 0 {
				codes <- refusals[0].Code
			} else if err != nil {
				codes <- apierr.Code(err.Error())
			} else {
				codes <- ""
			}
		}()
	}
	counts := map[apierr.Code]int{}
	for range many {
		counts[<-codes]++
	}
	return counts
}

// Right passwords keep nobody out, however many there are at once and whatever the limit is.
func TestRightPasswordsAtTheSameMomentAreAllIn(t *testing.T) {
	b := setup(t)
	got := b.together(t.Context(), 20, func(int) organization.SignInInput {
		return organization.SignInInput{Email: "ada@Acme.example", Password: password}
	})
	if want := map[apierr.Code]int{"": 20}; !maps.Equal(got, want) {
		t.Errorf("have %v, want all in", got)
	}
	for _, a := range b.db.Ent.Attempt.Query().AllX(t.Context()) {
		if a.Count != 0 {
			t.Errorf("%d failures are counted", a.Count)
		}
	}
}

// Guesses at the same moment are answered as if each had waited for the one before.
func TestWrongPasswordsAtTheSameMomentAreLimited(t *testing.T) {
	b := setup(t)
	got := b.together(t.Context(), 50, func(int) organization.SignInInput {
		return organization.SignInInput{Email: "ada@Acme.example", Password: "wrong"}
	})
	if want := map[apierr.Code]int{apierr.CredentialsInvalid: 5, apierr.Throttled: 45}; !maps.Equal(got, want) {
		t.Errorf("of an account: have %v, want %v", got, want)
	}
	got = b.together(auth.WithAddress(t.Context(), "192.0.2.1"), 50, func(i int) organization.SignInInput {
		return organization.SignInInput{Email: fmt.Sprintf("nobody%d@Acme.example", i), Password: "wrong"}
	})
	if want := map[apierr.Code]int{apierr.CredentialsInvalid: 20, apierr.Throttled: 30}; !maps.Equal(got, want) {
		t.Errorf("of an address: have %v, want %v", got, want)
	}
}

func TestSignInIsLimitedByAddress(t *testing.T) {
	b := setup(t)
	ctx := auth.WithAddress(t.Context(), "192.0.2.1")
	for i := range 20 {
		_, err := b.service.SignIn(ctx, organization.SignInInput{Email: strings.Repeat("x", i+1) + "@Acme.example", Password: strings.Repeat("x", 1025)})
		wantCode(t, "the first twenty", err, apierr.CredentialsInvalid)
	}
	right := organization.SignInInput{Email: "ada@Acme.example", Password: password}
	_, err := b.service.SignIn(ctx, right)
	wantCode(t, "from the address", err, apierr.Throttled)
	if _, err := b.service.SignIn(auth.WithAddress(t.Context(), "192.0.2.2"), right); err != nil {
		t.Errorf("from another address: %v", err)
	}
}

// signIn gives a member one more token, and the viewer that it stands for.
func (b *bundle) signIn(t *testing.T, email string) (auth.Viewer, string) {
	t.Helper()
	p, err := b.service.SignIn(t.Context(), organization.SignInInput{Email: email, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	s, err := b.tokens.Authenticate(t.Context(), "Bearer "+*p.AccessToken)
	if err != nil {
		t.Fatal(err)
	}
	return s.Viewer, "Bearer " + *p.AccessToken
}

func (b *bundle) signsOut(t *testing.T, v auth.Viewer, everywhere *bool) {
	t.Helper()
	if _, err := b.service.SignOut(auth.With(t.Context(), v), organization.SignOutInput{Everywhere: everywhere}); err != nil {
		t.Fatal(err)
	}
}

func (b *bundle) wantLiving(t *testing.T, living map[string]bool) {
	t.Helper()
	for token, want := range living {
		_, err := b.tokens.Authenticate(t.Context(), token)
		if want && err != nil || !want && !apierr.Is(err, apierr.Unauthenticated) {
			t.Errorf("a token that should live (%v): %v", want, err)
		}
	}
}

func TestX3_SignOut(t *testing.T) {
	b := setup(t)
	v, here := b.signIn(t, "ada@Acme.example")
	_, elsewhere := b.signIn(t, "ada@Acme.example")
	_, bobs := b.signIn(t, "bob@Acme.example")
	no, yes := false, true
	b.signsOut(t, v, &no)
	b.wantLiving(t, map[string]bool{here: false, elsewhere: true, bobs: true})
	v, again := b.signIn(t, "ada@Acme.example")
	b.signsOut(t, v, &yes)
	b.wantLiving(t, map[string]bool{here: false, elsewhere: false, again: false, bobs: true})
	_, err := b.service.SignOut(t.Context(), organization.SignOutInput{})
	wantCode(t, "nobody", err, apierr.Unauthenticated)
}

func TestX3_ACustomerSignsOutEverywhere(t *testing.T) {
	b := setup(t)
	ada := b.member(t, "ada@Acme.example")
	v := auth.From(b.customer(t, ada.OrganizationID))
	stream := b.db.Ent.Stream.Create().SetID(1).SetOwnerID("owner").SetLastAt(time.Now()).SetActiveAt(time.Now()).SaveX(t.Context())
	room := b.db.Ent.Room.Create().SetOrganizationID(ada.OrganizationID).SetCreatedBy(ada).SetName("Carl").SetStream(stream).SaveX(t.Context())
	link := b.db.Ent.RoomLink.Create().SetRoom(room).SetExpiresAt(time.Now().Add(time.Hour)).SaveX(t.Context())
	for i := range 2 {
		err := b.db.Ent.AccessToken.Create().SetHash([]byte{byte(i)}).SetCustomerID(v.ID()).SetLink(link).
			SetExpiresAt(time.Now().Add(time.Hour)).SetIdleAt(time.Now().Add(time.Hour)).Exec(t.Context())
		if err != nil {
			t.Fatal(err)
		}
	}
	_, members := b.signIn(t, "ada@Acme.example")
	yes := true
	b.signsOut(t, v, &yes)
	if n := b.db.Ent.AccessToken.Query().Where(accesstoken.RevokedAtIsNil()).CountX(t.Context()); n != 1 {
		t.Errorf("%d tokens live, want the member's", n)
	}
	b.wantLiving(t, map[string]bool{members: true})
}

func TestSignInWithoutADatabase(t *testing.T) {
	b := setup(t)
	v, _ := b.signIn(t, "ada@Acme.example")
	if err := b.db.SQL.Close(); err != nil {
		t.Fatal(err)
	}
	_, err := b.service.SignIn(t.Context(), organization.SignInInput{Email: "ada@Acme.example", Password: password})
	_, out := b.service.SignOut(auth.With(t.Context(), v), organization.SignOutInput{})
	for _, err := range []error{err, out, b.service.Found(t.Context(), plan("Third"))} {
		if err == nil || apierr.As(err) != nil {
			t.Errorf("have %v, want an error of the inside", err)
		}
	}
}
