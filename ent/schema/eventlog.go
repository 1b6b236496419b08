package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Stream is an append-only, gap-free log. Its row is locked by a writer until it commits.
type Stream struct{ ent.Schema }

// Fields of a stream.
func (Stream) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("random, so that it tells nothing of other organisations"),
		field.String("owner_id").NotEmpty().Immutable().Comment("whose it is: the streams of one owner are listed by activity"),
		field.Int64("last_seq").Default(0),
		field.Time("last_at").Comment("time of the newest event"),
		field.Time("active_at").Comment("last_at or up to ten minutes before: it moves seldom, so that an index on it costs writers nothing"),
		field.Bool("sealed").Default(false).Comment("nothing is appended any more"),
		field.Int64("continued_in").Optional().Nillable().Comment("the stream that took over its timeline"),
		field.Int64("continued_at").Optional().Nillable().Comment("the place there behind which everything is new to who has read this one"),
	}
}

// Indexes of a stream: none on last_seq and last_at, since every writer would have to keep it.
func (Stream) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("owner_id", "active_at"),
		index.Fields("active_at"),
		index.Fields("continued_in").StorageKey("stream_continued").Annotations(where("continued_in IS NOT NULL")),
	}
}

// Event is one entry of a stream.
type Event struct{ ent.Schema }

// Fields of an event.
func (Event) Fields() []ent.Field {
	return []ent.Field{
		id("evt"),
		field.Int64("stream_id").Immutable().Comment("no foreign key: the writer holds the stream's row, so a check would say nothing and cost a sixth"),
		field.Int64("seq").Immutable().Comment("1, 2, 3 … without gaps"),
		field.String("kind").NotEmpty().Immutable(),
		field.String("side").NotEmpty().Immutable(),
		field.String("actor_id").Optional().Nillable().Immutable().Comment("none for the system"),
		field.Time("at").Immutable(),
		field.Text("body").Optional().Nillable().Immutable().Comment("text of a message or notice"),
		field.Text("data").Optional().Nillable().Immutable().Comment("JSON of what else its kind tells"),
	}
}

// Indexes of an event.
func (Event) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("stream_id", "seq").Unique().StorageKey("event_seq_once"),
		index.Fields("stream_id", "at", "seq").StorageKey("event_messages").Annotations(where("kind IN ('TEXT', 'DOCUMENT', 'NOTICE')")),
	}
}

// Annotations of an event.
func (Event) Annotations() []schema.Annotation {
	return checks(map[string]string{"event_seq_positive": "seq > 0"})
}

// LogEpoch is one history of the database; a new row is written when the database turns out to be another one, or
// the same one set back, and cursors of older epochs no longer count.
type LogEpoch struct{ ent.Schema }

// Fields of an epoch.
func (LogEpoch) Fields() []ent.Field {
	return []ent.Field{
		field.Int("id").Positive().Immutable(),
		field.String("history").NotEmpty().Immutable().Comment("system identifier and timeline of the database"),
		created(),
	}
}

// Annotations of an epoch.
func (LogEpoch) Annotations() []schema.Annotation {
	return []schema.Annotation{entsql.Table("log_epochs")}
}

// Indexes of an epoch.
func (LogEpoch) Indexes() []ent.Index { return []ent.Index{index.Fields("history").Unique()} }

// IdempotencyKey remembers what a mutation that was given a key did.
type IdempotencyKey struct{ ent.Schema }

// Fields of a key.
func (IdempotencyKey) Fields() []ent.Field {
	return []ent.Field{
		field.String("actor_id").Immutable(),
		field.String("key").NotEmpty().MaxLen(255).Immutable(),
		field.Bytes("fingerprint").Immutable().Comment("SHA-256 of the operation and its arguments"),
		field.String("result_id").NotEmpty().Immutable().Comment("what was made"),
		created(),
	}
}

// Indexes of a key.
func (IdempotencyKey) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("actor_id", "key").Unique().StorageKey("idempotency_key_once"),
		index.Fields("created_at"),
	}
}

// Attempt counts what is limited in number and time, over all processes.
type Attempt struct{ ent.Schema }

// Fields of a counter.
func (Attempt) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").NotEmpty().Immutable().Comment("what is counted, hashed where it is personal"),
		field.Int("count").Default(0),
		field.Time("resets_at"),
	}
}

// Indexes of a counter.
func (Attempt) Indexes() []ent.Index { return []ent.Index{index.Fields("resets_at")} }
