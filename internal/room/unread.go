package room

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/lib/pq"

	"parley/ent"
	"parley/ent/readmark"
	"parley/internal/apierr"
	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/limits"
	"parley/internal/supervise"
)

// MarkReadInput is the input of markRead.
type MarkReadInput struct {
	RoomID string
	Cursor string
}

// MarkReadPayload is the answer of markRead.
type MarkReadPayload struct {
	apierr.Payload
	Room *ent.Room
}

// MarkRead notes how far the viewer has read in a room; for everyone in it. The mark never moves back (rule C8). A cursor of a
// room that has gone into it says nothing of what else is in this one: it moves no mark.
func (s *Service) MarkRead(ctx context.Context, in MarkReadInput) (*MarkReadPayload, error) {
	r, err := s.Get(ctx, in.RoomID)
	if err != nil {
		return nil, err
	}
	seq, err := s.log.Place(ctx, in.Cursor, r.StreamID, r.Edges.Stream.LastSeq)
	if err != nil {
		return nil, err
	}
	if eventlog.Of(in.Cursor, r.StreamID) {
		if err := mark(ctx, s.ent, r.ID, auth.From(ctx).ID(), seq); err != nil {
			return nil, fmt.Errorf("mark as read: %w", err)
		}
	}
	return &MarkReadPayload{Room: r}, nil
}

func mark(ctx context.Context, client *ent.Client, roomID, personID string, seq int64) error {
	return client.ReadMark.Create().SetRoomID(roomID).SetPersonID(personID).SetSeq(seq).
		OnConflict(
			sql.ConflictColumns(readmark.FieldRoomID, readmark.FieldPersonID),
			sql.ResolveWith(func(u *sql.UpdateSet) {
				u.Set(readmark.FieldSeq, sql.Expr("greatest("+readmark.Table+"."+readmark.FieldSeq+", excluded."+readmark.FieldSeq+")"))
			}),
		).Exec(ctx)
}

// UnreadCount is how many entries of the timeline the viewer has not read: those behind their mark that are not their
// own, counted up to eventlog.MostUnread.
func (s *Service) UnreadCount(ctx context.Context, r *ent.Room) (int, error) {
	r, err := s.enter(ctx, r)
	if err != nil {
		return 0, err
	}
	v := auth.From(ctx)
	return s.unread.count(ctx, v.OrganizationID(), reader{r.ID, r.StreamID, v.ID()})
}

// reader is a person who wants to know what they have not read in a room.
type reader struct {
	roomID   string
	streamID int64
	personID string
}

// countUnread counts for each of the readers, in two queries.
func (s *Service) countUnread(ctx context.Context, readers []reader) (map[reader]int, error) {
	readers = distinct(readers) // a person may ask over many connections
	marks, err := s.marks(ctx, readers)
	if err != nil {
		return nil, err
	}
	readings := make([]eventlog.Reading, len(readers))
	for i, r := range readers {
		readings[i] = reading(r.streamID, marks[[2]string{r.roomID, r.personID}], r.personID)
	}
	numbers, err := s.log.CountUnread(ctx, readings)
	if err != nil {
		return nil, err
	}
	counts := make(map[reader]int, len(readers))
	for i, r := range readers {
		counts[r] = numbers[i]
	}
	return counts, nil
}

// reading is how far a person has read. A customer is the only one on their side, whoever they were when they wrote.
func reading(streamID, after int64, personID string) eventlog.Reading {
	r := eventlog.Reading{Stream: streamID, After: after, Reader: personID}
	if sideOfPerson(personID) == sideCustomer {
		r.Side = sideCustomer
	}
	return r
}

func distinct(readers []reader) []reader {
	all := map[reader]bool{}
	for _, r := range readers {
		all[r] = true
	}
	return slices.Collect(maps.Keys(all))
}

// marks are the places up to which people have read in rooms, by room and person.
func (s *Service) marks(ctx context.Context, readers []reader) (map[[2]string]int64, error) {
	var rooms, people pq.StringArray
	for _, r := range readers {
		rooms, people = append(rooms, r.roomID), append(people, r.personID)
	}
	ofThem := func(q *sql.Selector) {
		q.Where(sql.P(func(b *sql.Builder) {
			b.WriteString("(room_id, person_id) IN (SELECT * FROM unnest(").Arg(rooms).WriteString("::text[], ").Arg(people).WriteString("::text[]))")
		}))
	}
	rows, err := s.ent.ReadMark.Query().Where(ofThem).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find marks of readers: %w", err)
	}
	marks := make(map[[2]string]int64, len(rows))
	for _, m := range rows {
		marks[[2]string{m.RoomID, m.PersonID}] = m.Seq
	}
	return marks, nil
}

// tally counts what is unread. A page of rooms asks for each of its rooms, and many members for the room that has news:
// who asks while others of the same organisation are counted for is counted for next, together with all who wait by then.
type tally struct {
	ask   func(context.Context, []reader) (map[reader]int, error)
	limit time.Duration // for one count

	mu      sync.Mutex
	waiting map[string][]*round // by organisation; there while somebody counts
}

// round are readers who are counted for together.
type round struct {
	readers []reader
	counted chan struct{} // closed when counts, or err, is there
	counts  map[reader]int
	err     error
}

// largestRound bounds what one count costs.
const largestRound = 200

func newTally(ask func(context.Context, []reader) (map[reader]int, error), limit time.Duration) *tally {
	return &tally{ask: ask, limit: limit, waiting: map[string][]*round{}}
}

func (t *tally) count(ctx context.Context, organizationID string, r reader) (int, error) {
	b := t.join(organizationID, r)
	select {
	case <-b.counted:
		return b.counts[r], b.err
	case <-ctx.Done():
		return 0, fmt.Errorf("wait for a count: %w", context.Cause(ctx))
	}
}

// join puts a reader into the organisation's last round, and has somebody count where nobody does.
func (t *tally) join(organizationID string, r reader) *round {
	t.mu.Lock()
	defer t.mu.Unlock()
	rounds, counting := t.waiting[organizationID]
	if n := len(rounds); n == 0 || len(rounds[n-1].readers) == largestRound {
		rounds = append(rounds, &round{counted: make(chan struct{})})
		t.waiting[organizationID] = rounds
	}
	b := rounds[len(rounds)-1]
	b.readers = append(b.readers, r)
	if !counting {
		go t.countAll(organizationID)
	}
	return b
}

// countAll counts until nobody waits.
func (t *tally) countAll(organizationID string) {
	for b := t.take(organizationID); b != nil; b = t.take(organizationID) {
		b.err = supervise.Call(context.Background(), func(ctx context.Context) (err error) {
			ctx, cancel := limits.Within(ctx, t.limit) // and not that of one who waits, who may leave
			defer cancel()
			b.counts, err = t.ask(ctx, b.readers)
			return err
		})
		close(b.counted)
	}
}

// take returns those who have waited longest, or nil where nobody waits.
func (t *tally) take(organizationID string) *round {
	t.mu.Lock()
	defer t.mu.Unlock()
	rounds := t.waiting[organizationID]
	if len(rounds) == 0 {
		delete(t.waiting, organizationID)
		return nil
	}
	t.waiting[organizationID] = rounds[1:]
	return rounds[0]
}
