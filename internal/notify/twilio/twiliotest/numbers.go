package twiliotest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// countries are those that the account sells numbers of, with their prefix and the kind that there is.
var countries = map[string]struct{ prefix, kind string }{
	"US": {"+1", "Local"}, "GB": {"+44", "Mobile"}, "FR": {"+33", "Local"},
}

// search shows numbers that are for sale.
func (w *Twilio) search(out http.ResponseWriter, path string, q url.Values) {
	country, kind, _ := strings.Cut(strings.TrimSuffix(path, ".json"), "/")
	has, known := countries[country]
	if !known || has.kind != kind {
		fail(out, http.StatusNotFound, 20404)
		return
	}
	found := []map[string]any{}
	for _, n := range w.forSale {
		ofArea := strings.HasPrefix(n, has.prefix+q.Get("AreaCode")) && strings.Contains(n, q.Get("Contains"))
		if ofArea && q.Get("SmsEnabled") == "true" {
			found = append(found, map[string]any{"phone_number": n, "friendly_name": n, "iso_country": country, "capabilities": map[string]bool{"SMS": true}})
		}
	}
	reply(out, http.StatusOK, map[string]any{"available_phone_numbers": found})
}

// buy sells a number.
func (w *Twilio) buy(out http.ResponseWriter, p url.Values) {
	n := p.Get("PhoneNumber")
	if code := w.refused[n]; code != 0 {
		fail(out, http.StatusBadRequest, code)
		return
	}
	at := slices.Index(w.forSale, n)
	if at < 0 {
		fail(out, http.StatusBadRequest, 21422)
		return
	}
	w.forSale = slices.Delete(w.forSale, at, at+1)
	bought := &Number{w.sid("PN"), n, p.Get("FriendlyName"), p.Get("SmsUrl"), p.Get("SmsMethod")}
	w.numbers = append(w.numbers, bought)
	reply(out, http.StatusCreated, shownNumber(bought))
}

func shownNumber(n *Number) map[string]any {
	return map[string]any{"sid": n.SID, "account_sid": AccountSID, "phone_number": n.Number, "friendly_name": n.Name, "sms_url": n.SMSURL}
}

// listNumbers shows numbers that the account has.
func (w *Twilio) listNumbers(out http.ResponseWriter, q url.Values) {
	found := []map[string]any{}
	for _, n := range w.numbers {
		if strings.Contains(n.Number, q.Get("PhoneNumber")) && (q.Get("FriendlyName") == "" || n.Name == q.Get("FriendlyName")) {
			found = append(found, shownNumber(n))
		}
	}
	reply(out, http.StatusOK, map[string]any{"incoming_phone_numbers": found, "next_page_uri": nil})
}

// release takes a number back, which is for sale again.
func (w *Twilio) release(out http.ResponseWriter, sid string) {
	at := slices.IndexFunc(w.numbers, func(n *Number) bool { return n.SID == sid })
	if at < 0 {
		fail(out, http.StatusNotFound, 20404)
		return
	}
	w.forSale = append(w.forSale, w.numbers[at].Number)
	w.numbers = slices.Delete(w.numbers, at, at+1)
	out.WriteHeader(http.StatusNoContent)
}
