package twilio

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// signatureHeader holds what Twilio signs a callback with.
const signatureHeader = "X-Twilio-Signature"

// signed tells whether a request, whose form was parsed, is signed with the account's token. Twilio signs the address
// that it was told, so that a proxy between does not matter: the public one, with the path and the query as they came.
// Whether it signs the address's port and end (repeats) has differed, so either counts.
func (a *Account) signed(r *http.Request) bool {
	claimed, valid := []byte(r.Header.Get(signatureHeader)), false
	for _, public := range spellings(a.public) {
		for _, end := range []string{"", repeats} {
			expected := sign(a.settings.AuthToken, public+r.URL.RequestURI()+end, r.PostForm)
			valid = hmac.Equal(claimed, []byte(expected)) || valid
		}
	}
	return valid
}

// sign is the signature of an address and the parameters that are posted to it: of the address, then each name with each
// of its values, sorted. Of values that are the same one counts, as in Twilio's own libraries.
func sign(token, address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, name := range names {
		for _, value := range slices.Compact(slices.Sorted(slices.Values(form[name]))) {
			mac.Write([]byte(name + value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// spellings are an origin with its port and without.
func spellings(origin string) []string {
	u, err := url.Parse(origin)
	if err != nil || u.Port() != "" && u.Scheme != "https" {
		return []string{origin}
	}
	if u.Port() != "" {
		return []string{origin, strings.TrimSuffix(origin, ":"+u.Port())}
	}
	return []string{origin, origin + map[string]string{"http": ":80", "https": ":443"}[u.Scheme]}
}
