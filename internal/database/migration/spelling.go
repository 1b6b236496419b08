package migration

import (
	"regexp"

	"ariga.io/atlas/sql/postgres"
	atlas "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect/sql/schema"
)

// sameSpelling keeps conditions of partial indexes from looking changed when only their spelling is. PostgreSQL rewrites
// "kind IN ('A', 'B')" on a varchar column, and rewrites its own rewriting once more when a migration that holds it
// is applied; the schema goes through that once, the migrations twice.
func sameSpelling(next schema.Differ) schema.Differ {
	return schema.DiffFunc(func(current, desired *atlas.Schema) ([]atlas.Change, error) {
		for _, table := range desired.Tables {
			if old, ok := current.Table(table.Name); ok {
				takeSpelling(old, table)
			}
		}
		return next.Diff(current, desired)
	})
}

// takeSpelling writes conditions of the old table's indexes as the new table does, where they mean the same.
func takeSpelling(old, table *atlas.Table) {
	for _, index := range table.Indexes {
		before, ok := old.Index(index.Name)
		if !ok {
			continue
		}
		was, is := condition(before), condition(index)
		if was != nil && is != nil && plain(was.P) == plain(is.P) {
			was.P = is.P
		}
	}
}

func condition(index *atlas.Index) *postgres.IndexPredicate {
	for _, attr := range index.Attrs {
		if p, ok := attr.(*postgres.IndexPredicate); ok {
			return p
		}
	}
	return nil
}

// plain returns the condition without the casts of a list of texts, which PostgreSQL puts around the list the first time and
// around its items the second.
func plain(condition string) string {
	condition = regexp.MustCompile(`\(('(?:[^']|'')*'::character varying)\)::text`).ReplaceAllString(condition, "$1")
	return regexp.MustCompile(`\(\((ARRAY\[[^\]]*\])\)::text\[\]\)`).ReplaceAllString(condition, "($1)")
}
