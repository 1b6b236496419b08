package tally

import (
	"math/bits"
	"sync/atomic"
	"time"
)

// Histogram counts times, each to within three percent. Any number of goroutines may add at once.
type Histogram struct{ counts [64 * steps]atomic.Int64 }

// steps are the buckets between a number of microseconds and its double.
const steps = 32

// Add counts one time.
func (h *Histogram) Add(d time.Duration) { h.counts[bucket(max(d.Microseconds(), 0))].Add(1) }

// bucket is the number itself below steps, and from there on its magnitude and the bits after its first.
func bucket(micros int64) int {
	if micros < steps {
		return int(micros)
	}
	shift := bits.Len64(uint64(micros)) - 6 // so that 32 to 63 are left
	return shift*steps + int(micros>>shift)
}

// middle is the time in the middle of a bucket.
func middle(bucket int) time.Duration {
	if bucket < 2*steps {
		return time.Duration(bucket) * time.Microsecond
	}
	shift := bucket/steps - 1
	low := int64(bucket-shift*steps) << shift
	return time.Duration(low+1<<shift/2) * time.Microsecond
}

// Percentile is the time that so many percent of those counted did not exceed; zero where none was counted.
func (h *Histogram) Percentile(percent float64) time.Duration {
	var all int64
	for i := range h.counts {
		all += h.counts[i].Load()
	}
	left := int64(float64(all) * percent / 100)
	for i := range h.counts {
		if left -= h.counts[i].Load(); left < 0 {
			return middle(i)
		}
	}
	return 0
}
