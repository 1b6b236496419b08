package main

import (
	"os"
	"testing"
	"time"

	"parley/internal/dbtest"
	"parley/internal/inspect"
)

func TestMain(m *testing.M) {
	inspect.Main(os.Args)
	dbtest.Main(m)
}

// longEnough is how long a test waits for what must happen.
const longEnough = time.Minute

// await tries until it succeeds. It is for what nobody tells of; where an event comes, a test waits for that.
func await(t testing.TB, what string, try func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(longEnough); !try(); <-tick.C {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

// together calls f n times at the same moment and returns what came of each.
func together[T any](n int, f func(i int) T) []T {
	results, begin, done := make([]T, n), make(chan struct{}), make(chan struct{})
	for i := range n {
		go func() {
			<-begin
			results[i] = f(i)
			done <- struct{}{}
		}()
	}
	close(begin)
	for range n {
		<-done
	}
	return results
}
