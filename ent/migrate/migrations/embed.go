// Package migrations holds the SQL files that make the schema of the database, in the order of their names.
//
// They are written by the command internal/database/migration/new out of ent/schema, and never changed once released.
package migrations

import "embed"

// Files are the migrations, in goose's format.
//
//go:embed *.sql
var Files embed.FS
