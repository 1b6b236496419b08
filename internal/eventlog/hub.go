package eventlog

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/lib/pq"

	"parley/internal/bus"
	"parley/internal/supervise"
)

// checkEvery is how often streams with followers are looked at for events whose rings were never sent, such as those
// of a process that ended between commit and ring, and the database for whether it is still the same.
const checkEvery = time.Second

// Topics of the bus: streams that have grown, and what happens in them live only.
const (
	topicGrown = "stream1"
	topicLive  = "live1"
)

// unreachable is for how long followers wait for a database that does not answer.
const unreachable = 5 * time.Second

// reader reads the events of a stream that come after a place, from the first, a batch at most.
type reader func(ctx context.Context, streamID, after int64) ([]Event, error)

// hub keeps one tail for each stream that has followers.
type hub struct {
	read reader
	bus  bus.Bus
	log  *slog.Logger

	listener Listener

	mu    sync.Mutex
	tails map[int64]*tail
}

func newHub(read reader, b bus.Bus, log *slog.Logger) *hub {
	h := &hub{read: read, bus: b, log: log, listener: deaf(), tails: map[int64]*tail{}}
	b.Hear(topicGrown, h.heardGrown, h.ringAll)
	b.Hear(topicLive, h.heardLive, func() {})
	return h
}

// Run serves followers until the context ends.
func (l *Log) Run(ctx context.Context) error { return l.check(ctx) }

// check looks for what no ring has told, and tells followers when the database is lost. A look at a network that has gone
// silent takes its time, so it is not waited for.
func (l *Log) check(ctx context.Context) error {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	looked, looking := make(chan error, 1), false
	for {
		select {
		case <-ctx.Done():
			if looking {
				<-looked
			}
			return nil
		case err := <-looked:
			looking = false
			l.checked(ctx, err)
		case <-tick.C:
			if !looking {
				looking = true
				go func() { looked <- supervise.Call(ctx, l.look) }()
			}
			if time.Since(l.reached) > unreachable {
				l.hub.end(lostDatabase()) // another process may reach it
			}
		}
	}
}

func (l *Log) look(ctx context.Context) error {
	if err := l.checkHistory(ctx); err != nil {
		return err
	}
	return l.checkGrowth(ctx)
}

func (l *Log) checked(ctx context.Context, err error) {
	switch {
	case err == nil:
		l.reached = time.Now()
	case ctx.Err() == nil:
		l.log.WarnContext(ctx, "check the log", "error", err)
	}
}

// checkHistory ends all followers where the database has been set back: what they have seen may not have happened.
func (l *Log) checkHistory(ctx context.Context) error {
	epoch, err := findEpoch(ctx, l.db)
	if err == nil && epoch != l.epoch.Swap(epoch) {
		l.hub.end(expiredCursor())
	}
	return err
}

// checkGrowth rings the streams that have grown without a ring.
func (l *Log) checkGrowth(ctx context.Context) error {
	ids := l.hub.followed()
	if len(ids) == 0 {
		return nil
	}
	rows, err := l.db.QueryContext(ctx, `SELECT id, last_seq FROM streams WHERE id = ANY($1)`, pq.Array(ids))
	if err != nil {
		return fmt.Errorf("read heads of streams: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var id, lastSeq int64
		if err := rows.Scan(&id, &lastSeq); err != nil {
			return fmt.Errorf("read head of a stream: %w", err)
		}
		if t := l.hub.tail(id); t != nil {
			t.ringUpTo(lastSeq)
		}
	}
	return rows.Err()
}

// ring tells this process and the others that a stream has grown.
func (h *hub) ring(streamID int64) {
	h.ringHere(streamID)
	h.ringOthers(streamID)
}

func (h *hub) ringOthers(streamID int64) { h.bus.Ring(topicGrown, strconv.FormatInt(streamID, 36)) }

// heardGrown rings a stream that another process has rung.
func (h *hub) heardGrown(name string) {
	if id, err := strconv.ParseInt(name, 36, 64); err == nil {
		h.ringHere(id)
	}
}

// hand gives events that this process has committed to their tail, and rings the others, once.
func (h *hub) hand(events []Event) {
	stream := events[0].Stream
	if t := h.tail(stream); t != nil {
		t.hand(events)
	}
	h.listener.Grown(stream)
	h.ringOthers(stream)
}

func (h *hub) ringHere(streamID int64) {
	if t := h.tail(streamID); t != nil {
		t.ring()
	}
	h.listener.Grown(streamID)
}

func (h *hub) ringAll() {
	for _, id := range h.followed() {
		h.ringHere(id)
	}
}

func (h *hub) tail(streamID int64) *tail {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tails[streamID]
}

func (h *hub) followed() []int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	ids := make([]int64, 0, len(h.tails))
	for id := range h.tails {
		ids = append(ids, id)
	}
	return ids
}

// join returns the stream's tail, started at lastSeq where there was none.
func (h *hub) join(streamID, lastSeq int64) *tail {
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.tails[streamID]
	if t == nil {
		t = newTail(streamID, lastSeq, h.read)
		h.tails[streamID] = t
		t.start(h.log)
	}
	t.followers++
	t.ringUpTo(lastSeq)
	return t
}

// leave gives the tail back; with the last follower it ends.
func (h *hub) leave(t *tail) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if t.followers--; t.followers > 0 {
		return
	}
	t.end(nil)
	if h.tails[t.stream] == t {
		delete(h.tails, t.stream)
	}
}

// end ends all tails; who follows them gets the error.
func (h *hub) end(because error) {
	defer h.listener.Ended(because)
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, t := range h.tails {
		t.end(because)
	}
	clear(h.tails)
}
