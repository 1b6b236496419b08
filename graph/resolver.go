package graph

import (
	"parley/graph/generated"
	"parley/internal/audit"
	"parley/internal/call"
	"parley/internal/conversation"
	"parley/internal/inbox"
	"parley/internal/number"
	"parley/internal/organization"
	"parley/internal/room"
	"parley/internal/session"
)

// Resolver is the root of all resolvers: the services that they call.
type Resolver struct {
	Rooms         *room.Service
	Organizations *organization.Service
	Numbers       *number.Service
	Calls         *call.Service
	Conversations *conversation.Service
	Inbox         *inbox.Service
	Sessions      *session.Service
	Audit         *audit.Log
}

// The resolvers of the types whose fields need one; each is in the file of its noun.
type (
	query                  struct{ *Resolver }
	mutation               struct{ *Resolver }
	subscription           struct{ *Resolver }
	roomFields             struct{ *Resolver }
	invitationFields       struct{ *Resolver }
	customerFields         struct{ *Resolver }
	sessionFields          struct{ *Resolver }
	codeFields             struct{ *Resolver }
	specialistFields       struct{ *Resolver }
	shareFields            struct{ *Resolver }
	memberFields           struct{ *Resolver }
	organizationFields     struct{ *Resolver }
	serviceFields          struct{ *Resolver }
	textFields             struct{ *Resolver }
	auditFields            struct{ *Resolver }
	memberInvitationFields struct{ *Resolver }
	callFields             struct{ *Resolver }
	conversationFields     struct{ *Resolver }
)

// Query implements generated.ResolverRoot.
func (r *Resolver) Query() generated.QueryResolver { return query{r} }

// Mutation implements generated.ResolverRoot.
func (r *Resolver) Mutation() generated.MutationResolver { return mutation{r} }

// Subscription implements generated.ResolverRoot.
func (r *Resolver) Subscription() generated.SubscriptionResolver { return subscription{r} }

// Room implements generated.ResolverRoot.
func (r *Resolver) Room() generated.RoomResolver { return roomFields{r} }

// CustomerInvitation implements generated.ResolverRoot.
func (r *Resolver) CustomerInvitation() generated.CustomerInvitationResolver {
	return invitationFields{r}
}

// Customer implements generated.ResolverRoot.
func (r *Resolver) Customer() generated.CustomerResolver { return customerFields{r} }

// SupportSession implements generated.ResolverRoot.
func (r *Resolver) SupportSession() generated.SupportSessionResolver { return sessionFields{r} }

// SpecialistInvitation implements generated.ResolverRoot.
func (r *Resolver) SpecialistInvitation() generated.SpecialistInvitationResolver {
	return codeFields{r}
}

// Specialist implements generated.ResolverRoot.
func (r *Resolver) Specialist() generated.SpecialistResolver { return specialistFields{r} }

// ScreenShare implements generated.ResolverRoot.
func (r *Resolver) ScreenShare() generated.ScreenShareResolver { return shareFields{r} }

// Member implements generated.ResolverRoot.
func (r *Resolver) Member() generated.MemberResolver { return memberFields{r} }

// Service implements generated.ResolverRoot.
func (r *Resolver) Service() generated.ServiceResolver { return serviceFields{r} }

// PredefinedMessage implements generated.ResolverRoot.
func (r *Resolver) PredefinedMessage() generated.PredefinedMessageResolver { return textFields{r} }

// AuditEntry implements generated.ResolverRoot.
func (r *Resolver) AuditEntry() generated.AuditEntryResolver { return auditFields{r} }

// MemberInvitation implements generated.ResolverRoot.
func (r *Resolver) MemberInvitation() generated.MemberInvitationResolver {
	return memberInvitationFields{r}
}

// Organization implements generated.ResolverRoot.
func (r *Resolver) Organization() generated.OrganizationResolver { return organizationFields{r} }

// Call implements generated.ResolverRoot.
func (r *Resolver) Call() generated.CallResolver { return callFields{r} }

// SmsConversation implements generated.ResolverRoot.
func (r *Resolver) SmsConversation() generated.SmsConversationResolver { return conversationFields{r} }
