package room

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/member"
	"parley/internal/database"
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
	members, customers := byKind(ids)
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

func byKind(ids []string) (members, customers []string) {
	for _, id := range ids {
		if strings.HasPrefix(id, "mem_") {
			members = append(members, id)
		} else {
			customers = append(customers, id)
		}
	}
	return members, customers
}
