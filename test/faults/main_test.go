package faults

import (
	"flag"
	"fmt"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
)

var (
	long = flag.Bool("long", false, "run all faults on all buses, and all mutants: some minutes")
	tell = flag.String("table", "", "file to write the table of the long run to")
)

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

// runTests gives the tests a folder for the server that they share, and looks for goroutines that were left running.
func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "parley-faults-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	shared = dir
	code := m.Run()
	if code != 0 { // failed tests leave things running; to say so as well would bury what failed
		return code
	}
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, "goroutines were left running:", err)
		return 1
	}
	return 0
}

// longEnough is how long is waited for what must happen.
const longEnough = time.Minute

// await tries until it succeeds, and tells whether it did. It is for what nobody tells of.
func await(within time.Duration, try func() bool) bool {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(within); !try(); <-tick.C {
		if time.Now().After(end) {
			return false
		}
	}
	return true
}
