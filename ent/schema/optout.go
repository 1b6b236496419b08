package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// OptOut is a customer who wants no text messages from a number. It is of one purchase of the number: who buys it next starts
// anew, and learns nothing of those who had it.
type OptOut struct{ ent.Schema }

// Fields of an opt-out.
func (OptOut) Fields() []ent.Field {
	return []ent.Field{
		id("opt"),
		reference("phone_number_id"),
		field.String("customer_number").NotEmpty().Immutable().Comment("E.164"),
		created(),
	}
}

// Edges of an opt-out.
func (OptOut) Edges() []ent.Edge {
	return []ent.Edge{edge.To("phone_number", PhoneNumber.Type).Field("phone_number_id").Unique().Required().Immutable()}
}

// Indexes of an opt-out.
func (OptOut) Indexes() []ent.Index {
	return []ent.Index{index.Fields("phone_number_id", "customer_number").Unique().StorageKey("opt_out_once")}
}
