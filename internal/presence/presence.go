package presence

import (
	"context"
	"crypto/rand"
	"maps"
	"slices"
	"sync"
	"time"

	"parley/internal/bus"
)

// How processes tell each other who is there.
const (
	// repeatEvery is how often a process announces all who are there.
	repeatEvery = 10 * time.Second
	// believed is for how long an announcement counts.
	believed = 30 * time.Second
	// lookEvery is how often it is looked for processes that have not announced anything for that long.
	lookEvery = 2 * time.Second
	// seldom is how long it takes at least from one announcement of all to the next, whoever asks.
	seldom = time.Second
	// rest is how long it takes at least from one announcement of changes to the next.
	rest = 50 * time.Millisecond
)

// Presence is who is where. Make it with New.
type Presence struct {
	bus   bus.Bus
	self  string
	grace time.Duration
	wake  chan struct{} // holds a value when there is something for Run

	mu      sync.Mutex
	tell    func(place int64, person string, present bool)
	places  map[int64]map[string]*attendance
	others  map[string]*process
	leaving []departure // in the order in which they are due
	changed map[who]bool
	number  uint64 // of the newest announcement
	ask     bool   // the others are to announce all
	all     bool   // all are to be announced
	saidAll time.Time
}

// who is a person at a place.
type who struct {
	place  int64
	person string
}

// attendance is how a person is at a place.
type attendance struct {
	here    int       // how often they have entered in this process
	there   int       // in how many other processes they are
	present bool      // as it was told
	due     time.Time // when absence is to be told; zero while they are there
}

func (a *attendance) absent() bool { return a.here == 0 && a.there == 0 }

// departure is when absence is to be told, unless the person has come back.
type departure struct {
	who
	due time.Time
}

// process is another process.
type process struct {
	number uint64            // of the newest announcement that has come
	heard  time.Time         // when that was
	here   map[who]time.Time // who is there, and when that was last announced
}

// New returns what nobody has entered yet. Absence is told after a grace; none with zero. Run must be called for others to
// know, and for absence to be told.
func New(b bus.Bus, grace time.Duration) *Presence {
	p := &Presence{
		bus: b, self: rand.Text(), grace: grace, wake: make(chan struct{}, 1), tell: func(int64, string, bool) {},
		places: map[int64]map[string]*attendance{}, others: map[string]*process{}, changed: map[who]bool{},
	}
	b.Hear(topic, p.heard, p.missed)
	return p
}

// Tell has the function called with everyone who comes to a place or is gone, in order. It must neither wait nor call back.
func (p *Presence) Tell(f func(place int64, person string, present bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tell = f
}

// Enter counts a person at a place until leave is called, which is to be done once.
func (p *Presence) Enter(place int64, person string) (leave func()) {
	w := who{place, person}
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.of(w)
	if a.here++; a.here == 1 {
		p.change(w)
	}
	p.appear(w, a)
	return func() { p.leave(w) }
}

func (p *Presence) leave(w who) {
	p.mu.Lock()
	defer p.mu.Unlock()
	a := p.of(w)
	if a.here--; a.here == 0 {
		p.change(w)
	}
	p.disappear(w, a)
}

// At returns who is at a place, in the order of their ids.
func (p *Presence) At(place int64) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Sorted(maps.Keys(p.places[place])) // whoever is known is present, or absent within the grace
}

// of returns the attendance of a person at a place, known from now on. It is forgotten when absence is told.
func (p *Presence) of(w who) *attendance {
	at := p.places[w.place]
	if at == nil {
		at = map[string]*attendance{}
		p.places[w.place] = at
	}
	a := at[w.person]
	if a == nil {
		a = &attendance{}
		at[w.person] = a
	}
	return a
}

// appear notes that a person is there, and tells it where that is new.
func (p *Presence) appear(w who, a *attendance) {
	a.due = time.Time{}
	if !a.present {
		a.present = true
		p.tell(w.place, w.person, true)
	}
}

// disappear notes that a person may be there no longer.
func (p *Presence) disappear(w who, a *attendance) {
	if !a.absent() || !a.due.IsZero() {
		return
	}
	a.due = time.Now().Add(p.grace)
	p.leaving = append(p.leaving, departure{w, a.due})
	p.stir()
}

// change notes what is to be announced.
func (p *Presence) change(w who) {
	p.changed[w] = true
	p.stir()
}

// stir has Run look.
func (p *Presence) stir() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// Run announces, and tells absence, until the context ends. Then it says goodbye.
func (p *Presence) Run(ctx context.Context) error {
	repeat, look := time.NewTicker(repeatEvery), time.NewTicker(lookEvery)
	defer repeat.Stop()
	defer look.Stop()
	for {
		wait := p.round(time.Now())
		select { // what comes meanwhile goes together
		case <-ctx.Done():
		case <-time.After(rest):
		}
		select {
		case <-ctx.Done():
			p.goodbye()
			return nil
		case <-repeat.C:
			p.repeat(time.Now())
		case <-look.C:
			p.forgetSilent(time.Now())
		case <-wait:
		case <-p.wake:
		}
	}
}

// round does what is to be done now, and returns what to wait for until there is more to do.
func (p *Presence) round(now time.Time) (wait <-chan time.Time) {
	next := p.depart(now)
	for _, signal := range p.announcements(now) {
		p.bus.Publish(topic, signal)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all && (next.IsZero() || p.saidAll.Add(seldom).Before(next)) {
		next = p.saidAll.Add(seldom)
	}
	if next.IsZero() {
		return nil
	}
	return time.After(next.Sub(now))
}

// depart tells the absence that is due, and returns when more of it will be.
func (p *Presence) depart(now time.Time) (next time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.leaving) > 0 {
		d := p.leaving[0]
		if d.due.After(now) {
			return d.due
		}
		p.leaving = p.leaving[1:]
		if a := p.places[d.place][d.person]; a != nil && a.due.Equal(d.due) && a.absent() {
			p.forget(d.who)
			p.tell(d.place, d.person, false)
		}
	}
	p.leaving = nil
	return time.Time{}
}

func (p *Presence) forget(w who) {
	at := p.places[w.place]
	delete(at, w.person)
	if len(at) == 0 {
		delete(p.places, w.place)
	}
}

// repeat announces all, and forgets what the others have announced no more for a while: that it has ended was lost.
func (p *Presence) repeat(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.all = true
	for _, other := range p.others {
		for w, heard := range other.here {
			if now.Sub(heard) > believed {
				p.gone(other, w)
			}
		}
	}
}

// forgetSilent forgets processes that have said nothing for a while. The others are asked, in case we did not listen.
func (p *Presence) forgetSilent(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name, other := range p.others {
		if now.Sub(other.heard) > believed {
			p.ask = p.ask || len(other.here) > 0
			p.allGone(other)
			delete(p.others, name)
		}
	}
}

func (p *Presence) allGone(other *process) {
	for w := range other.here {
		p.gone(other, w)
	}
}

// gone notes that a person is no longer there in another process.
func (p *Presence) gone(other *process, w who) {
	if _, there := other.here[w]; !there {
		return
	}
	delete(other.here, w)
	a := p.of(w)
	a.there--
	p.disappear(w, a)
}

// came notes that a person is there in another process.
func (p *Presence) came(other *process, w who, now time.Time) {
	_, there := other.here[w]
	other.here[w] = now
	a := p.of(w)
	if !there {
		a.there++
	}
	p.appear(w, a)
}
