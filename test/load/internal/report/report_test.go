package report_test

import (
	"encoding/xml"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"parley/test/load/internal/report"
)

func book() *report.Book {
	b := &report.Book{}
	for round, factor := range []float64{1, 5, 2} {
		for system, cost := range map[string]float64{"parley": 2, "limit": 1, "limit at parley's pace": 1.6, "gorilla": 3, "stock": 10} {
			b.Add(report.Result{Setting: report.Broadcast(1000, 2), System: system, Round: round + 1, Values: report.Values{
				report.DeliveriesPerSecond: 100_000 / cost, report.CPUMicrosPerDelivery: factor * cost, report.P99Millis: cost, report.Lost: 0,
			}})
		}
	}
	return b
}

func TestMedianIsOfTheRounds(t *testing.T) {
	t.Parallel()
	if got, ok := book().Median(report.Broadcast(1000, 2), "parley", report.CPUMicrosPerDelivery); !ok || got != 4 {
		t.Errorf("%v, %v, want 4", got, ok)
	}
}

func TestRatiosSayWhatIsMet(t *testing.T) {
	t.Parallel()
	met := make(map[string]bool)
	for _, r := range book().Ratios() {
		met[r.What] = r.Met()
	}
	want := map[string]bool{
		"1,000 subscribers: CPU per delivery, of the limit's":                  false,
		"1,000 subscribers: CPU per delivery, of the limit's at the same pace": true,
		"1,000 subscribers: CPU per delivery, of stock's":                      true,
		"1,000 subscribers: deliveries a second, of stock's":                   true,
		"1,000 subscribers: deliveries a second, of gorilla's":                 true,
		"1,000 subscribers: p99, of stock's":                                   true,
		"everywhere: lost":                                                     true,
	}
	for what, is := range want {
		if got, ok := met[what]; !ok || got != is {
			t.Errorf("%s: met %v (there: %v), want %v", what, got, ok, is)
		}
	}
	if len(met) != len(want) {
		t.Errorf("%d ratios, want those that were measured, %d", len(met), len(want))
	}
}

func TestReportIsWritten(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if err := book().Write(folder, report.Machine{Cores: 2}, false); err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile(filepath.Join(folder, "README.md"))
	if err != nil || !strings.Contains(string(page), "| parley |") {
		t.Errorf("the page is %q (%v)", page, err)
	}
	plot, err := os.Open(filepath.Join(folder, "broadcast.svg"))
	if err != nil {
		t.Fatal(err)
	}
	defer plot.Close()
	for decoder := xml.NewDecoder(plot); err != io.EOF; {
		if _, err = decoder.Token(); err != nil && err != io.EOF {
			t.Fatalf("the plot is not XML: %v", err)
		}
	}
}
