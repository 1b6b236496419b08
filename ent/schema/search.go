package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// SearchEntry is the words of a message, by which it is found. They are taken from the log a moment after it was written.
type SearchEntry struct{ ent.Schema }

// Fields of an entry.
func (SearchEntry) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().Immutable().Comment("the message"),
		field.String("organization_id").NotEmpty().Immutable(),
		field.Time("at").Immutable(),
		field.String("words").SchemaType(words()).Immutable(),
	}
}

// Annotations of an entry.
func (SearchEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("search_entries")}
}

// Indexes of an entry: one for rare words, one for words that are everywhere.
func (SearchEntry) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("words").Annotations(entsql.IndexType("GIN")),
		index.Fields("organization_id", "at", "id"),
	}
}

// SearchStream is how far the words of a stream have been taken.
type SearchStream struct{ ent.Schema }

// Fields of a stream that is searched.
func (SearchStream) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("the stream"),
		field.Int64("seq").Comment("the place in it up to which all is among the entries"),
	}
}

// Annotations of a stream that is searched.
func (SearchStream) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("search_streams")}
}
