package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SmsConversation is what a member and a customer text each other, between one number of ours and one of theirs. Its messages
// are the events of its log.
type SmsConversation struct{ ent.Schema }

// Fields of a conversation.
func (SmsConversation) Fields() []ent.Field {
	return []ent.Field{
		id("sms"),
		reference("organization_id"),
		reference("service_id"),
		field.String("number").NotEmpty().Immutable().Comment("ours, E.164"),
		field.String("customer_number").NotEmpty().Immutable().Comment("theirs, E.164"),
		field.String("customer_id").Optional().Nillable().Immutable().Comment("whom the organisation knew by that number when it began"),
		field.String("agent_id").Optional().Nillable().Comment("who answers; none before somebody has accepted it"),
		field.Enum("status").NamedValues("Offered", "OFFERED", "Active", "ACTIVE", "Ended", "ENDED"),
		field.Enum("origin").NamedValues("Call", "CALL", "Agent", "AGENT", "Customer", "CUSTOMER").Immutable(),
		field.String("call_id").Optional().Nillable().Immutable().Comment("the call during or behind which it began"),
		field.Int64("stream_id").Immutable().Comment("its log"),
		field.String("offered_to_id").Optional().Nillable().Comment("the member who is asked to accept it"),
		field.Time("offered_until").Optional().Nillable().Comment("when they have not answered"),
		field.Time("ended_at").Optional().Nillable(),
		created(),
	}
}

// Edges of a conversation.
func (SmsConversation) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("service", Service.Type).Field("service_id").Unique().Required().Immutable(),
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Immutable().Annotations(kept()),
		edge.To("agent", Member.Type).Field("agent_id").Unique().Annotations(kept()),
		edge.To("call", Call.Type).Field("call_id").Unique().Immutable().Annotations(kept()),
		edge.To("stream", Stream.Type).Field("stream_id").Unique().Required().Immutable(),
		edge.To("offered_to", Member.Type).Field("offered_to_id").Unique().Annotations(kept()),
	}
}

// Indexes of a conversation: a pair of numbers has one that lives (rule M6), and a member is offered one at a time (rule M8).
func (SmsConversation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("number", "customer_number").Unique().StorageKey("sms_conversation_live_once").Annotations(where("status <> 'ENDED'")),
		index.Fields("offered_to_id").Unique().StorageKey("sms_conversation_offered_once").Annotations(where("status = 'OFFERED'")),
		index.Fields("created_at").StorageKey("sms_conversation_offered").Annotations(where("status = 'OFFERED'")),
		index.Fields("organization_id").StorageKey("sms_conversation_live").Annotations(where("status <> 'ENDED'")),
		index.Fields("organization_id", "customer_number"),
		index.Fields("agent_id"),
		index.Fields("service_id"),
		index.Fields("stream_id").Unique(),
	}
}

// Annotations of a conversation.
func (SmsConversation) Annotations() []schema.Annotation {
	return checks(map[string]string{
		"sms_conversation_ended":           "(status = 'ENDED') = (ended_at IS NOT NULL)",
		"sms_conversation_active_by_agent": "status <> 'ACTIVE' OR agent_id IS NOT NULL",
		"sms_conversation_of_a_call":       "(origin = 'CALL') = (call_id IS NOT NULL)",
		"sms_conversation_offered":         "offered_to_id IS NULL OR status = 'OFFERED'",
		"sms_conversation_offered_until":   "(offered_to_id IS NULL) = (offered_until IS NULL)",
	})
}

// ChatRejection is that a member did not want a conversation that was offered to them.
type ChatRejection struct{ ent.Schema }

// Fields of a rejection.
func (ChatRejection) Fields() []ent.Field {
	return []ent.Field{
		reference("conversation_id"),
		reference("member_id"),
		field.Time("at").Default(now).Comment("when they last rejected it"),
	}
}

// Edges of a rejection.
func (ChatRejection) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("conversation", SmsConversation.Type).Field("conversation_id").Unique().Required().Immutable(),
		edge.To("member", Member.Type).Field("member_id").Unique().Required().Immutable(),
	}
}

// Indexes of a rejection.
func (ChatRejection) Indexes() []ent.Index {
	return []ent.Index{index.Fields("conversation_id", "member_id").Unique().StorageKey("chat_rejection_once")}
}
