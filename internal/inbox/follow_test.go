package inbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"parley/internal/apierr"
	"parley/internal/eventlog"
	"parley/internal/inbox"
)

// Whoever reads slowly holds nobody up, and gets from the database what the tail has forgotten.
func TestWhoFallsBehindIsToldAllTheSame(t *testing.T) {
	t.Parallel()
	const rooms = 3 * inbox.Remembered
	c := newTown(t, 1, rooms, "")
	p, ctx := c.processes[0], c.asAri(t.Context())
	written, read := make(chan struct{}), make(chan struct{})
	told := map[string]int{}
	go func() {
		defer close(read)
		err := follow(ctx, p.inbox, nil, func(e inbox.Event) bool {
			switch e := e.(type) {
			case *inbox.CaughtUp:
				go func() {
					defer close(written)
					c.writeAll(p)
				}()
				<-written
			case *inbox.RoomUpdated:
				told[e.Room.ID]++
			}
			return len(told) < rooms
		})
		if err != nil {
			t.Error(err)
		}
	}()
	select {
	case <-read:
	case <-time.After(patience):
		t.Fatal("not all were told")
	}
	for id, n := range told {
		if n > 1 {
			t.Errorf("%s was told %d times", id, n)
		}
	}
}

// writeAll writes into each room, and waits until others are told of all.
func (c *town) writeAll(p *process) {
	ctx, cancel := context.WithTimeout(c.asAri(context.Background()), patience)
	defer cancel()
	told := map[string]bool{}
	err := follow(ctx, p.inbox, nil, func(e inbox.Event) bool {
		switch e := e.(type) {
		case *inbox.CaughtUp:
			for _, r := range c.rooms {
				if err := p.say(ctx, r); err != nil {
					c.t.Error(err)
					return false
				}
			}
		case *inbox.RoomUpdated:
			told[e.Room.ID] = true
		}
		return len(told) < len(c.rooms)
	})
	if err != nil {
		c.t.Error(err)
	}
}

func TestAClockThatWasSetBackEndsTheFollowing(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1, 1, "")
	p, ctx := c.processes[0], c.asAri(t.Context())
	cursor := inbox.CursorAt(p.events.Epoch(), time.Now().Add(time.Hour))
	if _, err := p.inbox.Follow(ctx, &cursor); !apierr.Is(err, apierr.CursorExpired) {
		t.Errorf("following behind a time that has yet to come: %v", err)
	}
	f, err := p.inbox.Follow(ctx, nil)
	c.must(err)
	future := time.Now().Add(time.Hour).UnixMicro()
	for _, err := range f.Live(ctx, future, func() {}) {
		if !apierr.Is(err, apierr.CursorExpired) {
			t.Errorf("it ends with %v", err)
		}
	}
	if n := p.inbox.Tails(); n != 0 {
		t.Errorf("%d are followed", n)
	}
}

// A transaction that has begun before a cursor was given, and writes behind it, unsettles what the cursor says: who resumes there
// stays where they were.
func TestACursorStaysWhereItIsWhileSomebodyWrites(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1, 1, "heartbeat=20ms")
	p := c.processes[0]
	ctx, cancel := context.WithTimeout(c.asAri(t.Context()), patience)
	defer cancel()
	tx, err := c.db.Ent.Tx(ctx)
	c.must(err)
	defer func() { _ = tx.Rollback() }()
	_, err = tx.ExecContext(ctx, `SELECT 1`) // it has its time, and no number yet
	c.must(err)
	l := c.begin()
	_, err = p.events.AppendTx(ctx, tx, c.rooms[0].StreamID, eventlog.Entry{Kind: "TEXT", Side: "MEMBER", ActorID: c.ari.ID(), Body: "Hello"})
	c.must(err)
	horizon, err := p.events.Horizon(ctx)
	c.must(err)
	if !horizon.Settled.Before(l.place) {
		t.Fatalf("all is settled up to %s, and the cursor is that of %s", horizon.Settled, l.place)
	}
	beats, here := 0, map[string]bool{}
	c.must(follow(ctx, p.inbox, l.last, func(e inbox.Event) bool {
		c.must(l.take(e, here))
		switch e.(type) {
		case *inbox.Heartbeat:
			if beats++; beats == 2 {
				c.must(tx.Commit())
			}
		case *inbox.RoomUpdated:
			return false
		}
		return true
	}))
	if beats < 2 {
		t.Errorf("there is news after %d heartbeats", beats)
	}
}

func TestALostHistoryEndsTheFollowing(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1, 1, "")
	p, ctx := c.processes[0], c.asAri(t.Context())
	caughtUp := ""
	err := follow(ctx, p.inbox, nil, func(e inbox.Event) bool {
		caughtUp = e.(*inbox.CaughtUp).Cursor
		_, err := c.db.SQL.ExecContext(ctx, `UPDATE log_epochs SET history = 'another'`)
		c.must(err)
		return true
	})
	if !apierr.Is(err, apierr.CursorExpired) {
		t.Errorf("it ends with %v", err)
	}
	if _, err := p.inbox.Follow(ctx, &caughtUp); !apierr.Is(err, apierr.CursorExpired) {
		t.Errorf("a cursor from before is good for %v", err)
	}
}

func TestNobodyIsServedWhereNobodyFollows(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1, 2, "")
	p, ctx := c.processes[0], c.asAri(t.Context())
	c.must(p.say(ctx, c.rooms[0]))
	c.must(follow(ctx, p.inbox, nil, func(inbox.Event) bool {
		if n := p.inbox.Tails(); n != 1 {
			t.Errorf("%d are followed", n)
		}
		return false
	}))
	if n := p.inbox.Tails(); n != 0 {
		t.Errorf("%d are followed", n)
	}
	leaving, cancel := context.WithCancelCause(ctx)
	err := follow(leaving, p.inbox, nil, func(inbox.Event) bool {
		cancel(errors.New("left"))
		return true
	})
	if !errors.Is(err, context.Canceled) || p.inbox.Tails() != 0 {
		t.Errorf("who leaves gets %v, and %d are followed", err, p.inbox.Tails())
	}
}

// What belongs to an organisation and is no room's log is no news of a room.
func TestWhatIsNoRoomIsNoNews(t *testing.T) {
	t.Parallel()
	c := newTown(t, 1, 1, "")
	p, ctx := c.processes[0], c.asAri(t.Context())
	var cursor string
	c.must(follow(ctx, p.inbox, nil, func(e inbox.Event) bool {
		cursor = e.(*inbox.CaughtUp).Cursor
		return false
	}))
	_, err := c.db.SQL.ExecContext(ctx, `INSERT INTO streams (id, owner_id, last_seq, last_at, active_at) VALUES (1, $1, 1, clock_timestamp(), clock_timestamp())`, c.ari.OrganizationID())
	c.must(err)
	c.must(p.say(ctx, c.rooms[0]))
	c.must(follow(ctx, p.inbox, &cursor, func(e inbox.Event) bool {
		if news, ok := e.(*inbox.RoomUpdated); !ok || news.Room.ID != c.rooms[0].ID {
			t.Errorf("told %+v", e)
		}
		return false
	}))
}
