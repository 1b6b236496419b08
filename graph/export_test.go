package graph

// SharedFields are the fields that may be shared, by their types.
var SharedFields = shareable
