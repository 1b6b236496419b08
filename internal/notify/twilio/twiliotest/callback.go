package twiliotest

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"io"
	"net/http"
	"net/url"
	"sort"
	"strconv"
	"strings"
)

// Sign is the signature of an address and what is posted to it, as Twilio documents it: HMAC-SHA1 over the address and
// each name with its value, in the order of the names.
func Sign(token, address string, form url.Values) string {
	var pairs [][2]string
	for name, values := range form {
		for _, value := range values {
			pairs = append(pairs, [2]string{name, value})
		}
	}
	sort.Slice(pairs, func(i, j int) bool {
		return pairs[i][0] < pairs[j][0] || pairs[i][0] == pairs[j][0] && pairs[i][1] < pairs[j][1]
	})
	mac := hmac.New(sha1.New, []byte(token))
	_, _ = io.WriteString(mac, address)
	for _, pair := range pairs {
		_, _ = io.WriteString(mac, pair[0]+pair[1])
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Post makes a callback to an address, signed with the token; the end behind # stays at home. Where a host is given it is
// made there, as by a proxy that stands at the address. It returns the answer's status and body.
func (w *Twilio) Post(address, token string, form url.Values, through ...string) (int, string) {
	w.t.Helper()
	address, _, _ = strings.Cut(address, "#")
	to, err := url.Parse(address)
	if err != nil {
		w.t.Fatal(err)
	}
	if len(through) > 0 {
		to.Scheme, to.Host = "http", through[0]
	}
	r, err := http.NewRequest(http.MethodPost, to.String(), strings.NewReader(form.Encode()))
	if err != nil {
		w.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	r.Header.Set("X-Twilio-Signature", Sign(token, address, form))
	response, err := w.client.Do(r)
	if err != nil {
		w.t.Error(err) // not Fatal: it may be called beside the test
		return 0, ""
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		w.t.Error(err)
	}
	return response.StatusCode, string(body)
}

// Report calls back with a status of a message, and returns the answer's status.
func (w *Twilio) Report(m Message, status string, code int) int {
	w.t.Helper()
	answered, _ := w.Post(m.Callback, AuthToken, StatusForm(m, status, code))
	return answered
}

// StatusForm is what a status callback posts.
func StatusForm(m Message, status string, code int) url.Values {
	form := url.Values{
		"AccountSid": {AccountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {m.SID}, "SmsSid": {m.SID}, "From": {m.From}, "To": {m.To},
		"MessageStatus": {status}, "SmsStatus": {status},
	}
	if code != 0 {
		form.Set("ErrorCode", strconv.Itoa(code))
	}
	return form
}

// SMSForm is what the callback on a customer's message posts.
func SMSForm(sid, from, to, body string) url.Values {
	return url.Values{
		"AccountSid": {AccountSID}, "ApiVersion": {"2010-04-01"}, "MessageSid": {sid}, "SmsSid": {sid}, "SmsMessageSid": {sid},
		"From": {from}, "To": {to}, "Body": {body}, "NumMedia": {"0"}, "NumSegments": {"1"}, "SmsStatus": {"received"},
		"FromCountry": {"GB"}, "FromCity": {""},
	}
}
