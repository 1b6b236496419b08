package inbox_test

import (
	"slices"
	"testing"
	"time"

	"parley/internal/eventlog"
	"parley/internal/inbox"
)

// grew is that a stream has grown, at a place.
func grew(stream, seq, at int64) eventlog.Growth {
	return eventlog.Growth{Stream: stream, Seq: seq, At: time.UnixMicro(at)}
}

// bench is a tail at place 100 whose looks a test makes, at times of its own.
type bench struct {
	t   *testing.T
	now time.Time
	inbox.Tail
}

func newBench(t *testing.T) *bench {
	t.Parallel()
	return &bench{t, time.Now(), inbox.NewTail(100)}
}

// look looks after a while, with all up to a place settled, and fails the test unless this is told and the tail is then there.
func (b *bench) look(after time.Duration, settled int64, grown []eventlog.Growth, place int64, want ...inbox.Told) {
	b.t.Helper()
	b.now = b.now.Add(after)
	told, _ := b.Look(grown, settled+1, b.now)
	if !slices.Equal(told, want) || b.Place() != place {
		b.t.Errorf("told %v and is at %d, want %v at %d", told, b.Place(), want, place)
	}
}

type growths = []eventlog.Growth

func TestWhatIsSettledIsToldAtOnceAtItsOwnPlace(t *testing.T) {
	b := newBench(t)
	b.look(0, 200, growths{grew(1, 7, 150), grew(2, 3, 160)}, 200, inbox.Told{1, 7, 150}, inbox.Told{2, 3, 160})
	b.look(time.Millisecond, 300, growths{grew(3, 1, 300)}, 300, inbox.Told{3, 1, 300})
	b.look(time.Second, 250, nil, 300) // an older transaction writes now
	b.look(time.Second, 400, growths{grew(1, 8, 350)}, 400, inbox.Told{1, 8, 350})
}

func TestOfTwoAtOneTimeTheFirstIsAPlaceBefore(t *testing.T) {
	b := newBench(t)
	b.look(0, 200, growths{grew(1, 1, 150), grew(2, 1, 150), grew(3, 1, 150)}, 200, inbox.Told{1, 1, 149}, inbox.Told{2, 1, 149}, inbox.Told{3, 1, 150})
}

func TestWhatIsNotSettledIsHeldAndToldAtThePlaceThatIs(t *testing.T) {
	b := newBench(t)
	b.look(0, 120, growths{grew(1, 1, 150)}, 120)
	b.look(inbox.Hold/2, 120, growths{grew(1, 1, 150)}, 120)
	b.look(inbox.Hold/2, 130, growths{grew(1, 1, 150)}, 130, inbox.Told{1, 1, 130})
	if ahead := b.Ahead(); !slices.Equal(ahead, []int64{1}) {
		t.Errorf("who comes now is told of %v", ahead)
	}
	b.look(inbox.Rest, 140, growths{grew(1, 1, 150)}, 140) // once is enough
	b.look(time.Hour, 160, growths{grew(1, 1, 150)}, 160)
	if ahead := b.Ahead(); len(ahead) > 0 {
		t.Errorf("who comes later is told of %v", ahead)
	}
	b.look(time.Hour, 200, nil, 200)
	if n := b.Rooms(); n > 0 {
		t.Errorf("%d rooms are remembered", n)
	}
}

func TestWhatGetsSettledIsToldThen(t *testing.T) {
	b := newBench(t)
	b.look(0, 120, growths{grew(1, 1, 150)}, 120)
	b.look(time.Millisecond, 160, growths{grew(1, 1, 150)}, 160, inbox.Told{1, 1, 150})
}

func TestABusyRoomIsToldOfNowAndThenAndHoldsThePlace(t *testing.T) {
	b := newBench(t)
	b.look(0, 200, growths{grew(1, 1, 150)}, 200, inbox.Told{1, 1, 150})
	b.look(inbox.Rest/2, 300, growths{grew(1, 2, 250), grew(2, 1, 260)}, 249, inbox.Told{2, 1, 249})
	b.look(inbox.Rest/2, 400, growths{grew(2, 1, 260), grew(1, 4, 350)}, 400, inbox.Told{1, 4, 350})
	b.look(inbox.Rest, 440, growths{grew(1, 9, 450)}, 440, inbox.Told{1, 9, 440}) // it is never settled
	b.look(inbox.Rest/2, 540, growths{grew(1, 10, 550)}, 540)
	b.look(inbox.Rest/2, 640, growths{grew(1, 11, 650)}, 640, inbox.Told{1, 11, 640})
}

// Where the clock was set back, or a room was made by a clock that is ahead, several news have one time.
func TestNewsOfOneTimeAreToldApart(t *testing.T) {
	b := newBench(t)
	b.look(0, 200, growths{grew(1, 1, 900)}, 200)
	b.look(inbox.Hold, 210, growths{grew(1, 1, 900)}, 210, inbox.Told{1, 1, 210})
	b.look(inbox.Rest, 220, growths{grew(1, 2, 900)}, 220, inbox.Told{1, 2, 220})
	b.look(inbox.Rest, 230, growths{grew(1, 2, 900)}, 230)
}

func TestItIsLookedAgainForWhatWaits(t *testing.T) {
	b := newBench(t)
	again := func(grown growths, settled int64) time.Duration {
		_, again := b.Look(grown, settled, b.now)
		if again.IsZero() {
			return -1
		}
		return again.Sub(b.now)
	}
	if d := again(nil, 120); d != -1 {
		t.Errorf("for nothing after %s", d)
	}
	if d := again(growths{grew(1, 1, 150)}, 120); d != 0 {
		t.Errorf("for what may be settled any moment after %s", d)
	}
	again(growths{grew(1, 1, 150)}, 160)
	if d := again(growths{grew(1, 2, 170)}, 180); d != inbox.Rest {
		t.Errorf("for a busy room after %s", d)
	}
}

func TestATailKeepsFewNews(t *testing.T) {
	b := newBench(t)
	for i := range int64(20 * inbox.Remembered) {
		b.look(inbox.Rest, 200+i, growths{grew(i+1, 1, 200+i)}, 200+i, inbox.Told{i + 1, 1, 200 + i})
	}
	if n := b.Kept(); n > 4*inbox.Remembered {
		t.Errorf("%d are kept", n)
	}
}
