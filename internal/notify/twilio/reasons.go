package twilio

import "fmt"

// Codes of Twilio's after which the same message may be taken later.
const (
	codeSenderQueueFull = 21611
	codeTooFast         = 14107
)

// reasons are what Twilio's codes mean, for people.
var reasons = map[int]string{
	21211: "This is not a valid phone number.",
	21214: "This number cannot be reached; it may not exist.",
	21217: "This is not a valid phone number.",
	21265: "This is a short code, and text messages cannot be sent to it.",
	21408: "Text messages to this country are not enabled at the carrier. An administrator can enable them there.",
	21601: noSender,
	21602: "The message has no text.",
	21603: noSender,
	21606: noSender,
	21610: "The customer has opted out of messages from this number, and can opt in again by texting START to it.",
	21612: "Text messages from this number cannot be sent to that one.",
	21614: "This is not a mobile number, so it takes no text messages.",
	21617: "The message is too long.",
	21635: "This is a landline, which takes no text messages.",
	21659: noSender,
	21660: noSender,
	30001: "The carrier has too many messages waiting from this number. Send it again later.",
	30002: "The account at the carrier is suspended. An administrator can find out why there.",
	30003: "The phone cannot be reached; it may be switched off or have no reception.",
	30004: "The phone or its network blocks this message.",
	30005: "This number is unknown; it may no longer exist.",
	30006: "This is a landline or a number that takes no text messages.",
	30007: "The message was filtered out as unwanted by the carrier.",
	30008: "The message was not delivered, and the carrier does not know why.",
	30022: "Too many messages were sent from this number. Send it again later.",
	30023: "The most messages that a day allows were sent from this number. Send it again tomorrow.",
	30032: unregistered,
	30034: unregistered,
	30036: "The message was not delivered in time.",
	30450: "The customer's network blocks messages from this number for now.",
}

const (
	noSender     = "The organisation's number cannot send text messages. An administrator can check it at the carrier."
	unregistered = "The organisation's number is not registered for text messages to this country. An administrator can register it at the carrier."
)

// reasonOf is what a code means, for people.
func reasonOf(code int) string {
	if reason, known := reasons[code]; known {
		return reason
	}
	if code == 0 {
		return "The carrier could not deliver the message and gave no reason."
	}
	return fmt.Sprintf("The carrier did not deliver the message (Twilio's error %d).", code)
}
