package schema

import (
	"entgo.io/ent"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Document is a file that somebody shares in a room, from the moment at which it is announced. Its bytes are blobs.
type Document struct{ ent.Schema }

// Fields of a document.
func (Document) Fields() []ent.Field {
	return []ent.Field{
		id("doc"),
		reference("room_id"),
		field.String("person_id").NotEmpty().Immutable().Comment("who shares it"),
		field.String("filename").NotEmpty(),
		field.Int64("size").Comment("bytes: as announced, 0 where that was not said, and then as they are"),
		field.String("content_type").Default("application/octet-stream").Comment("what the bytes say"),
		field.Enum("kind").NamedValues("Image", "IMAGE", "PDF", "PDF", "Other", "OTHER").Default("OTHER"),
		field.Enum("status").NamedValues(
			"Expected", "EXPECTED", "Stored", "STORED", "Processing", "PROCESSING", "Ready", "READY", "Failed", "FAILED", "Doomed", "DOOMED").Default("EXPECTED"),
		field.Strings("blobs").SchemaType(json()).Default([]string{}).Comment("every blob that was begun for it, before it was: what is not used is swept"),
		field.Strings("parts").SchemaType(json()).Default([]string{}).Comment("the blobs that have come, in order, until they are one"),
		field.Int64("received").Default(0).Comment("bytes in them"),
		field.String("blob").Default("").Comment("where all its bytes are, once they are"),
		field.Bytes("digest").Optional().Comment("SHA-256 of a file that came with a request: one that comes again can be told from another"),
		field.String("thumbnail").Default("").Comment("likewise; none for what has no picture"),
		field.String("thumbnail_type").Default(""),
		field.Int("width").Optional().Nillable(),
		field.Int("height").Optional().Nillable(),
		field.Int("page_count").Optional().Nillable(),
		field.String("message_id").Optional().Nillable().Comment("the entry of the timeline by which it was shared"),
		field.Time("shared_at").Optional().Nillable(),
		field.Time("work_at").Optional().Nillable().Comment("when the worker looks at it; none once that is done"),
		field.Int("attempts").Default(0).Comment("of the worker"),
		field.Time("sweep_at").Optional().Nillable().Comment("when leftovers are swept: all of it, where it was not shared"),
		created(),
	}
}

// Edges of a document.
func (Document) Edges() []ent.Edge {
	return []ent.Edge{edge.To("room", Room.Type).Field("room_id").Unique().Required().Immutable()}
}

// Indexes of a document.
func (Document) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("room_id", "created_at"),
		index.Fields("work_at").StorageKey("document_work").Annotations(where("work_at IS NOT NULL")),
		index.Fields("sweep_at").StorageKey("document_sweep").Annotations(where("sweep_at IS NOT NULL")),
	}
}

// Annotations of a document.
func (Document) Annotations() []schema.Annotation {
	return checks(map[string]string{
		"document_shared_is_stored": "shared_at IS NULL OR blob <> ''",
		"document_shared_by_status": "(shared_at IS NULL) = (status IN ('EXPECTED', 'STORED', 'DOOMED'))",
		"document_shared_in_entry":  "(shared_at IS NULL) = (message_id IS NULL)",
	})
}
