package room

import (
	"context"
	"fmt"
	"sync"
	"time"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/member"
	"parley/ent/specialist"
	"parley/internal/database"
	"parley/internal/typeid"
)

// people are the authors of messages and events. They are remembered for a moment, so that a busy room does not ask
// for the same few persons with each message.
type people struct {
	ent *ent.Client

	mu     sync.Mutex
	known  map[string]ent.Actor
	forget time.Time
}

// rememberPeople is for how long a changed name may show as it was.
const rememberPeople = 2 * time.Second

func newPeople(client *ent.Client) *people { return &people{ent: client} }

// find returns the people with the ids.
func (p *people) find(ctx context.Context, ids []string) (map[string]ent.Actor, error) {
	found, unknown := p.recall(ids)
	if len(unknown) == 0 {
		return found, nil
	}
	if err := database.Again(ctx, func() error { return p.lookUp(ctx, unknown, found) }); err != nil {
		return nil, err
	}
	p.remember(found, unknown)
	return found, nil
}

func (p *people) lookUp(ctx context.Context, ids []string, found map[string]ent.Actor) error {
	members, customers, specialists := byKind(ids)
	if len(members) > 0 {
		rows, err := p.ent.Member.Query().Where(member.IDIn(members...)).All(ctx)
		if err != nil {
			return fmt.Errorf("find members: %w", err)
		}
		for _, m := range rows {
			found[m.ID] = m
		}
	}
	if len(customers) > 0 {
		rows, err := p.ent.Customer.Query().Where(customer.IDIn(customers...)).All(ctx)
		if err != nil {
			return fmt.Errorf("find customers: %w", err)
		}
		for _, c := range rows {
			found[c.ID] = c
		}
	}
	if len(specialists) > 0 {
		rows, err := p.ent.Specialist.Query().Where(specialist.IDIn(specialists...)).All(ctx)
		if err != nil {
			return fmt.Errorf("find specialists: %w", err)
		}
		for _, g := range rows {
			found[g.ID] = g
		}
	}
	return nil
}

// recall returns those who are remembered, and the ids of the others.
func (p *people) recall(ids []string) (found map[string]ent.Actor, unknown []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Now().After(p.forget) {
		p.known, p.forget = map[string]ent.Actor{}, time.Now().Add(rememberPeople)
	}
	found = map[string]ent.Actor{}
	asked := map[string]bool{}
	for _, id := range ids {
		if a, ok := p.known[id]; ok {
			found[id] = a
		} else if !asked[id] {
			asked[id] = true
			unknown = append(unknown, id)
		}
	}
	return found, unknown
}

func (p *people) remember(found map[string]ent.Actor, ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		if a, ok := found[id]; ok {
			p.known[id] = a
		}
	}
}

func byKind(ids []string) (members, customers, specialists []string) {
	for _, id := range ids {
		switch sideOfPerson(id) {
		case sideMember:
			members = append(members, id)
		case sideCustomer:
			customers = append(customers, id)
		case sideSpecialist:
			specialists = append(specialists, id)
		}
	}
	return members, customers, specialists
}

// sideOfPerson is the side that a person is on, which their id tells.
func sideOfPerson(id string) string {
	prefix, _ := typeid.Prefix(id)
	switch prefix {
	case "cus":
		return sideCustomer
	case "spc":
		return sideSpecialist
	}
	return sideMember
}
