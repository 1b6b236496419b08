package transport

import (
	"context"
	"sync"
)

// member is a subscriber of a group.
type member struct {
	out   sink
	left  func() // is called when it leaves
	shard *shard

	// Of the shard's writer, once it is added.
	next int   // number of the result to be delivered next
	has  int64 // it got all up to this place before it joined, from elsewhere; -1 where the group knew of all that

	place int // in shard.members; of shard.mu
}

// leave ends the membership. Nothing is delivered any more but what is being delivered at this moment.
func (m *member) leave() {
	if m.shard.remove(m) {
		m.shard.group.release()
		m.left()
	}
}

// shard are the members of a group that one writer writes to.
type shard struct {
	group  *group
	writer *writer

	queued bool // somebody is to visit it, or does; of writer.mu
	passed int  // number of the first result that a member may not have; of group.mu

	// The present pass: up to what there was when it began. Of the one who visits.
	upTo int
	last *over

	mu      sync.Mutex
	members []*member // those before at have been visited in the present pass
	at      int
}

func (s *shard) size() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.members)
}

func (s *shard) add(m *member) {
	s.mu.Lock()
	defer s.mu.Unlock()
	m.shard, m.place = s, len(s.members)
	s.members = append(s.members, m)
}

// remove takes a member out, and leaves those that have been visited before those that have not. It is false for one
// who has been removed before.
func (s *shard) remove(m *member) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m.place < 0 {
		return false
	}
	hole := m.place
	if hole < s.at {
		s.at--
		s.move(s.at, hole)
		hole = s.at
	}
	last := len(s.members) - 1
	if hole != last { // who was there may have been moved already
		s.move(last, hole)
	}
	s.members[last] = nil
	s.members = s.members[:last]
	m.place = -1
	return true
}

func (s *shard) move(from, to int) {
	s.members[to] = s.members[from]
	s.members[to].place = to
}

// atOnce is how many members are written to before the writer turns to other shards.
const atOnce = 256

// visit delivers to the next members what they do not have yet. It is false when all have been visited since there was
// something new.
func (s *shard) visit() (more bool) {
	var room [atOnce]*member
	results, first, last := s.group.present() // first: who joins from now on has all of it
	members, begins := s.take(room[:0])
	if begins {
		s.upTo, s.last = first+len(results), last
	}
	for _, m := range members {
		s.give(m, results[min(m.next-first, len(results)):], last)
	}
	return len(members) == atOnce || s.pass()
}

// give gives a member what it does not have, and the end where there is one. A panic costs the member alone.
func (s *shard) give(m *member, results []result, last *over) {
	defer s.group.h.survive(context.Background(), func() {
		m.leave()
		m.out.fail(encodeErrors(nil))
	})
	m.deliver(results)
	if last != nil {
		last.tell(m.out)
		m.leave()
	}
}

// take returns members that have not been visited in this pass, and tells whether it begins with them.
func (s *shard) take(members []*member) (_ []*member, begins bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	begins = s.at == 0
	end := min(s.at+cap(members), len(s.members))
	members = append(members, s.members[s.at:end]...)
	s.at = end
	return members, begins
}

// pass ends a pass, and tells whether there is something new to begin another one for.
func (s *shard) pass() (again bool) {
	s.mu.Lock()
	s.at = 0
	s.mu.Unlock()
	return s.group.pass(s)
}

// deliver gives the member what it does not have.
func (m *member) deliver(results []result) {
	m.next += len(results)
	if m.has >= 0 {
		results = m.unknown(results)
	}
	if len(results) > 0 {
		m.out.deliver(results)
	}
}

// unknown leaves out what is stored and came from elsewhere, until the group is beyond that.
func (m *member) unknown(results []result) (some []result) {
	for _, r := range results {
		if r.live || r.place > m.has {
			some = append(some, r)
		}
	}
	if n := len(results); n > 0 && results[n-1].place > m.has {
		m.has = -1
	}
	return some
}
