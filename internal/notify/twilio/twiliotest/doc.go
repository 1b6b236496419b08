// Package twiliotest is a Twilio for tests: one account, as the documented API shows it, with messages and numbers, and
// with the ways in which it may fail. It is written from Twilio's documentation, not from the client that is tested
// against it, and calls back with signatures of its own making.
//
// It does what it is told alone: statuses move when a test says so, and numbers are for sale that a test has put there.
package twiliotest
