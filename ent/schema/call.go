package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Call is a telephone call of a member, as a telephony adapter has reported it.
type Call struct{ ent.Schema }

// Fields of a call.
func (Call) Fields() []ent.Field {
	return []ent.Field{
		id("call"),
		reference("organization_id"),
		reference("member_id"),
		field.String("number").NotEmpty().Immutable().Comment("E.164, or an extension"),
		field.String("service_id").Optional().Nillable().Immutable().Comment("of a contact-centre call"),
		field.Enum("flow").NamedValues("Private", "PRIVATE", "ContactCenter", "CONTACT_CENTER", "Office", "OFFICE").Immutable(),
		field.Bool("recorded").Immutable(),
		field.Enum("status").NamedValues("Active", "ACTIVE", "AfterCallWork", "AFTER_CALL_WORK", "Ended", "ENDED").Default("ACTIVE"),
		field.Enum("next_state").NamedValues("Ready", "READY", "NotReady", "NOT_READY").Comment("the member's state when all is done"),
		field.String("next_reason").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable().Comment("when nobody spoke any more; after-call work comes behind it"),
		created(),
	}
}

// Edges of a call.
func (Call) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("member", Member.Type).Field("member_id").Unique().Required().Immutable(),
		edge.To("service", Service.Type).Field("service_id").Unique().Immutable().Annotations(kept()),
	}
}

// Indexes of a call: a member has one at a time, with the work that comes behind it.
func (Call) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("member_id").Unique().StorageKey("call_once_a_member").Annotations(where("status <> 'ENDED'")),
	}
}

// Annotations of a call.
func (Call) Annotations() []schema.Annotation {
	return checks(map[string]string{
		"call_ended":            "(status = 'ACTIVE') = (ended_at IS NULL)",
		"call_of_a_service":     "(flow = 'CONTACT_CENTER') = (service_id IS NOT NULL)",
		"call_private_unheard":  "NOT (recorded AND flow = 'PRIVATE')",
		"call_work_of_a_centre": "status <> 'AFTER_CALL_WORK' OR flow = 'CONTACT_CENTER'",
	})
}
