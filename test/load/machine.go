package main

import (
	"bytes"
	"os"
	"runtime"
	"time"

	"parley/test/load/internal/report"
)

// machine is where this runs.
func machine() report.Machine {
	return report.Machine{
		CPU: processor(), Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Began: time.Now(),
	}
}

// processor is its name, as far as it is known.
func processor() string {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	for line := range bytes.Lines(info) {
		if name, value, ok := bytes.Cut(line, []byte(":")); ok && bytes.HasPrefix(name, []byte("model name")) {
			return string(bytes.TrimSpace(value))
		}
	}
	return ""
}
