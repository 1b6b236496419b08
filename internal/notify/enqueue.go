package notify

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/database"
)

// Message is what is to be sent. Text holds <link> where the link goes, which is derived from LinkID when the message
// is sent; a text without it gets the link at its end (rule R7). AboutID is the thing that is told of the status.
type Message struct {
	OrganizationID string
	Channel        delivery.Channel
	From, To       string // From is the organisation's number, and empty for email
	Subject, Text  string
	LinkID         string // empty for a message without a link
	AboutID        string
}

const placeholder = "<link>"

var (
	closeBefore = regexp.MustCompile(`([\pL\pN])` + placeholder)
	closeBehind = regexp.MustCompile(placeholder + `([\pL\pN/_#%&=+~@-])`)
)

// EnqueueTx writes a message into the outbox, in the caller's transaction. The worker is woken when that commits.
func (o *Outbox) EnqueueTx(ctx context.Context, tx *ent.Tx, m Message) (*ent.Delivery, error) {
	d, err := tx.Delivery.Create().
		SetOrganizationID(m.OrganizationID).
		SetChannel(m.Channel).
		SetSender(m.From).SetRecipient(m.To).
		SetSubject(m.Subject).SetText(m.place()).
		SetLinkID(m.LinkID).SetAboutID(m.AboutID).
		SetDueAt(time.Time{}). // at once, whatever this machine's clock says: due_at goes by the database's
		Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("enqueue delivery: %w", err)
	}
	database.AfterCommit(tx, o.ring)
	return d, nil
}

// place returns the text with a place for the link, where there is a link. What is written close to it would be taken for a
// part of it.
func (m Message) place() string {
	if m.LinkID == "" {
		return m.Text
	}
	if !strings.Contains(m.Text, placeholder) {
		return strings.TrimRight(m.Text, " \t\r\n") + " " + placeholder
	}
	return closeBehind.ReplaceAllString(closeBefore.ReplaceAllString(m.Text, "$1 "+placeholder), placeholder+" $1")
}
