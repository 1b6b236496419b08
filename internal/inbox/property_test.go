package inbox_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"golang.org/x/sync/errgroup"

	"parley/ent"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/inbox"
)

// logical is a follower as a client is one: over many connections, each after the last cursor of the one before.
type logical struct {
	last    *string
	place   time.Time
	exact   map[string]bool      // news that the cursor said were told
	newest  map[string]time.Time // by room
	repeats int
}

// take notes an event, and finds what must not be.
func (l *logical) take(e inbox.Event, here map[string]bool) error {
	switch e := e.(type) {
	case *inbox.RoomUpdated:
		if err := l.move(e.Cursor); err != nil {
			return err
		}
		news := fmt.Sprint(e.Room.ID, e.OccurredAt)
		switch {
		case here[news]:
			return fmt.Errorf("%s came twice over one connection", news)
		case l.exact[news]:
			return fmt.Errorf("%s came again behind a cursor that had told it", news)
		case !e.OccurredAt.After(l.newest[e.Room.ID]):
			l.repeats++
		}
		here[news], l.exact[news] = true, !l.place.Before(e.OccurredAt)
		if e.OccurredAt.After(l.newest[e.Room.ID]) {
			l.newest[e.Room.ID] = e.OccurredAt
		}
	case *inbox.CaughtUp:
		return l.move(e.Cursor)
	case *inbox.Heartbeat:
		return l.move(e.Cursor)
	}
	return nil
}

func (l *logical) move(cursor string) error {
	place, err := inbox.Place(cursor)
	if err == nil && place.Before(l.place) {
		err = fmt.Errorf("the cursor moved back from %s to %s", l.place, place)
	}
	l.last, l.place = &cursor, place
	return err
}

// crowd is everyone in the test.
type crowd struct {
	*town
	delivered chan struct{} // holds a few of the deliveries
	written   chan struct{} // closed when all is written
	wanted    map[string]time.Time
}

// Whoever writes where and however, in transactions that take long or are rolled back: whoever follows, at whatever process and
// however often the connection is lost, is told of the newest in every room, and not again of what a cursor has told.
func TestWhateverIsCommittedIsToldToAllWhoFollow(t *testing.T) {
	t.Parallel()
	const rooms, writers, followers = 400, 12, 6
	c := &crowd{town: newTown(t, 2, rooms, "heartbeat=20ms"), delivered: make(chan struct{}, 16), written: make(chan struct{})}
	began := time.Now()
	logicals := make([]*logical, followers)
	var all errgroup.Group
	for i := range logicals {
		logicals[i] = c.begin()
		all.Go(func() error { return c.followOn(logicals[i], i%2 == 0) })
	}
	c.write(writers)
	c.want()
	close(c.written)
	if err := all.Wait(); err != nil {
		t.Fatal(err)
	}
	for i, l := range logicals {
		t.Logf("follower %d was told of %d rooms, %d times again, in %s", i, len(l.newest), l.repeats, time.Since(began))
	}
}

// begin is a follower from now on.
func (c *town) begin() *logical {
	c.t.Helper()
	l := &logical{exact: map[string]bool{}, newest: map[string]time.Time{}}
	c.must(follow(c.asAri(c.t.Context()), c.processes[0].inbox, nil, func(e inbox.Event) bool {
		c.must(l.take(e, map[string]bool{}))
		return false
	}))
	return l
}

// followOn follows over many connections, or one, until the newest of every room has been told.
func (c *crowd) followOn(l *logical, restless bool) error {
	ctx, cancel := context.WithTimeout(c.asAri(context.Background()), patience)
	defer cancel()
	for {
		here, left, bad := map[string]bool{}, 1+rand.IntN(40), error(nil)
		err := follow(ctx, c.processes[rand.IntN(len(c.processes))].inbox, l.last, func(e inbox.Event) bool {
			select {
			case c.delivered <- struct{}{}:
			default:
			}
			left--
			bad = l.take(e, here)
			return bad == nil && !c.complete(l) && (left > 0 || !restless)
		})
		switch {
		case bad != nil:
			return bad
		case c.complete(l):
			return nil
		case errors.Is(err, context.DeadlineExceeded):
			return c.missing(l)
		case err != nil:
			return err
		}
	}
}

// complete tells whether all is written and told.
func (c *crowd) complete(l *logical) bool {
	select {
	case <-c.written:
		return c.missing(l) == nil
	default:
		return false
	}
}

