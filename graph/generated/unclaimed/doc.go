// Package unclaimed is where the generator puts a model that no package has claimed by its name: move it from here to
// the domain that it belongs to.
package unclaimed
