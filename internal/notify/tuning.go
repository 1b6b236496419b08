package notify

import (
	"cmp"
	"math/rand/v2"
	"time"
)

// Tuning is how long things may take and how often they are tried. Zero fields mean the default.
type Tuning struct {
	Lease    time.Duration // a call begins within this time of its claim, or not at all; 5 s
	Call     time.Duration // a call is ended after this time; 15 s
	Pause    time.Duration // what a call may lag behind its end, for a process that was held up in it; 10 s
	Retry    time.Duration // before the second attempt; doubled for each one after it; 2 s
	RetryMax time.Duration // most time between attempts; 5 min
	Attempts int           // how often a message is handed over before it is given up; 10, about 13 min
	Poll     time.Duration // how often to look for what other processes have left; 1 s
	Drain    time.Duration // how long Run waits for calls under way when it is to end; 5 s
	Parallel int           // calls at once; 8
}

// filled returns the tuning with the defaults filled in.
func (t Tuning) filled() Tuning {
	return Tuning{
		Lease:    cmp.Or(t.Lease, 5*time.Second),
		Call:     cmp.Or(t.Call, 15*time.Second),
		Pause:    cmp.Or(t.Pause, 10*time.Second),
		Retry:    cmp.Or(t.Retry, 2*time.Second),
		RetryMax: cmp.Or(t.RetryMax, 5*time.Minute),
		Attempts: cmp.Or(t.Attempts, 10),
		Poll:     cmp.Or(t.Poll, time.Second),
		Drain:    cmp.Or(t.Drain, 5*time.Second),
		Parallel: cmp.Or(t.Parallel, 8),
	}
}

// claim is how long a row belongs to who has claimed it: after it, a call that began within the lease is over.
func (t Tuning) claim() time.Duration { return t.Lease + t.Call + t.Pause }

// backoff is the time to wait after the attempt, the first being 1. Half of it is chance, so that what failed
// together does not come back together.
func (t Tuning) backoff(attempt int) time.Duration {
	wait := t.Retry
	for range attempt - 1 {
		if wait = min(2*wait, t.RetryMax); wait == t.RetryMax {
			break
		}
	}
	return wait/2 + rand.N(wait/2+1)
}
