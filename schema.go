// Package parley holds the schema, so that the server can hand it out.
package parley

import _ "embed" // schema.graphqls

//go:generate go tool gqlgen generate

// Schema is the SDL of the API.
//
//go:embed schema.graphqls
var Schema string
