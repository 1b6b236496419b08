package throttle

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Bucket limits how often each of many may do something: so many a second in the long run, so many at once.
type Bucket struct {
	name      string
	perSecond rate.Limit
	burst     int

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
	swept   time.Time
}

// NewBucket returns a bucket for each that asks. Zero, in either place, lifts the limit.
func NewBucket(name string, perSecond, burst int) *Bucket {
	return &Bucket{name: name, perSecond: rate.Limit(perSecond), burst: burst, buckets: map[string]*rate.Limiter{}}
}

// Take counts one, and refuses when the bucket of the one named is empty.
func (b *Bucket) Take(of string) error {
	if b.burst == 0 || b.perSecond == 0 {
		return nil
	}
	now := time.Now()
	l := b.of(of, now)
	if l.AllowN(now, 1) {
		return nil
	}
	missing := 1 - l.TokensAt(now)
	return refuse(b.name, b.burst, time.Duration(missing/float64(b.perSecond)*float64(time.Second)))
}

// of returns the bucket of one. Full buckets say nothing and are dropped now and then, so the map stays small.
func (b *Bucket) of(of string, now time.Time) *rate.Limiter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.swept) > time.Minute {
		b.sweep(now)
	}
	l, ok := b.buckets[of]
	if !ok {
		l = rate.NewLimiter(b.perSecond, b.burst)
		b.buckets[of] = l
	}
	return l
}

func (b *Bucket) sweep(now time.Time) {
	b.swept = now
	for of, l := range b.buckets {
		if l.TokensAt(now) >= float64(b.burst) {
			delete(b.buckets, of)
		}
	}
}
