package conversation

import (
	"context"
	"fmt"

	"parley/ent"
	"parley/internal/apierr"
)

// Node returns the conversation or message with the id, where the viewer may see it.
func (s *Service) Node(ctx context.Context, prefix, id string) (ent.Node, error) {
	switch prefix {
	case Prefix:
		return node(s.Get(ctx, id))
	case MessagePrefix:
		return node(s.messageNode(ctx, id))
	}
	return nil, apierr.MissingThing("thing")
}

// node keeps a nil pointer from becoming an interface that is not nil.
func node[N ent.Node](n N, err error) (ent.Node, error) {
	if err != nil {
		return nil, err
	}
	return n, nil
}

// ServiceOf is the service under which is texted.
func (s *Service) ServiceOf(ctx context.Context, c *ent.SmsConversation) (*ent.Service, error) {
	if c.Edges.Service != nil {
		return c.Edges.Service, nil
	}
	service, err := s.ent.Service.Get(ctx, c.ServiceID)
	if err != nil {
		return nil, fmt.Errorf("get service of conversation: %w", err)
	}
	return service, nil
}

// Customer is whom the organisation knew by the number when the conversation began; nil for nobody.
func (s *Service) Customer(ctx context.Context, c *ent.SmsConversation) (*ent.Customer, error) {
	if c.CustomerID == nil || c.Edges.Customer != nil {
		return c.Edges.Customer, nil
	}
	customer, err := s.ent.Customer.Get(ctx, *c.CustomerID)
	if err != nil {
		return nil, fmt.Errorf("get customer of conversation: %w", err)
	}
	return customer, nil
}

// Agent is who answers; nil before somebody has accepted.
func (s *Service) Agent(ctx context.Context, c *ent.SmsConversation) (*ent.Member, error) {
	if c.AgentID == nil || c.Edges.Agent != nil {
		return c.Edges.Agent, nil
	}
	m, err := s.ent.Member.Get(ctx, *c.AgentID)
	if err != nil {
		return nil, fmt.Errorf("get agent of conversation: %w", err)
	}
	return m, nil
}

// LastCursor is the place of the newest event in the conversation's log.
func (s *Service) LastCursor(ctx context.Context, c *ent.SmsConversation) (string, error) {
	log := c.Edges.Stream
	if log == nil {
		var err error
		if log, err = s.ent.Stream.Get(ctx, c.StreamID); err != nil {
			return "", fmt.Errorf("get log of conversation: %w", err)
		}
	}
	return s.log.Cursor(log.ID, log.LastSeq), nil
}
