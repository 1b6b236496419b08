package conversation

import (
	"context"
	"fmt"
	"sync"

	"parley/ent"
	"parley/ent/customer"
	"parley/ent/delivery"
	"parley/ent/member"
	"parley/ent/smsconversation"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/typeid"
)

// scene is what some events of one conversation have in common: the conversation, the people who acted, the messages that are
// told of and what has become of them. Each is looked up once for all of the events, when it is first asked for. Who asks was
// let in before.
type scene struct {
	conversations *Service
	streamID      int64
	events        []eventlog.Event

	conversation func(context.Context) (*ent.SmsConversation, error)
	people       func(context.Context) (map[string]ent.Actor, error)
	messages     func(context.Context) (map[string]*Message, error)
	deliveries   func(context.Context) (map[string]*ent.Delivery, error)
}

// scene is that of events of one stream.
func (s *Service) scene(streamID int64, events ...eventlog.Event) *scene {
	sc := &scene{conversations: s, streamID: streamID, events: events}
	sc.conversation, sc.people = once(sc.findConversation), once(sc.findPeople)
	sc.messages, sc.deliveries = once(sc.findMessages), once(sc.findDeliveries)
	return sc
}

// in is the scene in a conversation that is known already.
func (sc *scene) in(c *ent.SmsConversation) *scene {
	sc.conversation = func(context.Context) (*ent.SmsConversation, error) { return c, nil }
	return sc
}

// once asks the first time, again where the connection was lost on the way, and then remembers.
func once[T any](find func(context.Context) (T, error)) func(context.Context) (T, error) {
	var asked sync.Once
	var found T
	var err error
	return func(ctx context.Context) (T, error) {
		asked.Do(func() {
			err = database.Again(ctx, func() error {
				found, err = find(ctx)
				return err
			})
		})
		return found, err
	}
}

func (sc *scene) where(ctx context.Context) (*ent.SmsConversation, error) {
	return sc.conversation(ctx)
}

// actor is one of the people; nobody for the empty id.
func (sc *scene) actor(ctx context.Context, id string) (ent.Actor, error) {
	if id == "" {
		return nil, nil
	}
	people, err := sc.people(ctx)
	return people[id], err
}

// message is one that is told of.
func (sc *scene) message(ctx context.Context, id string) (*Message, error) {
	messages, err := sc.messages(ctx)
	return messages[id], err
}

// delivery is what has become of a message.
func (sc *scene) delivery(ctx context.Context, messageID string) (*ent.Delivery, error) {
	deliveries, err := sc.deliveries(ctx)
	return deliveries[messageID], err
}

func (sc *scene) findConversation(ctx context.Context) (*ent.SmsConversation, error) {
	c, err := sc.conversations.ent.SmsConversation.Query().Where(smsconversation.StreamID(sc.streamID)).
		WithStream().WithService().WithCustomer().WithAgent().Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("get conversation of stream: %w", err)
	}
	return c, nil
}

func (sc *scene) findPeople(ctx context.Context) (map[string]ent.Actor, error) {
	all, err := sc.named(ctx)
	if err != nil {
		return nil, err
	}
	var members, customers []string
	for _, e := range all {
		switch prefix, _ := typeid.Prefix(e.ActorID); prefix {
		case "mem":
			members = append(members, e.ActorID)
		case "cus":
			customers = append(customers, e.ActorID)
		}
	}
	people := map[string]ent.Actor{}
	if len(members) > 0 {
		rows, err := sc.conversations.ent.Member.Query().Where(member.IDIn(members...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("find members: %w", err)
		}
		for _, m := range rows {
			people[m.ID] = m
		}
	}
	if len(customers) > 0 {
		rows, err := sc.conversations.ent.Customer.Query().Where(customer.IDIn(customers...)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("find customers: %w", err)
		}
		for _, c := range rows {
			people[c.ID] = c
		}
	}
	return people, nil
}

// named are the events of the scene, and those of the messages that they tell of.
func (sc *scene) named(ctx context.Context) ([]eventlog.Event, error) {
	messages, err := sc.messages(ctx)
	if err != nil {
		return nil, err
	}
	all := sc.events[:len(sc.events):len(sc.events)]
	for _, m := range messages {
		all = append(all, eventlog.Event{ActorID: m.actorID})
	}
	return all, nil
}

// findMessages finds the messages whose statuses are told.
func (sc *scene) findMessages(ctx context.Context) (map[string]*Message, error) {
	var ids []string
	for _, e := range sc.events {
		if e.Kind != kindStatus {
			continue
		}
		p, err := told[progress](e)
		if err != nil {
			return nil, err
		}
		ids = append(ids, p.MessageID)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	events, err := sc.conversations.log.Find(ctx, ids...)
	if err != nil {
		return nil, err
	}
	messages := map[string]*Message{}
	for _, e := range events {
		if messages[e.ID], err = sc.conversations.message(e, sc); err != nil {
			return nil, err
		}
	}
	return messages, nil
}

// findDeliveries finds what has become of the messages that were sent.
func (sc *scene) findDeliveries(ctx context.Context) (map[string]*ent.Delivery, error) {
	messages, err := sc.messages(ctx)
	if err != nil {
		return nil, err
	}
	var ids []string
	for id := range messages {
		ids = append(ids, id)
	}
	for _, e := range sc.events {
		if e.Kind == kindSent {
			ids = append(ids, e.ID)
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	rows, err := sc.conversations.ent.Delivery.Query().
		Where(delivery.AboutIDIn(ids...), delivery.ChannelEQ(delivery.ChannelSMS)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("find what has become of messages: %w", err)
	}
	deliveries := map[string]*ent.Delivery{}
	for _, d := range rows {
		deliveries[d.AboutID] = d
	}
	return deliveries, nil
}
