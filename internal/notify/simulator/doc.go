// Package simulator is a carrier and a mail server for trying Parley out without either: a phone and a mailbox that
// hold what was sent, report on it, and answer.
//
// It guarantees that
//   - it comes through the same ports as the real ones: it is a notify.Sender, and calls a notify.Receiver back;
//   - what it holds is in the database, so several processes share it and a restart loses nothing, reports included;
//   - a message that is sent again with the same delivery id is there once;
//   - it reports SENT and then DELIVERED within a second, FAILED for numbers that end in 0000, and nothing by itself for
//     those in 9999; a report made by hand counts like its own, and of two final ones the first;
//   - a page of a foreign origin cannot make it do anything: it takes nothing but JSON.
//
// It asks nobody who they are, nor by what name they reached it (the server does, against DNS rebinding), and keeps
// messages with the links in them: it is not for production.
package simulator
