// Package schema is the model: every table of the database, its fields, edges, indexes and named checks.
//
// It holds no rules: those live in the domain packages. The rest of the folder above is generated from it.
package schema

import (
	"time"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"

	"parley/internal/typeid"
)

// id is the TypeID of a thing.
func id(prefix string) ent.Field {
	return field.String("id").DefaultFunc(typeid.Maker(prefix)).Immutable().NotEmpty()
}

// reference is the column of an edge to one other thing.
func reference(name string) ent.Field {
	return field.String(name).Immutable()
}

// created is the time at which a row was written.
func created() ent.Field {
	return field.Time("created_at").Default(now).Immutable()
}

// now is the time as exact as the database keeps it, so that a row is the same when it is read.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// organization is the tenant that a row belongs to; nothing ever crosses it.
func organization() ent.Edge {
	return edge.To("organization", Organization.Type).Field("organization_id").Unique().Required().Immutable()
}

// json makes a column json and not jsonb: jsonb cannot be sent as text with binary_parameters=yes.
func json() map[string]string {
	return map[string]string{dialect.Postgres: "json"}
}

// words makes a column a list of words for searching.
func words() map[string]string {
	return map[string]string{dialect.Postgres: "tsvector"}
}

// checks names the table's conditions, so that a violation can be told by its name.
func checks(named map[string]string) []schema.Annotation {
	return []schema.Annotation{entsql.Checks(named)}
}

// kept is for optional edges: what is referred to cannot be deleted from under the row.
func kept() schema.Annotation { return entsql.OnDelete(entsql.NoAction) }

// where makes an index partial.
func where(condition string) *entsql.IndexAnnotation { return entsql.IndexWhere(condition) }

// byBeginning makes an index find the beginnings of a column's texts, however the database sorts.
func byBeginning(column string) *entsql.IndexAnnotation {
	return entsql.OpClassColumn(column, "varchar_pattern_ops")
}
