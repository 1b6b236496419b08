package bus

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A payload of rings is "ring <topic> <sender> <name> <name> …", or "… *" for everything of the topic. One of a signal
// is "say <topic> <sender> <number> <signal>"; the number differs from that of the signal before, since PostgreSQL makes
// one of two payloads that are equal. A topic has its version in its name: a process ignores those that it does not know,
// so that old and new ones get along side by side.
const (
	kindRing   = "ring"
	kindSignal = "say"
	everything = "*"

	// longest is PostgreSQL's limit.
	longest = 7999
)

// Longest is how many bytes a signal may have.
const Longest = 7500

// fits tells whether a signal can be carried. PostgreSQL takes no zero bytes, and no text that is not UTF-8.
func fits(topic, signal string) bool {
	return len(topic)+len(signal) <= Longest && utf8.ValidString(signal) && !strings.Contains(signal, "\x00")
}

// news is what a payload says.
type news struct {
	topic, sender string
	said          []string // names that were rung, or the signal
	all           bool
}

// encodeRings returns the payloads that ring the names of a topic.
func encodeRings(topic, sender string, names []string, all bool) (payloads []string) {
	head := kindRing + " " + topic + " " + sender
	if all {
		return []string{head + " " + everything}
	}
	payload := []byte(head)
	for _, name := range names {
		if len(payload)+1+len(name) > longest {
			payloads = append(payloads, string(payload))
			payload = []byte(head)
		}
		payload = append(append(payload, ' '), name...)
	}
	if len(payload) > len(head) {
		payloads = append(payloads, string(payload))
	}
	return payloads
}

func encodeSignal(topic, sender string, number uint64, signal string) string {
	return kindSignal + " " + topic + " " + sender + " " + strconv.FormatUint(number, 36) + " " + signal
}

// decode reads a payload, and tells whether it is one of ours.
func decode(payload string) (n news, ok bool) {
	if len(payload) > longest {
		return news{}, false
	}
	words := strings.SplitN(payload, " ", 4)
	if len(words) < 4 || words[1] == "" || words[2] == "" {
		return news{}, false
	}
	n.topic, n.sender = words[1], words[2]
	switch rest := words[3]; {
	case words[0] == kindSignal:
		number, signal, found := strings.Cut(rest, " ")
		n.said = []string{signal}
		return n, found && number != ""
	case words[0] != kindRing:
		return news{}, false
	case rest == everything:
		n.all = true
		return n, true
	default:
		n.said = strings.Split(rest, " ")
		for _, name := range n.said {
			if name == "" || name == everything {
				return news{}, false
			}
		}
		return n, true
	}
}
