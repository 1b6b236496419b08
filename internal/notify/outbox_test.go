package notify_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/database"
	"parley/internal/dbtest"
	"parley/internal/notify"
)

func TestMain(m *testing.M) { dbtest.Main(m) }

// patience is for what must happen, on a slow machine.
const patience = time.Minute

// house is a database with an organisation, a carrier, and what was told of deliveries.
type house struct {
	t       *testing.T
	db      *dbtest.DB
	org     string
	carrier *carrier
	told    chan ent.Delivery
}

func newHouse(t *testing.T) *house {
	t.Helper()
	t.Parallel()
	db := dbtest.New(t)
	org, err := db.Ent.Organization.Create().SetName("Demo").Save(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return &house{t: t, db: db, org: org.ID, carrier: newCarrier(), told: make(chan ent.Delivery, 1000)}
}

// quick is a tuning in which nothing takes long, except what a test makes due itself.
var quick = notify.Tuning{Poll: 20 * time.Millisecond, Retry: time.Hour, RetryMax: 4 * time.Hour}

// outbox returns an outbox on the house's database; change may alter its configuration.
func (h *house) outbox(change ...func(*notify.Config)) *notify.Outbox {
	c := notify.Config{
		Ent:     h.db.Ent,
		Senders: map[delivery.Channel]notify.Sender{delivery.ChannelSMS: h.carrier},
		Link:    func(id string) string { return "https://parley.example/r/" + id },
		Told: func(_ context.Context, _ *ent.Tx, d *ent.Delivery) error {
			h.told <- *d
			return nil
		},
		Tuning: quick,
	}
	for _, f := range change {
		f(&c)
	}
	return notify.New(c)
}

// run runs the outbox until the test ends.
func (h *house) run(o *notify.Outbox) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- o.Run(ctx) }()
	h.t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("Run: %v", err)
		}
	})
}

func (h *house) message(text string) notify.Message {
	return notify.Message{
		OrganizationID: h.org, Channel: delivery.ChannelSMS, From: "+41790000001", To: "+41791234567", Text: text, AboutID: "cinv_1",
	}
}

// enqueue commits a message and returns the id of its delivery.
func (h *house) enqueue(o *notify.Outbox, m notify.Message) string {
	h.t.Helper()
	var id string
	err := database.WithTx(h.t.Context(), h.db.Ent, func(tx *ent.Tx) error {
		d, err := o.EnqueueTx(h.t.Context(), tx, m)
		if err == nil {
			id = d.ID
		}
		return err
	})
	if err != nil {
		h.t.Fatalf("enqueue: %v", err)
	}
	return id
}

func (h *house) read(id string) *ent.Delivery {
	h.t.Helper()
	d, err := h.db.Ent.Delivery.Get(h.t.Context(), id)
	if err != nil {
		h.t.Fatal(err)
	}
	return d
}

// expect waits until the delivery is as wanted.
func (h *house) expect(id string, state delivery.State, status delivery.Status) *ent.Delivery {
	h.t.Helper()
	var d *ent.Delivery
	h.until(fmt.Sprintf("delivery is %s, %s", state, status), func() bool {
		d = h.read(id)
		return d.State == state && d.Status == status
	})
	return d
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

// makeDue lets the time pass that a delivery waits for, or that its claim lasts.
func (h *house) makeDue(id string) {
	h.t.Helper()
	_, err := h.db.SQL.ExecContext(h.t.Context(), `UPDATE deliveries SET due_at = now() - interval '1 second' WHERE id = $1`, id)
	if err != nil {
		h.t.Fatal(err)
	}
}

// wait returns how long the delivery is to wait yet.
func (h *house) wait(id string) time.Duration {
	h.t.Helper()
	var seconds float64
	err := h.db.SQL.QueryRowContext(h.t.Context(), `SELECT extract(epoch FROM due_at - now())::float8 FROM deliveries WHERE id = $1`, id).Scan(&seconds)
	if err != nil {
		h.t.Fatal(err)
	}
	return time.Duration(seconds * float64(time.Second))
}

// next waits for something on the channel.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(patience):
		t.Fatal("waited in vain")
		panic("unreachable")
	}
}

// carrier is one that takes every message, and counts, unless a test says otherwise.
type carrier struct {
	mu       sync.Mutex
	texts    map[string][]string                                // by delivery
	sending  func(ctx context.Context, m notify.Outgoing) error // before it takes a message
	answer   func(ctx context.Context, m notify.Outgoing) error // after it has
	lookedUp func() error                                       // after it knows its answer to a lookup
}

func newCarrier() *carrier {
	nothing := func(context.Context, notify.Outgoing) error { return nil }
	return &carrier{
		texts:   map[string][]string{},
		sending: nothing, answer: nothing, lookedUp: func() error { return nil },
	}
}

func (c *carrier) Send(ctx context.Context, m notify.Outgoing) (notify.Receipt, error) {
	if err := c.sending(ctx, m); err != nil {
		return notify.Receipt{}, err
	}
	c.mu.Lock()
	c.texts[m.DeliveryID] = append(c.texts[m.DeliveryID], m.Text)
	c.mu.Unlock()
	if err := c.answer(ctx, m); err != nil {
		return notify.Receipt{}, err
	}
	return receipt(m.DeliveryID), nil
}

func (c *carrier) Lookup(_ context.Context, m notify.Outgoing, _ time.Time) ([]notify.Receipt, error) {
	known := len(c.taken(m.DeliveryID)) > 0
	if err := c.lookedUp(); err != nil || !known {
		return nil, err
	}
	return []notify.Receipt{receipt(m.DeliveryID)}, nil
}

func receipt(id string) notify.Receipt {
	return notify.Receipt{CarrierID: "SM" + id, Status: delivery.StatusSent}
}

// taken returns the texts that were taken for the delivery.
func (c *carrier) taken(id string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.texts[id]
}
