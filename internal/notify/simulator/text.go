package simulator

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"unicode/utf8"

	entsql "entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/simulatedmessage"
	"parley/internal/notify"
	"parley/internal/typeid"
)

const (
	// received is the status of what a customer sent.
	received = "RECEIVED"

	// textCharacters is what carriers put together from parts.
	textCharacters = 1600
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{5,14}$`)

// texted is what a customer texts. The same id again is the same message.
type texted struct {
	ID   string `json:"id"`
	From string `json:"from"`
	To   string `json:"to"`
	Body string `json:"body"`
}

func (t texted) check() error {
	switch {
	case !storable(t.ID, t.From, t.To, t.Body):
		return bad("There is a character that cannot be kept: U+0000.")
	case len(t.ID) > 255:
		return bad("id is too long; 255 bytes are the most.")
	case !e164.MatchString(t.From):
		return bad("from is not a number with its international prefix, such as +41791234567.")
	case !e164.MatchString(t.To):
		return bad("to is not a number with its international prefix, such as +41791234567.")
	case strings.TrimSpace(t.Body) == "":
		return bad("body is missing.")
	case utf8.RuneCountInString(t.Body) > textCharacters:
		return bad("body is too long; 1600 characters are the most.")
	}
	return nil
}

// text lets a customer text. The message is listed first, so that after a crash it can be repeated with its id.
func (s *Simulator) text(r *http.Request, to notify.Receiver) (any, error) {
	var t texted
	if err := read(r, &t); err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	t.ID = cmp.Or(t.ID, typeid.New("sim"))
	m, err := s.keep(r.Context(), t)
	if err != nil {
		return nil, err
	}
	if m.DeliveryID != nil {
		return nil, bad("id is that of a message that was sent to a customer.")
	}
	err = to.ReceiveSMS(r.Context(), notify.Inbound{ID: m.ID, From: m.Sender, To: m.Recipient, Body: m.Text})
	if err != nil {
		return nil, err
	}
	return show(m), nil
}

// keep lists a customer's message, or returns the one that is listed with its id.
func (s *Simulator) keep(ctx context.Context, t texted) (*ent.SimulatedMessage, error) {
	err := s.ent.SimulatedMessage.Create().
		SetID(t.ID).SetChannel(string(delivery.ChannelSMS)).
		SetSender(t.From).SetRecipient(t.To).SetSubject("").SetText(t.Body).
		SetStatus(received).
		OnConflict(entsql.ConflictColumns(simulatedmessage.FieldID), entsql.DoNothing()).
		Exec(ctx)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("list a customer's message: %w", err)
	}
	m, err := s.ent.SimulatedMessage.Get(ctx, t.ID)
	if err != nil {
		return nil, fmt.Errorf("read a customer's message back: %w", err)
	}
	return m, nil
}
