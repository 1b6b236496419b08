// Package typeid makes and checks the ids of things: TypeID text such as room_01h455vb4pex5vsknk084sn02q, a prefix
// that names the type and a UUIDv7 in Crockford's base32 (https://github.com/jetify-com/typeid, version 0.3).
//
// An id is kept in the database as this text, so an id of another type is simply not found.
package typeid

import (
	"strings"

	"github.com/google/uuid"
)

// alphabet is Crockford's base32 in lower case, in order of value, so that ids sort by time.
const alphabet = "0123456789abcdefghjkmnpqrstvwxyz"

const suffixLen = 26

// New returns a new id with the prefix.
func New(prefix string) string {
	return prefix + "_" + encode(uuid.Must(uuid.NewV7()))
}

// Maker returns a function that makes ids with the prefix, for ent's DefaultFunc.
func Maker(prefix string) func() string {
	return func() string { return New(prefix) }
}

// Prefix returns the part of an id that names its type, and false where id is not an id at all.
func Prefix(id string) (string, bool) {
	at := strings.LastIndexByte(id, '_')
	if at < 1 || len(id)-at-1 != suffixLen || id[at+1] > '7' {
		return "", false
	}
	if strings.Trim(id[at+1:], alphabet) != "" || strings.Trim(id[:at], "abcdefghijklmnopqrstuvwxyz") != "" {
		return "", false
	}
	return id[:at], true
}

// encode writes the 128 bits as 26 characters of five bits each, the first of which holds three.
func encode(u uuid.UUID) string {
	var out [suffixLen]byte
	var window uint64
	bits, at := 2, 0 // two leading zero bits make 130
	for _, b := range u {
		window = window<<8 | uint64(b)
		for bits += 8; bits >= 5; at++ {
			bits -= 5
			out[at] = alphabet[window>>bits&31]
		}
	}
	return string(out[:])
}
