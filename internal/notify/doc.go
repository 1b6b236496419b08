// Package notify sends what leaves the house, text messages and emails, and takes what comes back: what the carrier
// says of a message, and what customers text.
//
// It is an outbox: a message is a row that is written in the transaction of what it is about, and a worker hands it
// to a Sender after commit. The state of sending (whose turn it is) and the status of delivery (what is known of the
// message) are apart, since both move at the same time.
//
// It guarantees that
//   - what was rolled back is not sent, and what was committed is sent, by whichever process is alive;
//   - of any number of workers one at a time has a delivery: a claim is taken in the database and ends by the
//     database's clock. A call to the carrier begins within the lease of its claim or not at all, so a process that was
//     paused does not send what another has sent meanwhile;
//   - a call whose outcome is unknown (a crash, a time-out, a lost answer) is repeated only after the claim and the
//     call must be over, and only after the carrier was asked whether it has the message (Sender.Lookup);
//   - two deliveries of the same text to the same number are not taken for each other by a carrier that does not know
//     our ids: what it has is one delivery's at most, and what it says of a delivery, in a report or as the answer to a
//     call, counts for more than what a lookup has found;
//   - a status only moves forward, QUEUED, SENT, then DELIVERED or FAILED, in whatever order and however often reports
//     arrive, also before the call that sent the message has returned; of two final reports the first one stays;
//   - whoever may refuse a message is asked right before it is handed over, however long it has waited;
//   - who is told of a status learns it in the transaction that writes it;
//   - the same inbound message counts once, and is kept;
//   - log lines hold ids and never a body, a number, an address, a link or a token.
//
// It does not guarantee that a message arrives only once where a carrier can neither be asked nor knows a message by
// its key: an email may arrive twice after a crash (package smtp). It does not know what a message is about, who may
// send it or how often: that is for the domain. It does not order messages among each other.
package notify
