package graph

import (
	"context"

	"parley/ent"
)

func (f conversationFields) Service(ctx context.Context, c *ent.SmsConversation) (*ent.Service, error) {
	return f.Conversations.ServiceOf(ctx, c)
}

func (f conversationFields) Customer(ctx context.Context, c *ent.SmsConversation) (*ent.Customer, error) {
	return f.Conversations.Customer(ctx, c)
}

func (f conversationFields) Agent(ctx context.Context, c *ent.SmsConversation) (*ent.Member, error) {
	return f.Conversations.Agent(ctx, c)
}

func (f conversationFields) LastCursor(ctx context.Context, c *ent.SmsConversation) (string, error) {
	return f.Conversations.LastCursor(ctx, c)
}
