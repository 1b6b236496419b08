package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// MemberInvitation asks a person to become a member, and holds what they are to be given. The token in its link is derived
// from the link's id and a secret; it is not kept.
type MemberInvitation struct{ ent.Schema }

// Fields of an invitation.
func (MemberInvitation) Fields() []ent.Field {
	return []ent.Field{
		id("minv"),
		reference("organization_id"),
		field.String("email").NotEmpty().Immutable().Comment("as typed"),
		field.String("email_key").NotEmpty().Immutable().Comment("lower case: how addresses are compared"),
		role(),
		classOfService(),
		field.Strings("channels").SchemaType(json()).Default([]string{}).Immutable(),
		reference("invited_by_id"),
		field.String("link_id").NotEmpty().Comment("what its link is derived from; another one ends the link before"),
		field.Enum("delivery_status").NamedValues("Queued", "QUEUED", "Sent", "SENT", "Delivered", "DELIVERED", "Failed", "FAILED").
			Default("QUEUED").Comment("how far the email with the link has come"),
		field.String("failure_reason").Optional().Nillable(),
		field.Time("expires_at"),
		field.Time("accepted_at").Optional().Nillable(),
		field.Time("revoked_at").Optional().Nillable().Comment("of one that expired and made room for another, when it expired"),
		created(),
	}
}

// Edges of an invitation.
func (MemberInvitation) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("invited_by", Member.Type).Field("invited_by_id").Unique().Required().Immutable(),
		edge.To("services", Service.Type),
		edge.To("sites", Site.Type),
		edge.To("skills", Skill.Type),
	}
}

// Indexes of an invitation: an address has one at a time in an organisation (rule O2).
func (MemberInvitation) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("organization_id", "email_key").Unique().StorageKey("member_invitation_once").
			Annotations(where("accepted_at IS NULL AND revoked_at IS NULL")),
		index.Fields("organization_id", "created_at", "id"),
		index.Fields("link_id").Unique().StorageKey("member_invitation_link_once"),
	}
}

// Annotations of an invitation.
func (MemberInvitation) Annotations() []schema.Annotation {
	return checks(map[string]string{"member_invitation_ends_once": "accepted_at IS NULL OR revoked_at IS NULL"})
}
