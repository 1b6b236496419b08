package twiliotest

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
	"unicode/utf8"
)

// sid makes the next name of a kind.
func (w *Twilio) sid(kind string) string {
	w.made++
	return fmt.Sprintf("%s%032x", kind, w.made)
}

// create takes a message.
func (w *Twilio) create(out http.ResponseWriter, p url.Values) {
	code := w.refused[p.Get("To")]
	switch {
	case code != 0:
	case p.Get("To") == "":
		code = 21604
	case p.Get("From") == "":
		code = 21603
	case p.Get("Body") == "":
		code = 21602
	case utf8.RuneCountInString(p.Get("Body")) > 1600:
		code = 21617
	}
	if code != 0 {
		fail(out, http.StatusBadRequest, code)
		return
	}
	m := &Message{
		SID: w.sid("SM"), From: p.Get("From"), To: p.Get("To"), Body: w.bodyOf(p.Get("Body")), Status: "queued",
		Callback: p.Get("StatusCallback"), Created: w.clock(),
	}
	w.messages = append(w.messages, m)
	reply(out, http.StatusCreated, shown(m))
}

func shown(m *Message) map[string]any {
	return map[string]any{
		"account_sid": AccountSID, "sid": m.SID, "from": m.From, "to": m.To, "body": m.Body, "status": m.Status,
		"direction": "outbound-api", "date_created": m.Created.UTC().Format(time.RFC1123Z), "date_sent": nil,
		"error_code": nil, "error_message": nil, "num_segments": "1", "uri": root + "Messages/" + m.SID + ".json",
	}
}

// list shows messages, the newest first.
func (w *Twilio) list(out http.ResponseWriter, q url.Values) {
	var found []map[string]any
	for _, m := range slices.Backward(w.messages) {
		if (q.Get("To") == "" || m.To == q.Get("To")) && (q.Get("From") == "" || m.From == q.Get("From")) {
			found = append(found, shown(m))
		}
	}
	size, err := strconv.Atoi(q.Get("PageSize"))
	if err != nil || size < 1 || size > 1000 {
		size = 50
	}
	if w.pages > 0 {
		size = min(size, w.pages)
	}
	number, _ := strconv.Atoi(q.Get("Page"))
	from, to := min(number*size, len(found)), min((number+1)*size, len(found))
	var next any
	if to < len(found) {
		q.Set("Page", strconv.Itoa(number+1))
		q.Set("PageToken", "PA"+found[to-1]["sid"].(string))
		next = root + "Messages.json?" + q.Encode()
	}
	page := append([]map[string]any{}, found[from:to]...)
	reply(out, http.StatusOK, map[string]any{"messages": page, "page": number, "page_size": size, "next_page_uri": next})
}
