// Package testschema is a small schema with which the transports are tested: it answers, fails, waits, panics and
// floods as a test wants it to.
package testschema

//go:generate go tool gqlgen generate --config gqlgen.yml
