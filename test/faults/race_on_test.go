//go:build race

package faults

// buildFlags are those of the tests, so that both share what is built.
var buildFlags = []string{"-race"}
