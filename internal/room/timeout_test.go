package room_test

import (
	"testing"

	"parley/ent/room"
)

// A room in which somebody is writing at that moment is not idle, however long ago the last event was.
func TestR17_ARoomIsNotTimedOutWhileSomethingHappensInIt(t *testing.T) {
	t.Parallel()
	c := newTown(t)
	idle, busy := c.room("ACTIVE"), c.room("ACTIVE")
	c.exec(`UPDATE streams SET last_at = now() - interval '100 days', active_at = now() - interval '100 days'`)
	writer := busy.lock()
	timesOut := func(want int, what string) {
		t.Helper()
		if n, err := c.rooms.TimeOut(t.Context()); n != want || err != nil {
			t.Errorf("%s: %d rooms are timed out %v, want %d", what, n, err, want)
		}
	}
	timesOut(1, "while somebody writes")
	if s := c.db.Ent.Room.GetX(t.Context(), idle.id).Status; s != room.StatusTimedOut {
		t.Errorf("the other room is %s", s)
	}
	c.must(writer.Rollback())
	timesOut(1, "when nothing was written")
	timesOut(0, "when there is none")
	if s := c.db.Ent.Room.GetX(t.Context(), busy.id).Status; s != room.StatusTimedOut {
		t.Errorf("the room is %s", s)
	}
}
