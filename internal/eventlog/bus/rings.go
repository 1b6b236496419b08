package bus

import (
	"maps"
	"slices"
	"sync"
)

// mostNamed is how many streams wait to be rung by their names. Beyond it, everything is rung: while the carrier is away
// the rings of a busy server would otherwise pile up.
const mostNamed = 10_000

// rings are the streams that wait to be rung, each once.
type rings struct {
	some chan struct{} // holds a value when there are some

	mu      sync.Mutex
	streams map[int64]struct{}
	all     bool // more than could be kept
}

func newRings() *rings {
	return &rings{some: make(chan struct{}, 1), streams: map[int64]struct{}{}}
}

func (r *rings) add(streams []int64) {
	r.mu.Lock()
	for _, id := range streams {
		r.streams[id] = struct{}{}
	}
	if r.all = r.all || len(r.streams) > mostNamed; r.all {
		clear(r.streams)
	}
	r.mu.Unlock()
	select {
	case r.some <- struct{}{}:
	default:
	}
}

// take returns what waits, and nothing waits any more.
func (r *rings) take() (streams []int64, all bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	streams, all = slices.Collect(maps.Keys(r.streams)), r.all
	clear(r.streams)
	r.all = false
	return streams, all
}
