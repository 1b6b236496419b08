package simulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"parley/ent/delivery"
	"parley/internal/apierr"
	"parley/internal/dbtest"
	"parley/internal/notify"
	"parley/internal/notify/simulator"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// house is what the simulator calls back: it keeps what it is told.
type house struct {
	t       *testing.T
	db      *dbtest.DB
	sim     *simulator.Simulator
	http    http.Handler
	reports chan notify.Report
	texts   chan notify.Inbound
	refuse  func(notify.Report) error
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	h := &house{
		t: t, db: dbtest.New(t), reports: make(chan notify.Report, 100), texts: make(chan notify.Inbound, 100),
		refuse: func(notify.Report) error { return nil },
	}
	h.sim = h.simulator()
	h.http = h.sim.Handler(h)
	return h
}

// simulator returns another process's simulator of the same house.
func (h *house) simulator() *simulator.Simulator {
	return simulator.New(simulator.Config{Ent: h.db.Ent, Pace: 20 * time.Millisecond})
}

func (h *house) Report(_ context.Context, r notify.Report) error {
	h.reports <- r
	return h.refuse(r)
}

func (h *house) ReceiveSMS(_ context.Context, m notify.Inbound) error {
	h.texts <- m
	return nil
}

// run lets the carrier report until the function that it returns is called.
func (h *house) run(sim *simulator.Simulator) (stop func()) {
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- sim.Run(ctx, h) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("Run: %v", err)
		}
	})
	h.t.Cleanup(stop)
	return stop
}

func (h *house) send(m notify.Outgoing) notify.Receipt {
	h.t.Helper()
	receipt, err := h.sim.Send(h.t.Context(), m)
	if err != nil {
		h.t.Fatalf("send: %v", err)
	}
	return receipt
}

func sms(id, to string) notify.Outgoing {
	return notify.Outgoing{DeliveryID: id, Channel: delivery.ChannelSMS, From: "+41790000001", To: to, Text: "hello " + id}
}

func (h *house) next() notify.Report {
	h.t.Helper()
	select {
	case r := <-h.reports:
		return r
	case <-time.After(patience):
		h.t.Fatal("waited in vain for a report")
		panic("unreachable")
	}
}

// message is one as the API shows it.
type message struct {
	ID, Channel, From, To, Subject, Text, HTML, Status string
	SentAt                                             time.Time
	Error                                              string
}

func (h *house) list(to string) []message {
	h.t.Helper()
	return decode[[]message](h.t, h.get("/simulator/messages?to="+url.QueryEscape(to)))
}

func (h *house) get(path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.http.ServeHTTP(w, httptest.NewRequestWithContext(h.t.Context(), "GET", path, nil))
	return w
}

func (h *house) post(path, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(h.t.Context(), "POST", path, bytes.NewBufferString(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	h.http.ServeHTTP(w, r)
	return w
}

func decode[T any](t *testing.T, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return v
}

// until waits for a condition in the database.
func (h *house) until(what string, holds func() bool) {
	h.t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	late := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			h.t.Fatalf("waited in vain until %s", what)
		}
	}
}

func (h *house) expect(to, status string) {
	h.t.Helper()
	h.until(to+" is "+status, func() bool {
		all := h.list(to)
		return len(all) == 1 && all[0].Status == status
	})
}

func TestSentAgainIsOneMessage(t *testing.T) {
	h := newHouse(t)
	first, second := h.send(sms("dlv_1", "+41791234567")), h.send(sms("dlv_1", "+41791234567"))
	if first != second || first.CarrierID == "" {
		t.Errorf("receipts %+v and %+v, want the same", first, second)
	}
	if all := h.list("+41791234567"); len(all) != 1 || all[0].ID != first.CarrierID {
		t.Errorf("listed %+v", all)
	}
	known, err := h.simulator().Lookup(t.Context(), sms("dlv_1", "+41791234567"), time.Now())
	if err != nil || len(known) != 1 || known[0] != first {
		t.Errorf("lookup: %+v, %v", known, err)
	}
	if known, err := h.sim.Lookup(t.Context(), sms("dlv_2", "+41791234567"), time.Now()); len(known) != 0 || err != nil {
		t.Errorf("lookup of what was not sent: %+v, %v", known, err)
	}
}

