package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Customer is a person without an account whom the organisation has invited.
type Customer struct{ ent.Schema }

// Fields of a customer.
func (Customer) Fields() []ent.Field {
	return []ent.Field{
		id("cus"),
		reference("organization_id"),
		field.String("first_name").NotEmpty(),
		field.String("last_name").NotEmpty(),
		field.String("phone").Optional().Nillable().Comment("E.164"),
		field.String("email").Optional().Nillable().Comment("as typed"),
		field.String("email_key").Optional().Nillable().Comment("lower case: how addresses are compared"),
		field.String("name_words").SchemaType(words()).Default("").Comment("the names, as they are searched"),
		field.Time("retired_at").Optional().Nillable().Comment("when their room was closed, or went into another: their identifiers are free again"),
		created(),
	}
}

// Edges of a customer.
func (Customer) Edges() []ent.Edge { return []ent.Edge{organization()} }

// Indexes of a customer: each number and address is that of one living room (rule R14); by their beginnings those of
// all are found.
func (Customer) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "phone").StorageKey("customer_phone_begins").Annotations(byBeginning("phone")),
		index.Fields("organization_id", "email_key").StorageKey("customer_email_begins").Annotations(byBeginning("email_key")),
		index.Fields("organization_id", "phone").Unique().StorageKey("customer_phone_once").Annotations(where("retired_at IS NULL")),
		index.Fields("organization_id", "email_key").Unique().StorageKey("customer_email_once").Annotations(where("retired_at IS NULL")),
		index.Fields("name_words").Annotations(entsql.IndexType("GIN")),
	}
}

// Annotations of a customer.
func (Customer) Annotations() []schema.Annotation {
	return checks(map[string]string{"customer_can_be_reached": "phone IS NOT NULL OR email IS NOT NULL"})
}

// Room is where members, a customer and specialists meet.
type Room struct{ ent.Schema }

// Fields of a room.
func (Room) Fields() []ent.Field {
	return []ent.Field{
		id("room"),
		reference("organization_id"),
		field.String("name").NotEmpty(),
		field.Enum("status").NamedValues(
			"Draft", "DRAFT", "Active", "ACTIVE", "TimedOut", "TIMED_OUT", "Merged", "MERGED", "Closed", "CLOSED").Default("DRAFT"),
		reference("created_by_id"),
		field.String("customer_id").Optional().Nillable(),
		field.String("merged_into_id").Optional().Nillable().Comment("the room that it has become one with, which has not gone into another itself"),
		field.Int64("stream_id").Immutable().Comment("its log"),
		created(),
	}
}

// Edges of a room.
func (Room) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("created_by", Member.Type).Field("created_by_id").Unique().Required().Immutable(),
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Annotations(kept()),
		edge.To("stream", Stream.Type).Field("stream_id").Unique().Required().Immutable(),
		edge.From("invitations", CustomerInvitation.Type).Ref("room"),
		edge.To("merged", Room.Type).Annotations(kept()).From("merged_into").Field("merged_into_id").Unique().Annotations(kept()),
	}
}

// Indexes of a room.
func (Room) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "created_at", "id"),
		index.Fields("organization_id", "status"),
		index.Fields("created_by_id", "merged_into_id", "id"),
		index.Fields("customer_id").Unique().StorageKey("room_customer_once").Annotations(where("merged_into_id IS NULL")),
		index.Fields("merged_into_id").StorageKey("room_merged").Annotations(where("merged_into_id IS NOT NULL")),
		index.Fields("stream_id").Unique(),
	}
}

// Annotations of a room.
func (Room) Annotations() []schema.Annotation {
	return checks(map[string]string{
		"room_active_has_customer": "status NOT IN ('ACTIVE', 'TIMED_OUT') OR customer_id IS NOT NULL",
		"room_merged_into_another": "(status = 'MERGED') = (merged_into_id IS NOT NULL)",
	})
}

// ReadMark is how far a person has read in a room.
type ReadMark struct{ ent.Schema }

// Fields of a mark.
func (ReadMark) Fields() []ent.Field {
	return []ent.Field{
		reference("room_id"),
		field.String("person_id").NotEmpty().Immutable(),
		field.Int64("seq").Comment("the place in the room's log up to which all is read"),
	}
}

// Edges of a mark.
func (ReadMark) Edges() []ent.Edge {
	return []ent.Edge{edge.To("room", Room.Type).Field("room_id").Unique().Required().Immutable()}
}

// Indexes of a mark.
func (ReadMark) Indexes() []ent.Index {
	return []ent.Index{index.Fields("room_id", "person_id").Unique().StorageKey("read_mark_once")}
}

// RoomLink is a way into a room. The token in its address is derived from its id and a secret; it is not kept.
type RoomLink struct{ ent.Schema }

// Fields of a link.
func (RoomLink) Fields() []ent.Field {
	return []ent.Field{
		id("link"),
		field.String("room_id").Comment("changes when its room goes into another"),
		field.String("invitation_id").Optional().Nillable().Immutable().Comment("none where an agent copied it"),
		field.Time("expires_at").Comment("moves on with use"),
		field.Time("revoked_at").Optional().Nillable(),
		field.Time("entered_at").Optional().Nillable().Comment("when it was first used to enter"),
		created(),
	}
}

// Edges of a link.
func (RoomLink) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("room", Room.Type).Field("room_id").Unique().Required(),
		edge.To("invitation", CustomerInvitation.Type).Field("invitation_id").Unique().Immutable().Annotations(kept()),
	}
}

// Indexes of a link.
func (RoomLink) Indexes() []ent.Index {
	return []ent.Index{index.Fields("room_id"), index.Fields("invitation_id").Unique()}
}

// CustomerInvitation is one message that asked a customer into a room.
type CustomerInvitation struct{ ent.Schema }

// Fields of an invitation.
func (CustomerInvitation) Fields() []ent.Field {
	return []ent.Field{
		id("cinv"),
		field.String("room_id").Comment("changes when its room goes into another"),
		field.Enum("channel").NamedValues("SMS", "SMS", "Email", "EMAIL").Immutable(),
		field.String("recipient").NotEmpty().Immutable(),
		field.Enum("status").NamedValues(
			"Queued", "QUEUED", "Sent", "SENT", "Delivered", "DELIVERED", "Failed", "FAILED", "Opened", "OPENED", "Joined", "JOINED").Default("QUEUED"),
		field.String("failure_reason").Optional().Nillable(),
		reference("invited_by_id"),
		field.Time("sent_at").Optional().Nillable(),
		field.Time("opened_at").Optional().Nillable(),
		field.Time("joined_at").Optional().Nillable(),
		created(),
	}
}

// Edges of an invitation.
func (CustomerInvitation) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("room", Room.Type).Field("room_id").Unique().Required(),
		edge.To("invited_by", Member.Type).Field("invited_by_id").Unique().Required().Immutable(),
	}
}

// Indexes of an invitation.
func (CustomerInvitation) Indexes() []ent.Index {
	return []ent.Index{index.Fields("room_id", "created_at", "id"), index.Fields("invited_by_id", "room_id")}
}
