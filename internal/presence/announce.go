package presence

import (
	"encoding/json"
	"time"
)

// topic is where processes announce who is there.
const topic = "presence1"

// full is how many bytes of people go into one announcement, about.
const full = 6000

// announcement is what one process says to the others. Its numbers rise: one that is behind another is late.
type announcement struct {
	Process string             `json:"p"`
	Number  uint64             `json:"n"`
	Here    map[int64][]string `json:"here,omitempty"` // people at places
	Gone    map[int64][]string `json:"gone,omitempty"`
	Ask     bool               `json:"ask,omitempty"` // the others are to announce all
	Bye     bool               `json:"bye,omitempty"` // the process ends, and nobody is there any more
}

// announcements are what is to be said now.
func (p *Presence) announcements(now time.Time) (signals []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all := p.all && now.Sub(p.saidAll) >= seldom
	if all {
		p.all, p.saidAll = false, now
		for place, people := range p.places {
			for person, a := range people {
				if a.here > 0 {
					p.changed[who{place, person}] = true
				}
			}
		}
	}
	s := sheets{p: p}
	if s.sheet.Ask = p.ask; all || p.ask { // also where nobody is here: we are
		s.begun = true
	}
	p.ask = false
	for w := range p.changed {
		a := p.places[w.place][w.person]
		s.write(w, a != nil && a.here > 0)
	}
	clear(p.changed)
	s.turn()
	return s.signals
}

// goodbye says that the process ends.
func (p *Presence) goodbye() {
	p.mu.Lock()
	s := sheets{p: p, sheet: announcement{Bye: true}, begun: true}
	s.turn()
	p.mu.Unlock()
	for _, signal := range s.signals {
		p.bus.Publish(topic, signal)
	}
}

// sheets are announcements that are being written, one after the other.
type sheets struct {
	p       *Presence
	signals []string
	sheet   announcement
	begun   bool
	bytes   int
}

func (s *sheets) write(w who, here bool) {
	people := &s.sheet.Gone
	if here {
		people = &s.sheet.Here
	}
	if *people == nil {
		*people = map[int64][]string{}
	}
	(*people)[w.place] = append((*people)[w.place], w.person)
	s.begun = true
	if s.bytes += len(w.person) + 30; s.bytes > full { // the place, quotes and commas
		s.turn()
	}
}

// turn ends a sheet and begins the next.
func (s *sheets) turn() {
	if !s.begun {
		return
	}
	s.p.number++
	s.sheet.Process, s.sheet.Number = s.p.self, s.p.number
	raw, _ := json.Marshal(s.sheet) // what it consists of always marshals
	s.signals = append(s.signals, string(raw))
	s.sheet, s.begun, s.bytes = announcement{}, false, 0
}

// heard believes what another process announces.
func (p *Presence) heard(signal string) {
	var said announcement
	if json.Unmarshal([]byte(signal), &said) != nil || said.Process == "" || said.Process == p.self {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	other := p.others[said.Process]
	if other == nil {
		other = &process{here: map[who]time.Time{}}
		p.others[said.Process] = other
	}
	if said.Number <= other.number {
		return
	}
	now := time.Now()
	other.number, other.heard = said.Number, now
	for place, people := range said.Here {
		for _, person := range people {
			p.came(other, who{place, person}, now)
		}
	}
	for place, people := range said.Gone {
		for _, person := range people {
			p.gone(other, who{place, person})
		}
	}
	if said.Bye {
		p.allGone(other)
	}
	if said.Ask {
		p.all = true
		p.stir()
	}
}

// missed asks the others who is there, and tells them: something may have been said that did not come.
func (p *Presence) missed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.ask, p.all = true, true
	p.stir()
}
