package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"parley/internal/typeid"
)

// Links makes the addresses that are credentials. The token in an address is the id of a row and a keyed hash of it,
// so nothing of it is kept, and a forged one is refused without a look at the database.
type Links struct {
	secret []byte
	base   string // what addresses begin with, without a slash at the end
}

// NewLinks returns links that begin with the public URL and are derived from the secret.
func NewLinks(secret []byte, publicURL string) *Links {
	return &Links{secret: secret, base: strings.TrimSuffix(publicURL, "/")}
}

// macBytes is 128 bits: what cannot be guessed.
const macBytes = 16

// URL returns the address under the path, such as /r/, for the row.
func (l *Links) URL(path, id string) string { return l.base + path + l.Token(id) }

// CodeURL returns the address under the path, such as /s/, that has the row's code.
func (l *Links) CodeURL(path, id string) string { return l.base + path + l.Code(id) }

// Token returns the token for the row.
func (l *Links) Token(id string) string {
	_, suffix, _ := strings.Cut(id, "_")
	return suffix + base64.RawURLEncoding.EncodeToString(l.mac(id))
}

// ID returns the id of the row, of the type with the prefix, that a token is for; false where it is for none.
func (l *Links) ID(prefix, token string) (string, bool) {
	const suffixLen = 26
	if len(token) <= suffixLen {
		return "", false
	}
	id := prefix + "_" + token[:suffixLen]
	if _, ok := typeid.Prefix(id); !ok {
		return "", false
	}
	return id, hmac.Equal([]byte(token), []byte(l.Token(id)))
}

func (l *Links) mac(id string) []byte { return l.keyed("parley link ", id)[:macBytes] }

func (l *Links) keyed(purpose, what string) []byte {
	h := hmac.New(sha256.New, l.secret)
	h.Write([]byte(purpose + what))
	return h.Sum(nil)
}