func TestR6_ReportsSentThenDelivered(t *testing.T) {
	h := newHouse(t)
	h.run(h.sim)
	receipt := h.send(sms("dlv_1", "+41791234567"))
	for _, want := range []delivery.Status{delivery.StatusSent, delivery.StatusDelivered} {
		if got := h.next(); got != (notify.Report{DeliveryID: "dlv_1", CarrierID: receipt.CarrierID, Status: want}) {
			t.Errorf("report %+v, want %s", got, want)
		}
	}
	h.expect("+41791234567", "DELIVERED")
}

func TestUnreachableNumbersFail(t *testing.T) {
	h := newHouse(t)
	h.run(h.sim)
	h.send(sms("dlv_1", "+41791230000"))
	if got := h.next(); got.Status != delivery.StatusFailed || got.Reason != "unreachable" {
		t.Errorf("report %+v, want FAILED, unreachable", got)
	}
	h.expect("+41791230000", "FAILED")
}

// Of the silent number nothing is heard while another, sent after it, gets all its reports; by hand it works.
func TestSilentNumbersReportByHandOnly(t *testing.T) {
	h := newHouse(t)
	h.run(h.sim)
	silent := h.send(sms("dlv_silent", "+41791239999"))
	h.send(sms("dlv_2", "+41791234567"))
	for range 2 {
		if got := h.next(); got.DeliveryID != "dlv_2" {
			t.Errorf("report %+v", got)
		}
	}
	h.expect("+41791239999", "QUEUED")

	body := `{"id":"` + silent.CarrierID + `","status":"FAILED","reason":"no signal"}`
	if w := h.post("/simulator/status", "application/json", body); w.Code != 200 || decode[message](t, w).Status != "FAILED" {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	want := notify.Report{DeliveryID: "dlv_silent", CarrierID: silent.CarrierID, Status: delivery.StatusFailed, Reason: "no signal"}
	if got := h.next(); got != want {
		t.Errorf("report %+v, want %+v", got, want)
	}
}

// The first final report stays, in the list too.
func TestR6_ReportsByHandNeverMoveTheListBackwards(t *testing.T) {
	h := newHouse(t)
	id := h.send(sms("dlv_1", "+41791239999")).CarrierID
	for _, step := range [][2]string{{"DELIVERED", "DELIVERED"}, {"SENT", "DELIVERED"}, {"FAILED", "DELIVERED"}} {
		w := h.post("/simulator/status", "application/json", `{"id":"`+id+`","status":"`+step[0]+`"}`)
		if got := decode[message](t, w).Status; got != step[1] {
			t.Errorf("after %s it is %s, want %s", step[0], got, step[1])
		}
		h.next() // each of them is reported: to refuse is for who hears it
	}
}

func TestReportsSurviveARestart(t *testing.T) {
	h := newHouse(t)
	h.send(sms("dlv_1", "+41791234567")) // and nobody reports: the process ends here
	stop := h.run(h.simulator())
	for h.next().Status != delivery.StatusDelivered {
	}
	stop()
	h.run(h.simulator())
	h.expect("+41791234567", "DELIVERED")
}

// A report that could not be taken is made again; one that nobody wants is not; a panic ends nothing.
func TestReportIsMadeUntilItIsTaken(t *testing.T) {
	h := newHouse(t)
	var mu sync.Mutex
	calls := map[string]int{}
	h.refuse = func(r notify.Report) error {
		mu.Lock()
		calls[r.DeliveryID]++
		n := calls[r.DeliveryID]
		mu.Unlock()
		switch {
		case r.DeliveryID == "dlv_gone":
			return apierr.MissingThing("delivery")
		case n == 1:
			panic("out of order")
		case n == 2:
			return context.DeadlineExceeded
		}
		return nil
	}
	h.run(h.sim)
	h.send(sms("dlv_1", "+41791230000"))
	h.send(sms("dlv_gone", "+41791220000"))
	h.expect("+41791230000", "FAILED")
	h.expect("+41791220000", "FAILED")
	mu.Lock()
	defer mu.Unlock()
	if calls["dlv_1"] != 3 || calls["dlv_gone"] != 1 {
		t.Errorf("reports: %v, want dlv_1 three times and dlv_gone once", calls)
	}
}
