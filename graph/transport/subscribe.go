package transport

import (
	"context"
	"runtime"

	"github.com/99designs/gqlgen/graphql"

	"parley/internal/feed"
)

// subscriber is one subscription on its way from the place it begins at to the present.
type subscriber struct {
	h   *Handler
	x   *execution
	out sink
	at  int64 // all up to this place has been delivered

	leave func() // tells the feed that the subscription has ended
}

// subscribe executes a subscription. It returns when that has ended, or when it has come to the present and others, now
// or later, may share what follows: then it is a member of their group, which costs no goroutine, and must leave it.
func (h *Handler) subscribe(ctx context.Context, op *graphql.OperationContext, out sink) (joined *member) {
	defer func() {
		if value := recover(); value != nil {
			out.fail(h.engine.errors(ctx, caught(value)))
		}
	}()
	x, refused := h.engine.begin(ctx, op, nil)
	if refused != nil {
		out.fail(encodeErrors(refused))
		return nil
	}
	s := &subscriber{h: h, x: x, out: out, at: x.follows.feed.From, leave: attend(x.follows.feed)}
	defer func() {
		if joined == nil { // a member does so when it leaves
			s.leave()
		}
	}()
	if key, audience, ok := h.sharing(ctx, op, x.follows.feed); ok {
		return s.together(ctx, h.groups.enter(key, audience, op, x.follows.feed))
	}
	s.alone(ctx)
	return nil
}

// attend tells a feed that a subscription has begun.
func attend(f *feed.Feed[any]) (leave func()) {
	if f.Attend == nil {
		return func() {}
	}
	return f.Attend()
}

// alone executes it for the subscriber only.
func (s *subscriber) alone(ctx context.Context) {
	f := s.x.follows.feed
	if !s.read(ctx, f.Head) {
		return
	}
	present := func() { s.out.deliver(s.caughtUp()) }
	if f.Ended {
		present()
		s.end(ctx, nil)
		return
	}
	for i, err := range f.Live(s.x.ctx, f.Head, present) {
		if err != nil {
			s.end(ctx, err)
			return
		}
		s.out.deliver(s.result(i))
	}
	s.end(ctx, nil)
}

// together delivers what is stored and joins the group. What the group has kept is taken from there.
func (s *subscriber) together(ctx context.Context, g *group) (joined *member) {
	defer g.release()
	head := s.x.follows.feed.Head
	s.take(ctx, g, head)
	caughtUp := s.caughtUp()
	for upTo := head; s.read(ctx, upTo); upTo = g.head() { // which has gone on, and forgotten what came first
		g.awaitBegun(ctx)                   // before it is said that what follows is live
		if s.out.backlog(ctx, nil) != nil { // joining delivers at once what the group has more
			return nil
		}
		if m, ok := g.join(s.out, s.at, caughtUp, s.leave); ok {
			return m
		}
	}
	return nil
}

// take delivers what the group has kept, up to a place.
func (s *subscriber) take(ctx context.Context, g *group, upTo int64) {
	results, at := g.kept(s.at, upTo)
	if s.out.backlog(ctx, results) == nil {
		s.at = at
	}
}

// read delivers what is stored, up to a place, as fast as the client takes it. It tells whether to go on.
func (s *subscriber) read(ctx context.Context, upTo int64) bool {
	if s.at >= upTo {
		return true
	}
	var batch []result
	bytes := 0
	for i, err := range s.x.follows.feed.Stored(s.x.ctx, s.at, upTo) {
		if err != nil {
			s.out.deliver(batch)
			s.end(ctx, err)
			return false
		}
		for _, r := range s.result(i) {
			batch, bytes = append(batch, r), bytes+len(r.body)
		}
		if bytes >= readAtOnce {
			if s.out.backlog(ctx, batch) != nil {
				return false
			}
			batch, bytes = batch[:0], 0
			runtime.Gosched() // those who follow live come first
		}
	}
	if ctx.Err() != nil || s.out.backlog(ctx, batch) != nil { // then results may be missing
		return false
	}
	s.at = upTo
	return true
}

// readAtOnce is about how many bytes of stored results are delivered at once: more than one result, so that not each is
// written alone, and far less than what may wait for a client (limits.SocketQueueBytes).
const readAtOnce = 16 << 10

// caughtUp is the result that says so, if there is one.
func (s *subscriber) caughtUp() []result {
	if made := s.x.follows.feed.CaughtUp; made != nil {
		return s.result(feed.Item[any]{Value: made()})
	}
	return nil
}

func (s *subscriber) result(i feed.Item[any]) []result {
	if i.Silent {
		return nil
	}
	body := s.x.result(i.Value)
	if body == nil {
		return nil
	}
	return []result{{body: body}}
}

// end tells why it has ended, unless the client has left.
func (s *subscriber) end(ctx context.Context, because error) {
	switch {
	case ctx.Err() != nil:
	case because != nil:
		s.out.fail(s.h.engine.errors(ctx, because))
	default:
		s.out.complete()
	}
}
