package auth_test

import (
	"context"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"parley/internal/auth"
)

func TestPasswordsComeBack(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(auth.RecommendedCost())
	hash, err := p.Hash(t.Context(), "corre\u0301ct horse 🐴")
	if err != nil {
		t.Fatal(err)
	}
	if !regexp.MustCompile(`^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$`).MatchString(hash) {
		t.Errorf("%s is not argon2id in PHC form with OWASP's parameters", hash)
	}
	if again, _ := p.Hash(t.Context(), "corre\u0301ct horse 🐴"); again == hash {
		t.Error("two hashes have the same salt")
	}
	// From the reference implementation: echo -n password | argon2 somesalt -id -t 2 -m 16 -p 1
	const foreign = "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc"
	for _, c := range []struct {
		hash, password string
		want           bool
	}{
		{hash, "corre\u0301ct horse 🐴", true},
		{hash, "corr\u00e9ct horse 🐴", true}, // as another keyboard has it
		{hash, "correct horse 🐴", false},
		{hash, "correct horse", false},
		{hash, "", false},
		{foreign, "password", true},
		{foreign, "Password", false},
		{"", "nobody has this", false},
		{"", "", false},
	} {
		if ok, err := p.Check(c.hash, c.password); ok != c.want || err != nil {
			t.Errorf("Check(%q, %q) = %v, %v", c.hash, c.password, ok, err)
		}
	}
}

func TestWhatIsNoHashIsAnError(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(auth.RecommendedCost())
	for _, hash := range []string{
		"plain", "$2y$10$abcdefghijklmnopqrstuv", "$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=18$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ", "$argon2id$v=19$m=65536,t=2,p=1$!$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
		"$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$!",
	} {
		ok, err := p.Check(hash, "password")
		if ok || err == nil || strings.Contains(err.Error(), "%!") || strings.Contains(err.Error(), "c29tZXNhbHQ") {
			t.Errorf("Check(%q) = %v, %v", hash, ok, err)
		}
	}
}

// Whether a person is known cannot be told by the time the answer takes. (Not parallel: it measures.)
func TestAnUnknownPersonTakesAsLong(t *testing.T) {
	p := auth.NewPasswords(auth.RecommendedCost())
	hash, err := p.Hash(t.Context(), "secret")
	if err != nil {
		t.Fatal(err)
	}
	known, unknown := time.Hour, time.Hour
	for range 5 {
		known = min(known, timed(t, p, hash))
		unknown = min(unknown, timed(t, p, ""))
	}
	if unknown < known/3 || known < unknown/3 {
		t.Errorf("a known person takes %s, an unknown one %s", known, unknown)
	}
}

func timed(t *testing.T, p *auth.Passwords, hash string) time.Duration {
	t.Helper()
	begun := time.Now()
	if ok, err := p.Check(hash, "wrong"); ok || err != nil {
		t.Fatal(ok, err)
	}
	return time.Since(begun)
}

// Hashing is costly, so only so many passwords are hashed at once; the others wait, as long as they are waited for.
func TestHashingHasPlaces(t *testing.T) {
	t.Parallel()
	p := auth.NewPasswords(auth.RecommendedCost())
	release := p.Occupy()
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := p.Hash(gone, "secret"); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want to have waited in vain", err)
	}
	if err := p.InTurn(gone, func() error { t.Error("worked without a place"); return nil }); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v, want to have waited in vain", err)
	}
	hashed := make(chan error)
	go func() {
		_, err := p.Hash(t.Context(), "secret")
		hashed <- err
	}()
	select {
	case <-hashed:
		t.Error("hashed without a place")
	default:
	}
	release()
	if err := <-hashed; err != nil {
		t.Error(err)
	}
	p.Occupy()() // all places were given back
}
