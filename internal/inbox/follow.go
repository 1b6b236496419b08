package inbox

import (
	"context"
	"fmt"
	"iter"
	"time"

	"parley/internal/auth"
	"parley/internal/eventlog"
	"parley/internal/feed"
	"parley/internal/limits"
)

// Follow returns the news of the viewer's organisation: of what happened after the cursor, CaughtUp, and then of what
// happens, with a Heartbeat now and then; for members. Without a cursor it begins with what happens from now on, and with what is
// offered to the viewer already.
//
// The feed has no topic: each follower has it for themselves, since news that are not settled are at no place.
func (s *Service) Follow(ctx context.Context, after *string) (*feed.Feed[Event], error) {
	v, err := auth.Member(ctx)
	if err != nil {
		return nil, err
	}
	horizon, err := s.events.Horizon(ctx)
	if err != nil {
		return nil, err
	}
	f := following{inbox: s, organizationID: v.OrganizationID(), memberID: v.ID(), head: horizon.Settled.UnixMicro() - 1}
	from, err := s.begin(ctx, v, after, horizon, f.head)
	if err != nil {
		return nil, err
	}
	f.head = max(f.head, from)
	return &feed.Feed[Event]{
		From: from, Head: f.head,
		Stored: f.stored, CaughtUp: func() Event { return &CaughtUp{f.now(f.head)} }, Live: f.live,
	}, nil
}

// begin is the place behind which a follower begins. Who has no cursor and is asked for an answer is told that once more: they have
// so long for it, and may not have been here.
func (s *Service) begin(ctx context.Context, v auth.Viewer, after *string, h eventlog.Horizon, head int64) (int64, error) {
	if after != nil {
		return s.place(*after, h)
	}
	switch since, err := s.chats.OfferedSince(ctx, v); {
	case err != nil:
		return 0, fmt.Errorf("find what is offered to a member: %w", err)
	case since != nil:
		return min(head, since.UnixMicro()-1), nil
	}
	return head, nil
}

// place is the one that a cursor stands for. One of a lost history, or of a time that has yet to come by a clock that was
// set back, is CURSOR_EXPIRED.
func (s *Service) place(text string, h eventlog.Horizon) (int64, error) {
	c, err := parseCursor(text)
	if err == nil && (c.epoch != s.events.Epoch() || c.place > h.Now.UnixMicro()) {
		err = expiredCursor()
	}
	return c.place, err
}

// following is a way of a member's along the inbox of their organisation. All up to its head was stored when it began.
type following struct {
	inbox          *Service
	organizationID string
	memberID       string
	head           int64
}

type (
	item  = feed.Item[Event]
	items = iter.Seq2[item, error]
)

// stored gives the news behind a place, up to and including another before which all is settled.
func (f following) stored(ctx context.Context, after, upTo int64) items {
	return func(yield func(item, error) bool) {
		for after < upTo {
			page, err := f.page(ctx, after, upTo)
			if err != nil {
				yield(item{}, err)
				return
			}
			if len(page) == 0 {
				return
			}
			for _, n := range page {
				if !yield(f.tell(n, n.place), nil) {
					return
				}
			}
			after = page[len(page)-1].at()
		}
	}
}

// page is the first of the news between two places, and none only where there are none.
func (f following) page(ctx context.Context, after, upTo int64) ([]*news, error) {
	grown, err := f.inbox.events.GrownBetween(ctx, f.organizationID, time.UnixMicro(after), time.UnixMicro(upTo))
	if err != nil {
		return nil, err
	}
	page := make([]*news, len(grown))
	for i, g := range grown {
		page[i] = &news{Growth: g}
	}
	arrange(page, upTo)
	return page, f.inbox.furnish(ctx, page)
}

func (f following) live(ctx context.Context, after int64, begun func()) items {
	return func(yield func(item, error) bool) {
		t := f.inbox.join(f.organizationID, after)
		defer f.inbox.leave(f.organizationID, t)
		begun()
		r := &reader{following: f, tail: t, place: after, number: none}
		for r.read(ctx, yield) && r.wait(ctx, yield) {
		}
	}
}

// tell is the item for news, whose cursor is a place that the follower has come to. What concerns somebody else alone, or is about
// nothing that an inbox tells of, is none.
func (f following) tell(n *news, place int64) item {
	if e := f.event(n, Happening{f.cursor(place), n.At, n.actor}); e != nil {
		return item{Place: place, Value: e}
	}
	return item{Place: place, Silent: true}
}

// event is what news are to the member; nil for nothing.
func (f following) event(n *news, h Happening) Event {
	switch {
	case n.room != nil:
		return &RoomUpdated{h, n.room}
	case n.member != nil:
		return &AgentStateChanged{h, n.member}
	case n.conversation != nil && n.conversation.AgentID != nil && *n.conversation.AgentID == f.memberID:
		return &SmsConversationUpdated{h, n.conversation}
	case n.offer != nil && n.offer.MemberID == f.memberID && n.offer.Stands:
		return &ChatOffered{h, n.offer.Until, n.offer.Conversation}
	case n.offer != nil && n.offer.MemberID == f.memberID:
		return &ChatWithdrawn{h, n.offer.Conversation}
	}
	return nil
}

// now is what happens at a place and is not news.
func (f following) now(place int64) Happening {
	return Happening{Cursor: f.cursor(place), OccurredAt: time.Now().UTC().Truncate(time.Microsecond)}
}

func (f following) cursor(place int64) string { return cursor{f.inbox.events.Epoch(), place}.String() }

// reader is a follower on their way along a tail.
type reader struct {
	following
	tail   *tail
	place  int64 // all news up to here have been given
	number int   // of the tail's news that comes next
	grown  <-chan struct{}
}

// none is the number of a reader who has nothing of the tail.
const none = -1

// read gives what there is, and tells whether to go on. Who has fallen behind gets it from the database. Of several news of
// a room the last one does: until it is given no cursor passes it, since it is there that the room's log says it has news.
func (r *reader) read(ctx context.Context, yield func(item, error) bool) bool {
	v := r.tail.since(r.number)
	if v.behind {
		for i, err := range r.stored(ctx, r.place, v.place) {
			if !yield(i, err) || err != nil {
				return false
			}
		}
		r.place = max(r.place, v.place)
	}
	newest := map[int64]*news{}
	for _, n := range v.news {
		newest[n.Stream] = n
	}
	for _, n := range v.news {
		if n != newest[n.Stream] || n.at() <= r.head { // there is more of the room, or it was stored
			continue
		}
		r.place = max(r.place, n.place)
		if !yield(r.tell(n, r.place), nil) {
			return false
		}
	}
	r.place, r.number, r.grown = max(r.place, v.place), v.number, v.grown
	return true
}

// wait waits until there is more, and says now and then that it does. It tells whether to go on.
func (r *reader) wait(ctx context.Context, yield func(item, error) bool) bool {
	beat := time.NewTimer(time.Until(limits.End(time.Now(), r.inbox.heartbeat)))
	defer beat.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-r.tail.life.Done():
		yield(item{}, context.Cause(r.tail.life))
		return false
	case <-r.grown:
		return true
	case <-beat.C:
		return r.read(ctx, yield) && yield(item{Value: &Heartbeat{r.now(r.place)}}, nil)
	}
}
