package transport

import (
	"context"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"parley/internal/feed"
)

// groupLingers is for how long a group stays that its last member has left: clients who have lost their connections come back, all at
// once perhaps, and find what they have missed.
const groupLingers = 10 * time.Second

// groups are the groups of a handler, by what their members asked for.
type groups struct {
	h *Handler

	mu     sync.Mutex
	of     map[string]*group
	closed bool
}

func newGroups(h *Handler) *groups { return &groups{h: h, of: make(map[string]*group)} }

// enter returns the group, which stays until release is called on it. Where there is none it begins at the feed's head.
func (gs *groups) enter(key string, audience context.Context, op *graphql.OperationContext, f *feed.Feed[any]) *group {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g := gs.of[key]
	if g == nil {
		g = newGroup(gs.h, key, audience, f.Head)
		gs.of[key] = g
		op := again(op)
		gs.h.live.wg.Go(func() { g.run(op, f, f.Head) })
	}
	g.users++
	return g
}

// stay counts one more who uses a group that is used.
func (gs *groups) stay(g *group) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g.users++
}

// leave counts one less. A group that nobody uses ends after a while, or at once when the handler shuts down.
func (gs *groups) leave(g *group) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if g.users--; g.users > 0 {
		return
	}
	if gs.closed {
		gs.drop(g)
		return
	}
	if g.idle == nil {
		g.idle = time.AfterFunc(groupLingers, func() { gs.expire(g) })
		return
	}
	g.idle.Reset(groupLingers)
}

func (gs *groups) expire(g *group) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if g.users == 0 {
		gs.drop(g)
	}
}

// drop ends a group that nobody uses.
func (gs *groups) drop(g *group) {
	if g.idle != nil {
		g.idle.Stop()
	}
	g.cancel()
	gs.remove(g)
}

// forget makes place for a new group where the feed of this one has ended.
func (gs *groups) forget(g *group) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	gs.remove(g)
}

func (gs *groups) remove(g *group) {
	if gs.of[g.key] == g {
		delete(gs.of, g.key)
	}
}

// close ends the groups that nobody uses, now and from now on.
func (gs *groups) close() {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	gs.closed = true
	for _, g := range gs.of {
		if g.users == 0 {
			gs.drop(g)
		}
	}
}
