package twilio

// Sign is what a callback is to be signed with.
var Sign = sign
