package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"parley/test/load/internal/report"
)

// TestMain is also the servers that the tool starts: it runs itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == serveRole {
		if err := begin(os.Args[1:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	goleak.VerifyTestMain(m)
}

// TestQuickRunLosesNothing runs everything, with tiny numbers. What it measures means nothing, so nothing is asked of it.
func TestQuickRunLosesNothing(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("the tool needs Linux")
	}
	out := t.TempDir()
	if err := run(t.Context(), []string{"-quick", "-out", out}, t.Output(), t.Output()); err != nil {
		t.Fatal(err)
	}
	measured := make(map[string]int)
	for _, r := range results(t, out) {
		measured[r.System]++
		for _, name := range report.Faults() {
			if r.Values[name] != 0 {
				t.Errorf("%s, %s: %s %v", r.Setting, r.System, name, r.Values[name])
			}
		}
	}
	for _, system := range []string{parleyName, limitName, pacedName, gorillaName, stockName} {
		if measured[system] == 0 {
			t.Errorf("nothing was measured of %s", system)
		}
	}
}

func results(t *testing.T, folder string) []report.Result {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(folder, "results.json"))
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Results []report.Result }
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	return all.Results
}
