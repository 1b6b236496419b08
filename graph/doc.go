// Package graph is the API: it translates between the schema and the domain packages, and decides nothing.
//
// A resolver is one call. Rules, permission and paging live in the domain; errors become what a client sees in
// errors.go and nowhere else; the protocols are in package transport, what is generated in package generated.
package graph
