package transport

import "time"

// clock calls something when a time is over, and can be stopped meanwhile. A nil clock is that of a limit that is lifted.
type clock struct {
	timer *time.Timer
	left  time.Duration
	since time.Time
}

func newClock(d time.Duration, over func()) *clock {
	if d == 0 {
		return nil
	}
	return &clock{timer: time.AfterFunc(d, over), left: d, since: time.Now()}
}

func (c *clock) pause() {
	if c != nil && c.timer.Stop() {
		c.left -= time.Since(c.since)
	}
}

func (c *clock) resume() {
	if c != nil {
		c.since = time.Now()
		c.timer.Reset(c.left)
	}
}

func (c *clock) stop() {
	if c != nil {
		c.timer.Stop()
	}
}
