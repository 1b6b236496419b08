package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// PhoneNumber is a number that an organisation has bought, or is about to.
type PhoneNumber struct{ ent.Schema }

// Fields of a phone number.
func (PhoneNumber) Fields() []ent.Field {
	return []ent.Field{
		id("num"),
		reference("organization_id"),
		field.String("number").NotEmpty().Immutable().Comment("E.164"),
		field.String("country").MinLen(2).MaxLen(2).Immutable().Comment("ISO 3166-1 alpha-2"),
		field.Enum("status").NamedValues("Purchasing", "PURCHASING", "Held", "HELD", "Releasing", "RELEASING", "Released", "RELEASED").
			Default("HELD").Comment("PURCHASING and RELEASING: the carrier has yet to say that it is so"),
		field.String("bought_by_id").Optional().Nillable().Immutable().Comment("the member; none where it was there from the beginning"),
		field.Time("settle_at").Optional().Nillable().Comment("when the carrier is asked again"),
		field.Time("released_at").Optional().Nillable(),
		created(),
	}
}

// Edges of a phone number.
func (PhoneNumber) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("bought_by", Member.Type).Field("bought_by_id").Unique().Immutable(),
	}
}

// Indexes of a phone number: one owner at a time.
func (PhoneNumber) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("number").Unique().StorageKey("phone_number_held_once").Annotations(where("released_at IS NULL")),
		index.Fields("organization_id"),
		index.Fields("settle_at").StorageKey("phone_number_unsettled").Annotations(where("settle_at IS NOT NULL")),
	}
}

// Annotations of a phone number.
func (PhoneNumber) Annotations() []schema.Annotation {
	return checks(map[string]string{
		"phone_number_released":  "(status = 'RELEASED') = (released_at IS NOT NULL)",
		"phone_number_unsettled": "(status IN ('PURCHASING', 'RELEASING')) = (settle_at IS NOT NULL)",
	})
}

// SimulatedNumber is a number that the simulated carrier has sold.
type SimulatedNumber struct{ ent.Schema }

// Fields of a simulated number.
func (SimulatedNumber) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().Immutable().Comment("E.164"),
		field.String("reference").NotEmpty().Immutable().Comment("by which the buyer knows it"),
		created(),
	}
}
