package migration

// Plain is for its test.
var Plain = plain
