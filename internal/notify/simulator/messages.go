package simulator

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"

	"parley/ent"
	"parley/ent/delivery"
	"parley/ent/simulatedmessage"
	"parley/internal/notify"
)

// Most messages that are listed, the newest of all and of one recipient.
const (
	listedOfAll = 200
	listedOfOne = 1000
)

// shown is a message as the API shows it.
type shown struct {
	ID      string    `json:"id"`
	Channel string    `json:"channel"`
	From    string    `json:"from"`
	To      string    `json:"to"`
	Subject string    `json:"subject"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"`
	Status  string    `json:"status"`
	SentAt  time.Time `json:"sentAt"`
}

func show(m *ent.SimulatedMessage) shown {
	s := shown{
		ID: m.ID, Channel: m.Channel, From: m.Sender, To: m.Recipient,
		Subject: m.Subject, Text: m.Text, Status: m.Status, SentAt: m.CreatedAt.UTC(),
	}
	if m.Channel == string(delivery.ChannelEmail) {
		s.HTML = notify.HTML(m.Text)
	}
	return s
}

// list answers with the messages to a recipient, or to all, oldest first.
func (s *Simulator) list(r *http.Request) (any, error) {
	to := strings.ReplaceAll(r.URL.Query().Get("to"), " ", "+") // a plus that was not escaped
	if !storable(to) {
		return nil, bad("The value of to is neither a number nor an address.")
	}
	found, err := s.messages(r.Context(), to)
	if err != nil {
		return nil, err
	}
	slices.Reverse(found)
	all := make([]shown, 0, len(found))
	for _, m := range found {
		all = append(all, show(m))
	}
	return all, nil
}

// messages returns the newest messages to the recipient, or to all where that is empty, newest first.
func (s *Simulator) messages(ctx context.Context, to string) ([]*ent.SimulatedMessage, error) {
	newestFirst := sql.OrderDesc()
	query := s.ent.SimulatedMessage.Query().
		Order(simulatedmessage.ByCreatedAt(newestFirst), simulatedmessage.ByID(newestFirst)).
		Limit(listedOfOne)
	switch {
	case to == "":
		query.Limit(listedOfAll)
	case strings.Contains(to, "@"):
		query.Where(simulatedmessage.RecipientEqualFold(to))
	default:
		query.Where(simulatedmessage.Recipient(to))
	}
	found, err := query.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list simulated messages: %w", err)
	}
	return found, nil
}

// storable tells whether the database takes the texts.
func storable(texts ...string) bool {
	for _, t := range texts {
		if !utf8.ValidString(t) || strings.ContainsRune(t, 0) {
			return false
		}
	}
	return true
}
