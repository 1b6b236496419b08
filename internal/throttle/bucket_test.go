package throttle_test

import (
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"parley/internal/apierr"
	"parley/internal/throttle"
)

func TestBucketEmptiesAndFills(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := throttle.NewBucket("messages-burst", 5, 60)
		if n := takeAll(b, "ada"); n != 60 {
			t.Errorf("%d at once, want the burst of 60", n)
		}
		wantThrottled(t, b.Take("ada"), "messages-burst", 200*time.Millisecond)
		if n := takeAll(b, "carl"); n != 60 {
			t.Errorf("%d for another, want 60", n)
		}
		time.Sleep(time.Second)
		if n := takeAll(b, "ada"); n != 5 {
			t.Errorf("%d after a second, want 5", n)
		}
		time.Sleep(100 * time.Millisecond)
		wantThrottled(t, b.Take("ada"), "messages-burst", 100*time.Millisecond)
		time.Sleep(time.Hour)
		if n := takeAll(b, "ada"); n != 60 {
			t.Errorf("%d after an hour, want 60", n)
		}
	})
}

// takeAll takes until the bucket is empty, and says how often.
func takeAll(b *throttle.Bucket, of string) int {
	for n := 0; ; n++ {
		if b.Take(of) != nil || n == 10_000 {
			return n
		}
	}
}

// What is refused does not count, however many try at the same moment.
func TestBucketOfManyAtTheSameMoment(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := throttle.NewBucket("messages-burst", 5, 20)
		for round, want := range []int64{20, 5, 5} {
			var admitted atomic.Int64
			var all sync.WaitGroup
			for range 8 {
				all.Go(func() {
					for range 1000 {
						if b.Take("ada") == nil {
							admitted.Add(1)
						}
					}
				})
			}
			all.Wait()
			if n := admitted.Load(); n != want {
				t.Errorf("%d were admitted in round %d, want %d", n, round, want)
			}
			time.Sleep(time.Second)
		}
	})
}

func TestBucketIsLifted(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for name, b := range map[string]*throttle.Bucket{
			"both":           throttle.NewBucket("x", 0, 0),
			"the burst":      throttle.NewBucket("x", 5, 0),
			"the long run":   throttle.NewBucket("x", 0, 60),
			"none, to check": throttle.NewBucket("x", 1, 10_000),
		} {
			if n := takeAll(b, "ada"); n != 10_000 {
				t.Errorf("%s lifted: %d at once", name, n)
			}
		}
	})
}

// Those who have been quiet are forgotten.
func TestBucketStaysSmall(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := throttle.NewBucket("messages-burst", 5, 60)
		for i := range 1000 {
			_ = b.Take(strconv.Itoa(i))
		}
		takeAll(b, "busy")
		time.Sleep(61 * time.Second)
		takeAll(b, "busy")
		if n := b.Kept(); n != 1 {
			t.Errorf("%d are kept, want the busy one", n)
		}
		if n := takeAll(b, "busy"); n != 0 {
			t.Errorf("%d more after the sweep", n)
		}
	})
}

func wantThrottled(t *testing.T, err error, name string, wait time.Duration) {
	t.Helper()
	if !apierr.Is(err, apierr.Throttled) {
		t.Errorf("have %v, want THROTTLED", err)
		return
	}
	e := apierr.As(err)[0]
	if off := (e.RetryAfter - wait).Abs(); off > wait/10 {
		t.Errorf("try again in %s, want %s", e.RetryAfter, wait)
	}
	wantNamed(t, e, name)
}
