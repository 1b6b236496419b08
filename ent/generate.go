// Package ent is the generated Postgres model: clients, queries and migrations of the tables in ent/schema.
package ent

//go:generate go tool ent generate --feature sql/upsert,sql/lock,sql/execquery,sql/modifier,sql/versioned-migration ./schema
