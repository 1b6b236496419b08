package inbox

import (
	"context"
	"slices"
	"sync"
	"time"

	"parley/ent"
	"parley/internal/conversation"
	"parley/internal/eventlog"
)

// news is that a stream has grown: that of a room, of a member's states, of a conversation, or of what is offered to a member.
type news struct {
	eventlog.Growth
	place        int64 // who has been told of it has been told of all up to here
	room         *ent.Room
	member       *ent.Member
	conversation *ent.SmsConversation
	offer        *conversation.Offer
	actor        ent.Actor
}

// known tells whether it is known what the news are about.
func (n *news) known() bool {
	return n.room != nil || n.member != nil || n.conversation != nil || n.offer != nil
}

// at is the time of the news as a place.
func (n *news) at() int64 { return n.At.UnixMicro() }

const (
	// hold is for how long news are held that are not settled: most are, a moment later.
	hold = 100 * time.Millisecond

	// rest is for how long a room is not told of again: in a busy room each message would be news to everyone.
	rest = 500 * time.Millisecond
)

// lately is what a tail knows of a room that has had news lately.
type lately struct {
	told   *news // the newest news that were told; nil for none
	toldAt time.Time
	seen   time.Time // when there were news that were not settled
}

// due is when there may be news of the room.
func (l lately) due(settled bool) time.Time {
	switch {
	case l.told != nil:
		return l.toldAt.Add(rest)
	case settled:
		return time.Time{}
	}
	return l.seen.Add(hold)
}

// knows tells whether the news were told.
func (l lately) knows(g eventlog.Growth) bool { return l.told != nil && l.told.Seq >= g.Seq }

// remembered is how many news a tail keeps at least, so that followers need not look at the database.
const remembered = 256

// tail is what followers of one organisation's inbox are told: all news of its rooms, as far as the watch has looked.
type tail struct {
	followers int // guarded by the service
	life      context.Context
	end       context.CancelCauseFunc

	again time.Time // when to look again, of the watch; zero for when something happens

	mu     sync.Mutex
	place  int64 // all news up to here have been told
	rooms  map[int64]lately
	recent []*news       // the newest that were told
	first  int           // number of recent[0]
	grown  chan struct{} // closed, and replaced, when there is more
}

// newTail is a tail that has to be looked for at once.
func newTail(place int64) *tail {
	t := &tail{again: time.Now(), place: place, rooms: map[int64]lately{}, grown: make(chan struct{})}
	t.life, t.end = context.WithCancelCause(context.Background())
	return t
}

// wantsLook tells whether there is something to look for.
func (t *tail) wantsLook(now time.Time) bool { return !t.again.IsZero() && !now.Before(t.again) }

// at is the place up to which all has been told.
func (t *tail) at() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.place
}

// plan is what a look has brought for a tail.
type plan struct {
	tell  []*news
	place int64
	rooms map[int64]lately
	again time.Time // when to look again; zero for when something happens
}

// plan decides what to tell of what has grown behind the tail's place, oldest first: what is settled at once and what is
// not after a while, but each room only now and then. The place moves up to what has to wait.
func (t *tail) plan(grown []eventlog.Growth, settled int64, now time.Time) plan {
	p := plan{place: settled - 1, rooms: t.resting(now)}
	for _, g := range grown {
		n := &news{Growth: g}
		l := t.rooms[g.Stream]
		if l.seen.IsZero() {
			l.seen = now
		}
		due := l.due(n.at() < settled)
		switch {
		case l.knows(g):
		case now.Before(due):
			if l.told == nil { // they may be settled any moment
				due = now
			}
			p.wait(n, due)
		default:
			l = lately{told: n, toldAt: now}
			p.tell = append(p.tell, n)
		}
		p.rooms[g.Stream] = l
	}
	p.place = max(p.place, t.place)
	arrange(p.tell, p.place)
	return p
}

// wait keeps the place behind news that are looked at again later.
func (p *plan) wait(n *news, again time.Time) {
	p.place = min(p.place, n.at()-1)
	if p.again.IsZero() || again.Before(p.again) {
		p.again = again
	}
}

// resting are the rooms that were told of a moment ago.
func (t *tail) resting(now time.Time) map[int64]lately {
	rooms := map[int64]lately{}
	for stream, l := range t.rooms {
		if now.Before(l.toldAt.Add(rest)) {
			rooms[stream] = l
		}
	}
	return rooms
}

// arrange gives news in order of time their places: their times, but not beyond the last place. Of two at one time the first
// has the place before, so that who has it alone gets the other one.
func arrange(all []*news, last int64) {
	for i, n := range all {
		n.place = n.at()
		if i+1 < len(all) && all[i+1].at() == n.at() {
			n.place--
		}
		n.place = min(n.place, last)
	}
}

// carry does what was planned.
func (t *tail) carry(p plan) {
	t.again = p.again
	t.mu.Lock()
	defer t.mu.Unlock()
	t.place, t.rooms = p.place, p.rooms
	if len(p.tell) == 0 {
		return
	}
	t.recent = append(t.recent, p.tell...)
	if drop := len(t.recent) - remembered; drop >= remembered { // followers may still hold the old array
		t.recent = slices.Clone(t.recent[drop:])
		t.first += drop
	}
	close(t.grown)
	t.grown = make(chan struct{})
}

// view is what a follower has to take.
type view struct {
	behind bool    // the tail does not remember what comes next: all up to place has to be looked for
	news   []*news // what comes then
	place  int64   // where the follower has come to with them
	number int     // of what comes next
	grown  <-chan struct{}
}

// since returns what comes behind the number, or all that a follower needs who has none or has fallen behind.
func (t *tail) since(number int) view {
	t.mu.Lock()
	defer t.mu.Unlock()
	v := view{place: t.place, number: t.first + len(t.recent), grown: t.grown}
	if v.behind = number < t.first; v.behind {
		v.news = t.ahead()
		return v
	}
	v.news = t.recent[number-t.first : len(t.recent) : len(t.recent)]
	return v
}

// ahead are the news behind the place that were told. The caller holds the lock.
func (t *tail) ahead() []*news {
	var all []*news
	for _, l := range t.rooms {
		if l.told != nil && l.told.at() > t.place {
			all = append(all, l.told)
		}
	}
	return slices.SortedFunc(slices.Values(all), func(a, b *news) int { return a.At.Compare(b.At) })
}
