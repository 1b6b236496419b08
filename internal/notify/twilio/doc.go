// Package twilio sends text messages by Twilio, takes what Twilio calls back with, and buys numbers there. It is a small
// client of its own over Twilio's HTTP API.
//
// It guarantees that
//   - of the errors of Send, notify.Refused is one that Twilio has answered and that stays, with a reason that a person
//     understands; notify.NotTaken is one after which Twilio certainly has no message: nothing was written to it, it said
//     429 (which it documents as not processed), or it did not let us in. Everything else is unknown, a 5xx as well;
//   - nothing is taken for Twilio's that is not signed with the account's token, over the address at which Twilio knows us
//     (PARLEY_PUBLIC_URL), whatever stands between;
//   - a callback is answered with success only once what it says is written down, and Twilio is asked to repeat it
//     otherwise;
//   - a number is bought once for a reference: it bears the reference as its name, and is looked for before and after;
//   - neither the token nor an address, which has numbers in it, nor Twilio's words, which may have, are in an error.
//
// Twilio knows no idempotency keys, and does not show what a message's callbacks go to. So what became of a call is first
// said by those callbacks: their address has our delivery's id in it. Where none has come, Lookup asks for messages
// between the two numbers with the same text since the delivery was made, and the outbox leaves out those that are other
// deliveries'. They are not asked for by DateSent: what Twilio has in its queue was not sent yet and has no such date.
//
// It does not know a message whose text Twilio has removed (message redaction): with that, a call whose answer was lost
// is repeated. Pictures that a customer sends are not fetched.
package twilio
