package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PredefinedMessage is a text that is written often: a member's own, or one of a service.
type PredefinedMessage struct{ ent.Schema }

// Fields of a predefined message.
func (PredefinedMessage) Fields() []ent.Field {
	return []ent.Field{
		id("pre"),
		reference("organization_id"),
		field.String("member_id").Optional().Nillable().Immutable(),
		field.String("service_id").Optional().Nillable().Immutable(),
		field.String("title").NotEmpty(),
		field.Text("body").NotEmpty().Comment("%F and %L stand for the customer's first and last name"),
		created(),
	}
}

// Edges of a predefined message.
func (PredefinedMessage) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("member", Member.Type).Field("member_id").Unique().Immutable().Annotations(kept()),
		edge.To("service", Service.Type).Field("service_id").Unique().Immutable().Annotations(kept()),
	}
}

// Indexes of a predefined message.
func (PredefinedMessage) Indexes() []ent.Index {
	return []ent.Index{index.Fields("member_id", "title"), index.Fields("service_id", "title")}
}

// Annotations of a predefined message.
func (PredefinedMessage) Annotations() []schema.Annotation {
	return checks(map[string]string{"predefined_message_of_one": "num_nonnulls(member_id, service_id) = 1"})
}
