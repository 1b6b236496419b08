package session

// Free is the first seat that is not taken.
var Free = free
