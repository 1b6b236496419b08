package transport

import (
	"context"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"parley/internal/feed"
)

// What a group keeps of its newest results, so that those who come back need not read and execute them again: so many,
// and so many bytes. The bytes are well below limits.SocketQueueBytes, since they are delivered at once.
const (
	keptResults = 512
	keptBytes   = 256 << 10
)

// few is how many members are written to by the group itself: handing them to a writer would take longer.
const few = 16

// group are subscribers who asked for the same: one topic, one operation with the same variables, one audience. What
// happens is executed once, for the audience and none of its members, and the same bytes go to all.
type group struct {
	h      *Handler
	key    string
	users  int         // members, and those about to join; of groups.mu
	idle   *time.Timer // ends it when nobody uses it; of groups.mu
	ctx    context.Context
	cancel context.CancelFunc
	shards []*shard
	begun  chan struct{} // closed when what happens, or why nothing does, is given

	mu      sync.Mutex
	passed  sync.Cond // a shard has passed on what there was
	results []result
	first   int   // number of results[0], counted from the group's beginning
	bytes   int   // in results
	floor   int64 // all stored behind this place that the group has come to is in results
	at      int64 // the newest place
	over    *over // nothing comes any more
	turn    int   // the shard that got the newest member
}

func newGroup(h *Handler, key string, audience context.Context, at int64) *group {
	g := &group{h: h, key: key, floor: at, at: at, begun: make(chan struct{})}
	g.passed.L = &g.mu
	g.ctx, g.cancel = context.WithCancel(audience)
	for _, w := range h.writers {
		g.shards = append(g.shards, &shard{group: g, writer: w})
	}
	return g
}

// run executes what happens from the group's beginning on, until the feed ends or nobody is left.
func (g *group) run(op *graphql.OperationContext, f *feed.Feed[any], from int64) {
	begin := sync.OnceFunc(func() { close(g.begun) })
	defer begin()
	defer g.h.groups.forget(g)
	defer g.cancel()
	defer func() {
		if value := recover(); value != nil {
			g.finish(g.h.engine.errors(g.ctx, caught(value)))
		}
	}()
	x, refused := g.h.engine.begin(g.ctx, op, f)
	if refused != nil {
		g.finish(encodeErrors(refused))
		return
	}
	for i, err := range f.Live(x.ctx, from, begin) {
		if err != nil {
			g.finish(g.h.engine.errors(g.ctx, err))
			return
		}
		g.add(i, x)
	}
	g.finish(nil)
}

// awaitBegun waits until the group gives what happens, which it does at once but for the first of its members.
func (g *group) awaitBegun(ctx context.Context) {
	select {
	case <-g.begun:
	case <-ctx.Done():
	}
}

// add makes the result of an item and has it written to all members.
func (g *group) add(i feed.Item[any], x *execution) {
	var body []byte
	if !i.Silent {
		if body = x.result(i.Value); body == nil {
			return
		}
	}
	g.append(i.Place, body)
	if body != nil {
		g.wake()
		g.trim()
	}
}

func (g *group) append(place int64, body []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.at = max(g.at, place)
	if body != nil {
		g.results = append(g.results, result{place: g.at, live: place == 0, body: body})
		g.bytes += len(body)
	}
}

// trim forgets old results. Those that have not been passed on to all members yet are waited for: no member misses one,
// and a group is no faster than its writers. Members may hold the old array, so a new one is made, and seldom.
func (g *group) trim() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for len(g.results) >= 2*keptResults || g.bytes >= 2*keptBytes {
		drop := g.surplus()
		for g.unpassed() < g.first+drop {
			g.passed.Wait()
		}
		for _, r := range g.results[:drop] {
			g.bytes -= len(r.body)
			g.floor = r.place
		}
		g.results = append([]result(nil), g.results[drop:]...)
		g.first += drop
	}
}

// surplus is how many of the oldest results are more than is to be kept.
func (g *group) surplus() int {
	keep, bytes := 0, 0
	for keep < min(keptResults, len(g.results)-1) && bytes < keptBytes {
		keep++
		bytes += len(g.results[len(g.results)-keep].body)
	}
	return len(g.results) - keep
}

// unpassed is the number of the first result that some member may not have.
func (g *group) unpassed() int {
	number := g.end()
	for _, s := range g.shards {
		number = min(number, s.passed)
	}
	return number
}

// end is the number that the next result will have.
func (g *group) end() int { return g.first + len(g.results) }

// wake has what is new passed on: to a few of them here and now, to many by the writers.
func (g *group) wake() {
	for _, s := range g.shards {
		if s.size() <= few {
			s.writer.serve(s)
		} else {
			s.writer.enqueue(s)
		}
	}
}

// finish tells all members, once they have what came before, that nothing comes any more.
func (g *group) finish(errs []byte) {
	g.mu.Lock()
	g.over = &over{errs}
	g.mu.Unlock()
	g.wake()
}

// present is what a writer passes on: the results that are kept, the number of the first, and whether they are the last.
func (g *group) present() (results []result, first int, last *over) {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.results, g.first, g.over
}

// pass notes that a shard's members have what there was when its pass began, and tells whether there is more now.
func (g *group) pass(s *shard) (more bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	s.passed = s.upTo
	g.passed.Broadcast()
	return g.isAhead(s.upTo, s.last)
}

// ahead tells whether there is more than there was when a shard's last pass began.
func (g *group) ahead(upTo int, last *over) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.isAhead(upTo, last)
}

func (g *group) isAhead(upTo int, last *over) bool { return g.end() > upTo || g.over != last }

// kept returns the results of what is stored behind a place and up to another, as far as the group has kept them, and
// the place that they come to.
func (g *group) kept(after, upTo int64) (results []result, at int64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if after < g.floor {
		return nil, after
	}
	return between(g.results, after, upTo), max(after, min(upTo, g.at))
}

// between returns what is stored, not what was live only, behind a place and up to another.
func between(results []result, after, upTo int64) (some []result) {
	for _, r := range results {
		if !r.live && r.place > after && r.place <= upTo {
			some = append(some, r)
		}
	}
	return some
}

// head is the newest place that the group has come to.
func (g *group) head() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.at
}

// join makes a member of a subscriber who has all up to a place: what came behind it is delivered at once, with what
// says that this was all, and what is to come as it comes. Left is called when the member leaves. It is false where the
// group has forgotten what came next.
func (g *group) join(out sink, after int64, caughtUp []result, left func()) (*member, bool) {
	m, joined := g.admit(out, after, caughtUp, left)
	if joined && m == nil {
		g.over.tell(out) // which does not change any more
	}
	return m, joined
}

// admit is join, under the lock: no member where the group is over.
func (g *group) admit(out sink, after int64, caughtUp []result, left func()) (m *member, joined bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if after < g.floor {
		return nil, false
	}
	out.deliver(append(between(g.results, after, g.at), caughtUp...))
	if g.over != nil {
		return nil, true
	}
	m = &member{out: out, left: left, next: g.end(), has: -1}
	if after > g.at { // it knows of more than the group does
		m.has = after
	}
	g.h.groups.stay(g)
	g.next().add(m)
	return m, true
}

// next is the shard of the next member: a few are together, many are spread.
func (g *group) next() *shard {
	if s := g.shards[g.turn]; s.size() < few {
		return s
	}
	g.turn = (g.turn + 1) % len(g.shards)
	return g.shards[g.turn]
}

func (g *group) release() { g.h.groups.leave(g) }
