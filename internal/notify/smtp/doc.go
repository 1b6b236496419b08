// Package smtp hands emails to a mail server.
//
// It guarantees that
//   - nothing, the password least, goes over the network unencrypted, unless the server is on this machine or the
//     address says tls=none;
//   - a header holds one line, whatever the subject and the recipient hold;
//   - a message carries an id that is derived from its delivery, so that one sent again can be told, and the header that
//     keeps machines from answering;
//   - a call ends with its context;
//   - of its errors, notify.Refused means never, notify.NotTaken means later; any other means that the server may or may
//     not have taken the message.
//
// It does not guarantee that an email arrives once: SMTP has no way to ask what became of a message, so Lookup never
// knows, and a message whose call was cut off between its last byte and the server's answer is sent again. Nor does it
// ever say that an email was delivered: a mail server says only that it took it.
package smtp