// missing says what the follower was not told of.
func (c *crowd) missing(l *logical) (err error) {
	for id, at := range c.wanted {
		if l.newest[id].Before(at) {
			err = errors.Join(err, fmt.Errorf("news of %s at %s were not told: at %s", id, at, l.newest[id]))
		}
	}
	return err
}

// want notes the newest of each room.
func (c *crowd) want() {
	c.t.Helper()
	rows, err := c.db.Ent.Room.Query().WithStream().All(c.t.Context())
	c.must(err)
	c.wanted = map[string]time.Time{}
	for _, r := range rows {
		if r.Edges.Stream.LastSeq > 0 {
			c.wanted[r.ID] = r.Edges.Stream.LastAt
		}
	}
}

// write writes into each room once or a few times.
func (c *crowd) write(writers int) {
	c.t.Helper()
	var mu sync.Mutex
	todo := append([]*ent.Room(nil), c.rooms...)
	rand.Shuffle(len(todo), func(i, j int) { todo[i], todo[j] = todo[j], todo[i] })
	next := func() (some []*ent.Room) {
		mu.Lock()
		defer mu.Unlock()
		n := min(1+rand.IntN(3), len(todo))
		some, todo = todo[:n], todo[n:]
		return some
	}
	var all errgroup.Group
	for range writers {
		all.Go(func() error {
			for rooms := next(); len(rooms) > 0; rooms = next() {
				if err := c.writeInto(rooms); err != nil {
					return err
				}
			}
			return nil
		})
	}
	c.must(all.Wait())
}

// append appends to logs in a transaction that lingers before it ends.
func (c *crowd) append(ctx context.Context, p *process, end error, rooms ...*ent.Room) error {
	return database.WithTx(ctx, c.db.Ent, func(tx *ent.Tx) error {
		for _, r := range rooms {
			if _, err := p.events.AppendTx(ctx, tx, r.StreamID, eventlog.Entry{Kind: "NOTICE", Side: "SYSTEM"}); err != nil {
				return err
			}
		}
		c.linger()
		return end
	})
}

var errRollBack = errors.New("roll back")

// writeInto writes into some rooms, in one way or another.
func (c *crowd) writeInto(rooms []*ent.Room) error {
	ctx, p := c.asAri(context.Background()), c.processes[rand.IntN(len(c.processes))]
	switch rand.IntN(5) {
	case 0:
		return c.append(ctx, p, nil, rooms...)
	case 1:
		err := c.append(ctx, p, errRollBack, rooms...)
		if !errors.Is(err, errRollBack) {
			return err
		}
		return p.say(ctx, rooms[0])
	case 2:
		return c.atOneTime(ctx, rooms)
	}
	for _, r := range rooms {
		if err := p.say(ctx, r); err != nil {
			return err
		}
	}
	c.linger() // so that some of the rooms have news again when they were told of a moment ago
	return p.say(ctx, rooms[0])
}

// linger waits until some have been told of what was written meanwhile, if there is anything.
func (c *crowd) linger() {
	late := time.After(time.Duration(rand.IntN(300)) * time.Millisecond)
	for range rand.IntN(60) {
		select {
		case <-c.delivered:
		case <-late:
			return
		}
	}
}

// atOneTime appends to several logs at the very same time, behind the server's back.
func (c *crowd) atOneTime(ctx context.Context, rooms []*ent.Room) error {
	var streams pq.Int64Array
	for _, r := range rooms {
		streams = append(streams, r.StreamID)
	}
	_, err := c.db.SQL.ExecContext(ctx, `WITH locked AS MATERIALIZED (
			SELECT id FROM streams WHERE id = ANY($1) ORDER BY id FOR UPDATE
		), clock AS MATERIALIZED (
			SELECT clock_timestamp() AS at, count(*) FROM locked
		), raised AS (
			UPDATE streams s SET last_seq = last_seq + 1, last_at = clock.at, active_at = clock.at
			FROM clock WHERE s.id = ANY($1) RETURNING s.id, last_seq, last_at
		)
		INSERT INTO events (id, stream_id, seq, kind, side, at, body)
		SELECT gen_random_uuid(), id, last_seq, 'NOTICE', 'SYSTEM', last_at, 'Hello' FROM raised`, streams)
	return err
}
