package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Member is a person with a seat.
type Member struct{ ent.Schema }

// Fields of a member.
func (Member) Fields() []ent.Field {
	return []ent.Field{
		id("mem"),
		reference("organization_id"),
		field.String("email").NotEmpty().Comment("as typed"),
		field.String("email_key").NotEmpty().Comment("lower case: how addresses are compared"),
		field.String("first_name").NotEmpty(),
		field.String("last_name").NotEmpty(),
		field.String("password_hash").Sensitive().Comment("argon2id in PHC form"),
		role(),
		classOfService(),
		field.Strings("channels").SchemaType(json()).Default([]string{}),
		field.Time("deactivated_at").Optional().Nillable(),
		field.Time("changed_at").Default(now).Annotations(entsql.DefaultExpr("now()")).Comment("when an administrator last changed it: what is known of a member is renewed by it"),
		field.Enum("state").NamedValues("Ready", "READY", "NotReady", "NOT_READY", "Busy", "BUSY", "AfterCallWork", "AFTER_CALL_WORK").
			Default("NOT_READY"),
		field.String("state_reason").Optional().Nillable().Comment("why they are not ready, in their words"),
		field.Time("state_changed_at").Default(now).Annotations(entsql.DefaultExpr("now()")),
		field.Int64("state_stream_id").Optional().Nillable().Comment("the log of their states; none before the first change"),
		field.Time("last_offered_at").Optional().Nillable().Comment("when a chat was last offered to them"),
		field.Int64("chat_stream_id").Optional().Nillable().Comment("the log of what is offered to them; none before the first offer"),
		created(),
	}
}

// Edges of a member.
func (Member) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("services", Service.Type),
		edge.To("sites", Site.Type),
		edge.To("skills", Skill.Type),
	}
}

// Indexes of a member: an address signs in to one organisation; who has left may come back by it as another member.
func (Member) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("email_key").Unique().StorageKey("member_email_once").Annotations(where("deactivated_at IS NULL")),
		index.Fields("organization_id", "created_at", "id"),
		index.Fields("organization_id").StorageKey("member_ready").Annotations(where("state = 'READY' AND deactivated_at IS NULL")),
		index.Fields("state_stream_id").Unique().StorageKey("member_state_stream").Annotations(where("state_stream_id IS NOT NULL")),
		index.Fields("chat_stream_id").Unique().StorageKey("member_chat_stream").Annotations(where("chat_stream_id IS NOT NULL")),
	}
}

// role is what a member is to the organisation.
func role() ent.Field {
	return field.Enum("role").NamedValues(
		"Administrator", "ADMINISTRATOR", "TeamLeader", "TEAM_LEADER", "Agent", "AGENT",
		"QualityAssessor", "QUALITY_ASSESSOR")
}

// classOfService is which private calls a member may make.
func classOfService() ent.Field {
	return field.Enum("class_of_service").NamedValues(
		"Internal", "INTERNAL", "LocalExcludingMobile", "LOCAL_EXCLUDING_MOBILE",
		"LocalIncludingMobile", "LOCAL_INCLUDING_MOBILE", "LocalAndInternational", "LOCAL_AND_INTERNATIONAL")
}

// AccessToken is what a signed-in person shows with each request; only its hash is kept.
type AccessToken struct{ ent.Schema }

// Fields of an access token.
func (AccessToken) Fields() []ent.Field {
	return []ent.Field{
		id("tok"),
		field.Bytes("hash").Sensitive().Immutable().Comment("SHA-256 of the token"),
		field.String("member_id").Optional().Nillable().Immutable(),
		field.String("customer_id").Optional().Nillable().Immutable(),
		field.String("link_id").Optional().Nillable().Immutable().Comment("the link by which a customer came in"),
		field.String("specialist_id").Optional().Nillable().Immutable(),
		field.Time("expires_at").Immutable().Comment("the end of its life"),
		field.Time("idle_at").Comment("the end of its life unless it is used before"),
		field.Time("revoked_at").Optional().Nillable(),
		created(),
	}
}

// Edges of an access token.
func (AccessToken) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("member", Member.Type).Field("member_id").Unique().Immutable().Annotations(kept()),
		edge.To("customer", Customer.Type).Field("customer_id").Unique().Immutable().Annotations(kept()),
		edge.To("link", RoomLink.Type).Field("link_id").Unique().Immutable().Annotations(kept()),
		edge.To("specialist", Specialist.Type).Field("specialist_id").Unique().Immutable().Annotations(kept()),
	}
}

// Indexes of an access token.
func (AccessToken) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("hash").Unique(),
		index.Fields("member_id"),
		index.Fields("customer_id"),
		index.Fields("link_id"),
		index.Fields("specialist_id"),
		index.Fields("idle_at"),
	}
}

// Annotations of an access token.
func (AccessToken) Annotations() []schema.Annotation {
	return checks(map[string]string{
		"access_token_of_one_person":      "num_nonnulls(member_id, customer_id, specialist_id) = 1",
		"access_token_customer_by_a_link": "(customer_id IS NULL) = (link_id IS NULL)",
	})
}
