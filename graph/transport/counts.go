package transport

import (
	"net/http"
	"sync"
	"time"

	"parley/internal/apierr"
)

// retryConnection is how long a client is asked to wait when it has too many connections.
const retryConnection = 5 * time.Second

// counts counts the connections of each key, and forgets a key that has none.
type counts struct {
	mu sync.Mutex
	of map[string]int
}

func newCounts() *counts { return &counts{of: make(map[string]int)} }

// take counts one more for the key and returns how to give it back, or false if there are as many as the limit
// allows; 0 is no limit.
func (c *counts) take(key string, limit int) (release func(), ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if limit > 0 && c.of[key] >= limit {
		return nil, false
	}
	c.of[key]++
	return sync.OnceFunc(func() { c.giveBack(key) }), true
}

func (c *counts) giveBack(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.of[key]--; c.of[key] == 0 {
		delete(c.of, key)
	}
}

// enter counts one more streaming connection, by its session or, where there is none, by its address, and holds the
// session.
func (h *Handler) enter(session Session, address string) (leave func(), err error) {
	giveBack, err := h.count(session, address)
	if err != nil {
		return nil, err
	}
	if !h.live.enter() {
		giveBack()
		return nil, refuse(http.StatusServiceUnavailable, "The server restarts: try again.")
	}
	release := session.hold()
	return func() {
		release()
		giveBack()
		h.live.leave()
	}, nil
}

// hold is Hold, if there is one.
func (s Session) hold() (release func()) {
	if s.Hold == nil {
		return func() {}
	}
	return s.Hold()
}

func (h *Handler) count(session Session, address string) (release func(), err error) {
	counted, key, limit := h.sessions, session.Key, h.Limits.SessionConnections
	if key == "" {
		counted, key, limit = h.addresses, address, h.Limits.AddressConnections
	}
	release, ok := counted.take(key, limit)
	if !ok {
		return nil, tooManyConnections(limit, session.Key)
	}
	return release, nil
}

// tooManyConnections refuses one more connection of a session, or of an address for nobody.
func tooManyConnections(limit int, session string) error {
	of, name := "this address, before sign-in", "address-connections"
	if session != "" {
		of, name = "this access token", "session-connections"
	}
	refused := apierr.New(apierr.Throttled,
		"There are %d streaming connections of %s, the most that are allowed (limit %q): close one, or try later.",
		limit, of, name).Over(limit, limit).After(retryConnection)
	return &refusal{http.StatusTooManyRequests, refused}
}
