package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Organization is a tenant.
type Organization struct{ ent.Schema }

// Fields of an organisation.
func (Organization) Fields() []ent.Field {
	return []ent.Field{
		id("org"),
		field.String("name").NotEmpty(),
		field.Text("sms_invitation_text").Default("").Comment("text of an invitation by SMS; <link> is where the link goes; empty means the built-in text"),
		field.Text("email_invitation_text").Default("").Comment("text of an invitation by email, likewise"),
		field.Text("sms_help_text").Default("").Comment("what a customer is told who texts HELP; empty means the built-in text"),
		field.Int("room_timeout_days").Default(90).Comment("a room is timed out after so many days without activity"),
		field.Text("room_timed_out_text").Default("").Comment("what a customer is told of a room that is timed out; empty means the built-in text"),
		created(),
	}
}

// Annotations of an organisation.
func (Organization) Annotations() []schema.Annotation {
	return checks(map[string]string{"organization_room_timeout": "room_timeout_days >= 3"})
}

// Service is what the organisation does for customers, such as Sales.
type Service struct{ ent.Schema }

// Fields of a service.
func (Service) Fields() []ent.Field {
	return []ent.Field{
		id("svc"),
		reference("organization_id"),
		field.String("name").NotEmpty(),
		field.String("phone_number_id").Optional().Nillable().Comment("the number its text messages use; none means that it has no SMS"),
		field.Bool("takes_new_chats").Default(false).Comment("customers may start a conversation by SMS"),
		created(),
	}
}

// Edges of a service.
func (Service) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.To("phone_number", PhoneNumber.Type).Field("phone_number_id").Unique().Annotations(kept()),
		edge.To("skills", Skill.Type),
		edge.From("members", Member.Type).Ref("services"),
		edge.From("member_invitations", MemberInvitation.Type).Ref("services"),
	}
}

// Indexes of a service.
func (Service) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "name").Unique()}
}

// Site is a place where members work; its country says which calls are local.
type Site struct{ ent.Schema }

// Fields of a site.
func (Site) Fields() []ent.Field {
	return []ent.Field{
		id("site"),
		reference("organization_id"),
		field.String("name").NotEmpty(),
		field.String("country").MinLen(2).MaxLen(2).Comment("ISO 3166-1 alpha-2"),
		created(),
	}
}

// Edges of a site.
func (Site) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.From("members", Member.Type).Ref("sites"),
		edge.From("member_invitations", MemberInvitation.Type).Ref("sites"),
	}
}

// Indexes of a site.
func (Site) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "name").Unique()}
}

// Skill is what a member can do, such as a language.
type Skill struct{ ent.Schema }

// Fields of a skill.
func (Skill) Fields() []ent.Field {
	return []ent.Field{id("skl"), reference("organization_id"), field.String("name").NotEmpty(), created()}
}

// Edges of a skill.
func (Skill) Edges() []ent.Edge {
	return []ent.Edge{
		organization(),
		edge.From("services", Service.Type).Ref("skills"),
		edge.From("members", Member.Type).Ref("skills"),
		edge.From("member_invitations", MemberInvitation.Type).Ref("skills"),
	}
}

// Indexes of a skill.
func (Skill) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "name").Unique()}
}

// Portal is the way through which a support session is started.
type Portal struct{ ent.Schema }

// Fields of a portal.
func (Portal) Fields() []ent.Field {
	return []ent.Field{
		id("prt"),
		reference("organization_id"),
		field.String("name").NotEmpty(),
		field.Enum("mode").NamedValues("Phone", "PHONE", "Web", "WEB", "Queue", "QUEUE").Immutable(),
		field.Bool("allows_specialists").Default(false),
		field.Bool("allows_control").Default(false),
		created(),
	}
}

// Edges of a portal.
func (Portal) Edges() []ent.Edge { return []ent.Edge{organization()} }

// Indexes of a portal.
func (Portal) Indexes() []ent.Index {
	return []ent.Index{index.Fields("organization_id", "name").Unique()}
}
