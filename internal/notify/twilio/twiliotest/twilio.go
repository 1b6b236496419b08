package twiliotest

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// AccountSID and AuthToken are the account's. The token is long enough to be looked for in logs.
const (
	AccountSID = "AC0123456789abcdef0123456789abcdef"
	AuthToken  = "the token that Twilio signs with"
)

const root = "/2010-04-01/Accounts/" + AccountSID + "/"

// Twilio is one account.
type Twilio struct {
	t      testing.TB
	server *httptest.Server
	client *http.Client

	mu       sync.Mutex
	messages []*Message // the newest last
	numbers  []*Number
	forSale  []string
	made     int // sids
	refused  map[string]int
	faults   []Fault
	asked    []Request
	pages    int // the most messages on a page, whatever is asked for; 0 for what is asked for
	hung     chan struct{}
	clock    func() time.Time
	bodyOf   func(string) string // what a text becomes
}

// Message is a message that was taken.
type Message struct {
	SID, From, To, Body, Status, Callback string
	Created                               time.Time
}

// Number is a number that the account has.
type Number struct{ SID, Number, Name, SMSURL, Method string }

// Request is what was asked.
type Request struct {
	Method, Path string
	Params       url.Values
}

// Fault is what happens to a request instead of, or after, what it asks for.
type Fault struct {
	On     string      // the method and the end of the path, such as "POST Messages.json"
	Status int         // answers so; 0 for the right answer to what was done before
	Code   int         // with this error code; 0 for a body that is not Twilio's
	Header http.Header // and with these
	After  bool        // does what is asked before
	Hang   bool        // never answers
	Drop   bool        // ends the connection without an answer
	Then   func()      // called when it has happened, before it answers, hangs or drops
}

// New starts an account, which ends with the test.
func New(t testing.TB) *Twilio {
	w := &Twilio{
		t: t, refused: map[string]int{}, hung: make(chan struct{}), clock: time.Now,
		client: &http.Client{Transport: &http.Transport{}},
		bodyOf: func(text string) string { return text },
	}
	w.server = httptest.NewServer(w)
	t.Cleanup(func() {
		close(w.hung)
		w.client.CloseIdleConnections()
		w.server.Close()
	})
	return w
}

// URL is where the API is.
func (w *Twilio) URL() string { return w.server.URL }

// Fail makes the next requests that a fault is on fail, each fault once, in this order.
func (w *Twilio) Fail(faults ...Fault) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.faults = append(w.faults, faults...)
}

// Refuse makes messages to a number, or the purchase of it, an error with the code.
func (w *Twilio) Refuse(number string, code int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refused[number] = code
}

// Sell puts numbers up for sale.
func (w *Twilio) Sell(numbers ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.forSale = append(w.forSale, numbers...)
}

// PageSize makes pages of messages no longer than this.
func (w *Twilio) PageSize(most int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.pages = most
}

// At sets the time at which messages are made.
func (w *Twilio) At(at time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.clock = func() time.Time { return at }
}

// Rewrite sets what texts become when they are taken.
func (w *Twilio) Rewrite(bodyOf func(string) string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.bodyOf = bodyOf
}

// Messages are those that were taken, oldest first.
func (w *Twilio) Messages() []Message {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Message, len(w.messages))
	for i, m := range w.messages {
		all[i] = *m
	}
	return all
}

// Numbers are those that the account has.
func (w *Twilio) Numbers() []Number {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make([]Number, len(w.numbers))
	for i, n := range w.numbers {
		all[i] = *n
	}
	return all
}

// Asked are the requests so far.
func (w *Twilio) Asked() []Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.asked)
}

// ServeHTTP is the API.
func (w *Twilio) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		fail(out, http.StatusBadRequest, 20001)
		return
	}
	fault, right := w.note(r), httptest.NewRecorder()
	if fault == nil || fault.After {
		w.serve(right, r)
	}
	if fault != nil {
		w.misbehave(out, r, fault)
	}
	if fault == nil || fault.Status == 0 {
		out.Header().Set("Content-Type", right.Header().Get("Content-Type"))
		out.WriteHeader(right.Code)
		_, _ = out.Write(right.Body.Bytes())
	}
}

// note keeps what was asked, and takes the fault that is on it.
func (w *Twilio) note(r *http.Request) *Fault {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, Request{r.Method, r.URL.Path, r.Form})
	for i, f := range w.faults {
		if method, end, _ := strings.Cut(f.On, " "); method == r.Method && strings.HasSuffix(r.URL.Path, end) {
			w.faults = slices.Delete(w.faults, i, i+1)
			return &f
		}
	}
	return nil
}

func (w *Twilio) misbehave(out http.ResponseWriter, r *http.Request, f *Fault) {
	if f.Then != nil {
		f.Then()
	}
	switch {
	case f.Hang:
		select {
		case <-w.hung:
		case <-r.Context().Done():
		}
		panic(http.ErrAbortHandler)
	case f.Drop:
		panic(http.ErrAbortHandler)
	}
	for name, values := range f.Header {
		out.Header()[name] = values
	}
	switch {
	case f.Status == 0:
	case f.Code == 0:
		http.Error(out, "<html>something went wrong</html>", f.Status)
	default:
		fail(out, f.Status, f.Code)
	}
}

func (w *Twilio) serve(out http.ResponseWriter, r *http.Request) {
	user, password, _ := r.BasicAuth()
	if user != AccountSID || subtle.ConstantTimeCompare([]byte(password), []byte(AuthToken)) == 0 {
		fail(out, http.StatusUnauthorized, 20003)
		return
	}
	path, ours := strings.CutPrefix(r.URL.Path, root)
	if !ours {
		fail(out, http.StatusNotFound, 20404)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	number, one := strings.CutPrefix(path, "IncomingPhoneNumbers/")
	search, available := strings.CutPrefix(path, "AvailablePhoneNumbers/")
	switch {
	case r.Method == http.MethodPost && path == "Messages.json":
		w.create(out, r.PostForm)
	case r.Method == http.MethodGet && path == "Messages.json":
		w.list(out, r.URL.Query())
	case r.Method == http.MethodGet && available:
		w.search(out, search, r.URL.Query())
	case r.Method == http.MethodGet && path == "IncomingPhoneNumbers.json":
		w.listNumbers(out, r.URL.Query())
	case r.Method == http.MethodPost && path == "IncomingPhoneNumbers.json":
		w.buy(out, r.PostForm)
	case r.Method == http.MethodDelete && one:
		w.release(out, strings.TrimSuffix(number, ".json"))
	default:
		fail(out, http.StatusNotFound, 20404)
	}
}

// fail answers with an error as Twilio's are. Its words hold what no log may show.
func fail(out http.ResponseWriter, status, code int) {
	reply(out, status, map[string]any{
		"code": code, "status": status, "message": "The number canary did something wrong",
		"more_info": "https://www.twilio.com/docs/errors/canary",
	})
}

func reply(out http.ResponseWriter, status int, what any) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(status)
	_ = json.NewEncoder(out).Encode(what)
}
