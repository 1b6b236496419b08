package graph

import (
	"context"

	"parley/ent"
	"parley/graph/transport"
	"parley/internal/apierr"
	"parley/internal/conversation"
	"parley/internal/feed"
	"parley/internal/page"
)

func (q query) SmsConversation(ctx context.Context, id string) (*ent.SmsConversation, error) {
	return q.Conversations.Get(ctx, id)
}

func (q query) SmsConversations(ctx context.Context, first *int, after *string, last *int, before *string, filter *conversation.SmsConversationFilter) (*conversation.SmsConversationConnection, error) {
	return q.Conversations.List(ctx, page.Args{First: first, After: after, Last: last, Before: before}, filter)
}

func (q query) SmsPreview(ctx context.Context, input conversation.SmsPreviewInput) (*conversation.Preview, error) {
	return q.Conversations.Preview(ctx, input)
}

func (m mutation) OpenSmsConversation(ctx context.Context, input conversation.OpenSmsConversationInput) (*conversation.OpenSmsConversationPayload, error) {
	return apierr.Answer(m.Conversations.Open(ctx, input))
}

func (m mutation) SendSms(ctx context.Context, input conversation.SendSmsInput) (*conversation.SendSmsPayload, error) {
	return apierr.Answer(m.Conversations.Send(ctx, input))
}

func (m mutation) EndSmsConversation(ctx context.Context, input conversation.EndSmsConversationInput) (*conversation.EndSmsConversationPayload, error) {
	return apierr.Answer(m.Conversations.End(ctx, input))
}

func (s subscription) SmsConversationEvents(ctx context.Context, conversationID string, after *string) (<-chan conversation.Event, error) {
	return transport.Follow(ctx, func() (*feed.Feed[conversation.Event], error) {
		return s.Conversations.Follow(ctx, conversationID, after)
	})
}

func (f conversationFields) Service(ctx context.Context, c *ent.SmsConversation) (*ent.Service, error) {
	return f.Conversations.ServiceOf(ctx, c)
}

func (f conversationFields) Customer(ctx context.Context, c *ent.SmsConversation) (*ent.Customer, error) {
	return f.Conversations.Customer(ctx, c)
}

func (f conversationFields) Agent(ctx context.Context, c *ent.SmsConversation) (*ent.Member, error) {
	return f.Conversations.Agent(ctx, c)
}

func (f conversationFields) Messages(ctx context.Context, c *ent.SmsConversation, first *int, after *string, last *int, before *string) (*conversation.SmsMessageConnection, error) {
	return f.Conversations.Messages(ctx, c, page.Args{First: first, After: after, Last: last, Before: before})
}

func (f conversationFields) LastCursor(ctx context.Context, c *ent.SmsConversation) (string, error) {
	return f.Conversations.LastCursor(ctx, c)
}

func (m mutation) AcceptChat(ctx context.Context, input conversation.AcceptChatInput) (*conversation.AcceptChatPayload, error) {
	return apierr.Answer(m.Conversations.Accept(ctx, input))
}

func (m mutation) RejectChat(ctx context.Context, input conversation.RejectChatInput) (*conversation.RejectChatPayload, error) {
	return apierr.Answer(m.Conversations.Reject(ctx, input))
}
