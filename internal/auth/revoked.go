package auth

import (
	"slices"
	"strings"
)

// topicRevoked is where processes tell each other of tokens that have been revoked: a signal holds their ids, with spaces
// between them.
const topicRevoked = "revoked1"

// toldTogether is how many ids go into one signal.
const toldTogether = 100

// tell tells the other processes that tokens have been revoked. What is lost on the way, they find by themselves.
func (t *Tokens) tell(ids []string) {
	for some := range slices.Chunk(ids, toldTogether) {
		t.bus.Publish(topicRevoked, strings.Join(some, " "))
	}
}

// heard ends tokens that another process has revoked.
func (t *Tokens) heard(ids string) { t.end(strings.Fields(ids)...) }

// missed has Run ask the database at once: something may have been said that did not come.
func (t *Tokens) missed() {
	select {
	case t.look <- struct{}{}:
	default:
	}
}
