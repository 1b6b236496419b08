// Package report keeps the results of a run and shows them: as a table of medians and of the ratios that are wanted, as
// all raw figures, and as a plot.
package report

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Values are what was measured, by name.
type Values map[string]float64

// The names of values.
const (
	DeliveriesPerSecond  = "deliveries/s"
	CPUMicrosPerDelivery = "CPU µs/delivery"
	CPUMicrosPerMessage  = "CPU µs/message"
	ClientMicros         = "clients' CPU µs" // for each delivery, or message
	MessagesPerSecond    = "messages/s"
	EventsPerSecond      = "events/s"
	KilobytesEach        = "KB/subscription"
	P50Millis            = "p50 ms"
	P99Millis            = "p99 ms"
	P99MillisBefore      = "p99 ms before"
	FrameBytes           = "bytes/message"
	Reconnects           = "reconnects"
	Lost                 = "lost"
	Doubled              = "doubled"
	Disordered           = "out of order"
	CutOff               = "cut off"
)

// columns are the values in the order in which they are shown.
func columns() []string {
	return []string{
		DeliveriesPerSecond, CPUMicrosPerDelivery, MessagesPerSecond, CPUMicrosPerMessage, ClientMicros, EventsPerSecond, KilobytesEach,
		P50Millis, P99MillisBefore, P99Millis, FrameBytes, Reconnects, Lost, Doubled, Disordered, CutOff,
	}
}

// Faults are the values that must be zero.
func Faults() []string { return []string{Lost, Doubled, Disordered, CutOff} }

// Result is what one turn gave.
type Result struct {
	Setting string `json:"setting"` // what was done
	System  string `json:"system"`  // by whom
	Round   int    `json:"round"`
	Values  Values `json:"values"`
}

func (r Result) String() string {
	var parts []string
	for _, name := range columns() {
		if v, ok := r.Values[name]; ok {
			parts = append(parts, name+" "+number(v))
		}
	}
	return fmt.Sprintf("%s, %s: %s", r.Setting, r.System, strings.Join(parts, ", "))
}

// Book is all results of a run.
type Book struct{ results []Result }

// Add adds a result.
func (b *Book) Add(r Result) { b.results = append(b.results, r) }

// Results are all results.
func (b *Book) Results() []Result { return b.results }

// Median is that of a value over the rounds, and false where it was not measured.
func (b *Book) Median(setting, system, name string) (float64, bool) {
	return median(slices.Collect(maps.Values(b.rounds(setting, system, name))))
}

// Value is that of one round; zero where it was not measured.
func (b *Book) Value(round int, setting, system, name string) float64 {
	return b.rounds(setting, system, name)[round]
}

// rounds are a value in each round.
func (b *Book) rounds(setting, system, name string) map[int]float64 {
	all := make(map[int]float64)
	for _, r := range b.results {
		if v, ok := r.Values[name]; ok && r.Setting == setting && r.System == system {
			all[r.Round] = v
		}
	}
	return all
}

func median(all []float64) (float64, bool) {
	if len(all) == 0 {
		return 0, false
	}
	slices.Sort(all)
	return (all[(len(all)-1)/2] + all[len(all)/2]) / 2, true
}

// settings are what was done, in the order in which it was done first.
func (b *Book) settings() []string {
	return distinct(b.results, func(r Result) string { return r.Setting })
}

// systems are those of a setting.
func (b *Book) systems(setting string) []string {
	of := slices.DeleteFunc(slices.Clone(b.results), func(r Result) bool { return r.Setting != setting })
	return distinct(of, func(r Result) string { return r.System })
}

func distinct(results []Result, key func(Result) string) []string {
	var all []string
	for _, r := range results {
		if !slices.Contains(all, key(r)) {
			all = append(all, key(r))
		}
	}
	return all
}

// Machine is where and when a run was.
type Machine struct {
	CPU    string    `json:"cpu"`
	Cores  int       `json:"cores"`
	System string    `json:"system"`
	Go     string    `json:"go"`
	Began  time.Time `json:"began"`
}

func (m Machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s, %s, %s", cmp.Or(m.CPU, "unknown processor"), m.Cores, m.System, m.Go,
		m.Began.UTC().Format("2 January 2006"))
}

// Write writes the report into the folder. That of a quick run has no page and no plot: its figures mean nothing.
func (b *Book) Write(folder string, m Machine, quick bool) error {
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return fmt.Errorf("make the folder of the report: %w", err)
	}
	raw, err := json.MarshalIndent(struct {
		Machine Machine  `json:"machine"`
		Results []Result `json:"results"`
	}{m, b.results}, "", "\t")
	if err != nil {
		return fmt.Errorf("encode the results: %w", err)
	}
	files := map[string]string{"results.json": string(raw) + "\n"}
	if !quick {
		files["broadcast.svg"] = b.plot()
		if files["README.md"], err = b.page(m); err != nil {
			return err
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o644); err != nil {
			return fmt.Errorf("write the report: %w", err)
		}
	}
	return nil
}
