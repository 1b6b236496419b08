package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SupportSession is a time of a room in which outside specialists may join.
type SupportSession struct{ ent.Schema }

// Fields of a session.
func (SupportSession) Fields() []ent.Field {
	return []ent.Field{
		id("ses"),
		reference("room_id"),
		reference("portal_id"),
		reference("host_id"),
		field.Enum("status").NamedValues("Active", "ACTIVE", "Ended", "ENDED").Default("ACTIVE"),
		field.Bool("specialists_may_share").Default(false).Comment("whether specialists may share a screen"),
		field.Time("ended_at").Optional().Nillable(),
		created(),
	}
}

// Edges of a session.
func (SupportSession) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("room", Room.Type).Field("room_id").Unique().Required().Immutable(),
		edge.To("portal", Portal.Type).Field("portal_id").Unique().Required().Immutable(),
		edge.To("host", Member.Type).Field("host_id").Unique().Required().Immutable(),
	}
}

// Indexes of a session: one at a time in a room (rule S1).
func (SupportSession) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("room_id").Unique().StorageKey("support_session_active_once").Annotations(where("status = 'ACTIVE'")),
	}
}

// Annotations of a session.
func (SupportSession) Annotations() []schema.Annotation {
	return checks(map[string]string{"support_session_ended": "(status = 'ENDED') = (ended_at IS NOT NULL)"})
}

// SpecialistInvitation is a way into a session. Its code is derived from its id and a secret; it is not kept.
type SpecialistInvitation struct{ ent.Schema }

// Fields of an invitation.
func (SpecialistInvitation) Fields() []ent.Field {
	return []ent.Field{
		id("spi"),
		reference("session_id"),
		field.Bytes("code_hash").Sensitive().Immutable().Comment("keyed hash of the code"),
		field.Bytes("beginning_hash").Sensitive().Immutable().Comment("keyed hash of what it begins with, by which it is found, and so are those who guess at it"),
		access(),
		field.Time("expires_at").Immutable(),
		field.Time("cancelled_at").Optional().Nillable(),
		created(),
	}
}

// Edges of an invitation.
func (SpecialistInvitation) Edges() []ent.Edge {
	return []ent.Edge{edge.To("session", SupportSession.Type).Field("session_id").Unique().Required().Immutable()}
}

// Indexes of an invitation: one code at a time serves a session (rule S4).
func (SpecialistInvitation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("code_hash").Unique().StorageKey("specialist_invitation_code_once"),
		index.Fields("beginning_hash").StorageKey("specialist_invitation_beginning").Annotations(where("cancelled_at IS NULL")),
		index.Fields("session_id").Unique().StorageKey("specialist_invitation_once").Annotations(where("cancelled_at IS NULL")),
	}
}

// Specialist is an outside expert in a session, without seat at the organisation or account.
type Specialist struct{ ent.Schema }

// Fields of a specialist.
func (Specialist) Fields() []ent.Field {
	return []ent.Field{
		id("spc"),
		reference("organization_id"),
		reference("session_id"),
		reference("invitation_id"),
		reference("room_id"),
		field.String("name").NotEmpty().Immutable(),
		access(),
		field.Int("seat").Positive().Immutable().Comment("which of the session's seats: no two have the same at a time"),
		field.Time("left_at").Optional().Nillable(),
		created(),
	}
}

// Edges of a specialist.
func (Specialist) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("session", SupportSession.Type).Field("session_id").Unique().Required().Immutable(),
		edge.To("invitation", SpecialistInvitation.Type).Field("invitation_id").Unique().Required().Immutable(),
		edge.To("room", Room.Type).Field("room_id").Unique().Required().Immutable(),
		edge.From("tokens", AccessToken.Type).Ref("specialist"),
	}
}

// Indexes of a specialist: a seat is one person's at a time (rule S5).
func (Specialist) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("session_id", "seat").Unique().StorageKey("specialist_seat_once").Annotations(where("left_at IS NULL")),
		index.Fields("room_id").StorageKey("specialist_in_room").Annotations(where("left_at IS NULL")),
	}
}

// access is what a specialist may do with a screen that is shared.
func access() ent.Field {
	return field.Enum("access").NamedValues("ViewOnly", "VIEW_ONLY", "Control", "CONTROL")
}

// ScreenShare is a screen that somebody in a session shows. What is said to set it up is in a stream of its own.
type ScreenShare struct{ ent.Schema }

// Fields of a share.
func (ScreenShare) Fields() []ent.Field {
	return []ent.Field{
		id("scr"),
		reference("session_id"),
		field.String("sharer_id").NotEmpty().Immutable().Comment("the member, customer or specialist whose screen it is"),
		field.Int64("stream_id").Immutable().Comment("its log"),
		field.Time("stopped_at").Optional().Nillable(),
		created(),
	}
}

// Edges of a share.
func (ScreenShare) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("session", SupportSession.Type).Field("session_id").Unique().Required().Immutable(),
		edge.To("stream", Stream.Type).Field("stream_id").Unique().Required().Immutable(),
	}
}

// Indexes of a share: a person shows one screen at a time.
func (ScreenShare) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("session_id", "sharer_id").Unique().StorageKey("screen_share_once").Annotations(where("stopped_at IS NULL")),
		index.Fields("stream_id").Unique(),
	}
}
