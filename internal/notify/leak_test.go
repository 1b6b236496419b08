package notify_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"parley/ent/delivery"
	"parley/internal/notify"
)

// journal is a log that tests can read while it is written.
type journal struct {
	mu  sync.Mutex
	log bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.log.String()
}

// Senders put what they like into their errors and panics: the log shows nothing of it.
func TestLogHoldsNothingOfAMessage(t *testing.T) {
	h := newHouse(t)
	var log journal
	h.carrier.sending = func(_ context.Context, m notify.Outgoing) error {
		said := fmt.Sprintf("POST %s %s: %s", m.From, m.To, m.Text)
		switch {
		case strings.HasPrefix(m.Text, "panic"):
			panic(said)
		case strings.HasPrefix(m.Text, "refuse"):
			return notify.Refused{Reason: said, Code: "21614"}
		case strings.HasPrefix(m.Text, "later"):
			return notify.NotTaken{Code: "503", Err: errors.New(said)}
		}
		return errors.New(said)
	}
	o := h.outbox(func(c *notify.Config) {
		c.Logger = slog.New(slog.NewTextHandler(&log, nil))
		c.Tuning.Attempts = 1
	})
	h.run(o)
	var ids []string
	for _, text := range []string{"panic canary <link>", "refuse canary <link>", "later canary <link>", "unknown canary <link>"} {
		m := h.message(text)
		m.LinkID, m.Subject = "canary", "canary"
		ids = append(ids, h.enqueue(o, m))
	}
	for _, id := range ids {
		h.until("the log names the delivery", func() bool { return strings.Contains(log.String(), id) })
	}
	h.expect(ids[1], delivery.StateDone, delivery.StatusFailed)
	for _, canary := range []string{"canary", "41791234567", "41790000001", "parley.example"} {
		if strings.Contains(log.String(), canary) {
			t.Errorf("the log holds %q:\n%s", canary, log.String())
		}
	}
}
