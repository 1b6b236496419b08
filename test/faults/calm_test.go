package faults

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// sample is what a process holds.
type sample struct{ goroutines, descriptors, memory float64 }

// What a process may hold more of than when it was new: pools that stay filled, and what the collector has not got round
// to. It is calm again within calming.
var spare = sample{goroutines: 15, descriptors: 40, memory: 150 << 20}

const calming = 20 * time.Second

// measure asks a process for its metrics. Not every system tells descriptors and memory.
func (w *world) measure(p *process) (s sample, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), attempt)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.at()+"/metrics", nil)
	if err != nil {
		return s, err
	}
	response, err := w.client.Do(r)
	if err != nil {
		return s, err
	}
	defer response.Body.Close()
	fields := map[string]*float64{
		"go_goroutines": &s.goroutines, "process_open_fds": &s.descriptors, "process_resident_memory_bytes": &s.memory,
	}
	for lines := bufio.NewScanner(response.Body); lines.Scan(); {
		name, value, _ := strings.Cut(lines.Text(), " ")
		if field := fields[name]; field != nil {
			if *field, err = strconv.ParseFloat(value, 64); err != nil {
				return s, fmt.Errorf("metric %s: %w", name, err)
			}
		}
	}
	return s, nil
}

// measureCalm is what processes hold when nobody is there.
func (w *world) measureCalm() (most sample) {
	w.client.CloseIdleConnections()
	for _, p := range w.processes {
		s, err := w.measure(p)
		if err != nil {
			w.t.Fatal(err)
		}
		most.goroutines = max(most.goroutines, s.goroutines)
		most.descriptors = max(most.descriptors, s.descriptors)
		most.memory = max(most.memory, s.memory)
	}
	return most
}

// checkCalm waits for the processes to be as calm as they were before any load.
func (r *run) checkCalm() {
	for _, p := range r.w.processes {
		var s sample
		var err error
		if !await(calming, func() bool {
			r.w.client.CloseIdleConnections()
			s, err = r.w.measure(p)
			return err == nil && s.within(r.w.calm)
		}) {
			r.breach(left, "%s holds %+v, and was calm with %+v (%v)", p.name, s, r.w.calm, err)
		}
	}
}

func (s sample) within(calm sample) bool {
	return s.goroutines <= calm.goroutines+spare.goroutines && s.descriptors <= calm.descriptors+spare.descriptors &&
		s.memory <= calm.memory+spare.memory
}
