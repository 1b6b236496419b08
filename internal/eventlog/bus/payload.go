package bus

import (
	"strconv"
	"strings"
)

// A payload is "ring1 <sender> <stream> <stream> …", or "ring1 <sender> *" for all streams. The first word is the kind,
// with its version: a process ignores kinds that it does not know, so that old and new ones get along side by side.
const (
	kindRing   = "ring1"
	allStreams = "*"

	// longest is PostgreSQL's limit.
	longest = 7999
)

// ring is what a payload says.
type ring struct {
	sender  string
	streams []int64
	all     bool
}

// encode returns the payloads that ring the streams.
func encode(sender string, streams []int64, all bool) (payloads []string) {
	head := kindRing + " " + sender
	if all {
		return []string{head + " " + allStreams}
	}
	payload := []byte(head)
	for _, id := range streams {
		name := " " + strconv.FormatInt(id, 10)
		if len(payload)+len(name) > longest {
			payloads = append(payloads, string(payload))
			payload = []byte(head)
		}
		payload = append(payload, name...)
	}
	if len(payload) > len(head) {
		payloads = append(payloads, string(payload))
	}
	return payloads
}

// decode reads a payload, and tells whether it is one of ours.
func decode(payload string) (r ring, ok bool) {
	if len(payload) > longest {
		return ring{}, false
	}
	words := strings.Split(payload, " ")
	if len(words) < 3 || words[0] != kindRing {
		return ring{}, false
	}
	r.sender = words[1]
	if len(words) == 3 && words[2] == allStreams {
		r.all = true
		return r, true
	}
	for _, word := range words[2:] {
		id, err := strconv.ParseInt(word, 10, 64)
		if err != nil {
			return ring{}, false
		}
		r.streams = append(r.streams, id)
	}
	return r, true
}
