package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Delivery is a message that is to leave the house: the outbox. How far sending has come (state) and what the
// carrier has said of it (status) are apart, since both move at the same time.
type Delivery struct{ ent.Schema }

// Fields of a delivery.
func (Delivery) Fields() []ent.Field {
	return []ent.Field{
		id("dlv"),
		reference("organization_id"),
		field.Enum("channel").NamedValues("SMS", "SMS", "Email", "EMAIL").Immutable(),
		field.String("sender").Immutable().Comment("our number; empty for email"),
		field.String("recipient").NotEmpty().Immutable(),
		field.String("subject").Immutable(),
		field.Text("text").Immutable().Comment("<link> stands for the link, which is not kept"),
		field.String("link_id").Immutable().Comment("what the link is derived from; empty for none"),
		field.String("about_id").NotEmpty().Immutable().Comment("the thing that is told of the status"),

		field.Enum("state").NamedValues("Waiting", "WAITING", "Sending", "SENDING", "Done", "DONE", "Dead", "DEAD").Default("WAITING"),
		field.String("claim").Default("").Comment("whose turn it is; changes with each claim"),
		field.Time("due_at").Comment("not before; while sending, when the claim ends"),
		field.Int("attempts").Default(0),

		field.String("carrier_id").Optional().Nillable().Comment("the carrier's name for it"),
		field.Enum("status").NamedValues("Queued", "QUEUED", "Sent", "SENT", "Delivered", "DELIVERED", "Failed", "FAILED").Default("QUEUED"),
		field.String("reason").Optional().Nillable(),
		created(),
	}
}

// Edges of a delivery.
func (Delivery) Edges() []ent.Edge { return []ent.Edge{organization()} }

// Indexes of a delivery.
func (Delivery) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("due_at").StorageKey("delivery_due").Annotations(where("state IN ('WAITING', 'SENDING')")),
		index.Fields("carrier_id").Unique().StorageKey("delivery_carrier_once"),
		index.Fields("about_id").StorageKey("delivery_about_sms").Annotations(where("channel = 'SMS'")),
	}
}

// InboundMessage is a text message that a customer sent us, as the carrier handed it over; kept for audit.
type InboundMessage struct{ ent.Schema }

// Fields of an inbound message.
func (InboundMessage) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().Immutable().Comment("the carrier's id: the same one twice counts once"),
		field.String("sender").NotEmpty().Immutable().Comment("E.164"),
		field.String("recipient").NotEmpty().Immutable().Comment("our number"),
		field.Text("body").Immutable(),
		created(),
	}
}

// SimulatedMessage is what the simulator's phone and mailbox hold.
type SimulatedMessage struct{ ent.Schema }

// Fields of a simulated message.
func (SimulatedMessage) Fields() []ent.Field {
	return []ent.Field{
		id("sim"),
		field.String("delivery_id").Optional().Nillable().Unique().Immutable().Comment("none for what the customer sent"),
		field.String("channel").NotEmpty().Immutable(),
		field.String("sender").Immutable(),
		field.String("recipient").NotEmpty().Immutable(),
		field.String("subject").Immutable(),
		field.Text("text").Immutable(),
		field.String("status").NotEmpty(),
		field.Time("due_at").Optional().Nillable().Comment("when it reports next by itself"),
		created(),
	}
}

// Indexes of a simulated message.
func (SimulatedMessage) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("recipient", "created_at", "id"),
		index.Fields("due_at").StorageKey("simulated_due").Annotations(where("due_at IS NOT NULL")),
	}
}
