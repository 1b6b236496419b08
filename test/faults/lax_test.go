package faults

import (
	"testing"

	"parley/internal/database/embedded"
	"parley/internal/dbtest"
)

// takesLax starts a server on a database that forgets, and tells whether it was taken.
func takesLax(t *testing.T, binary string) bool {
	t.Helper()
	db, err := embedded.Start(t.Context(), embedded.Config{Dir: dbtest.Dir(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Stop() })
	if err := db.Create(t.Context(), databaseName); err != nil {
		t.Fatal(err)
	}
	p := &process{name: "a server", binary: binary, env: []string{
		"DATABASE_URL=" + db.URL(databaseName), "PARLEY_SECRET=0123456789abcdef0123456789abcdef",
	}}
	if err := p.start(); err != nil {
		t.Log(err)
		return false
	}
	_ = p.kill()
	return true
}

func TestADatabaseThatForgetsIsRefused(t *testing.T) {
	t.Parallel()
	if takesLax(t, server(t)) {
		t.Error("it was taken")
	}
}
