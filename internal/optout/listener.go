package optout

import (
	"context"
	"fmt"
	"strings"
	"time"

	"parley/ent"
	"parley/ent/delivery"
	"parley/internal/apierr"
	"parley/internal/identifier"
	"parley/internal/limits"
	"parley/internal/notify"
	"parley/internal/sms"
	"parley/internal/throttle"
)

// Listener does what customers say by a word alone.
type Listener struct {
	limits  limits.Limits
	outbox  *notify.Outbox
	counter *throttle.Counter
}

// NewListener returns a listener that answers through the outbox.
func NewListener(l limits.Limits, outbox *notify.Outbox, counter *throttle.Counter) *Listener {
	return &Listener{limits: l, outbox: outbox, counter: counter}
}

// HeardTx does what a message says where it is a word alone (rule M9), and tells that it was one; all others are for people.
// Who is not out may well say YES to a person: that is no word then.
func (l *Listener) HeardTx(ctx context.Context, tx *ent.Tx, m *ent.InboundMessage) (handled bool, err error) {
	ours, theirs := m.Recipient, m.Sender
	switch sms.Keyword(m.Body) {
	case sms.Stop:
		return true, OutTx(ctx, tx, ours, theirs)
	case sms.Start:
		return InTx(ctx, tx, ours, theirs)
	case sms.Help:
		return true, l.helpTx(ctx, tx, ours, theirs)
	}
	return false, nil
}

// helpTx tells a customer who it is that texts them, also where they have opted out. Two machines that ask each other for
// help are told so often and no more.
func (l *Listener) helpTx(ctx context.Context, tx *ent.Tx, ours, theirs string) error {
	n, err := heldTx(ctx, tx, ours)
	if err != nil || n == nil || !l.limits.SmsCountries.Allow(identifier.Country(theirs)) {
		return err
	}
	err = l.counter.TakeTx(ctx, tx,
		throttle.Rule{Name: "help-replies-per-hour", Of: ours + " " + theirs, Limit: l.limits.HelpReplies, Window: time.Hour},
		throttle.Rule{Name: "sms-per-organization-day", Of: n.OrganizationID, Limit: l.limits.SmsPerOrgDay, Window: 24 * time.Hour})
	if apierr.Is(err, apierr.Throttled) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = l.outbox.EnqueueTx(ctx, tx, notify.Message{
		OrganizationID: n.OrganizationID, Channel: delivery.ChannelSMS, From: ours, To: theirs,
		Text: helpText(n.Edges.Organization), AboutID: n.ID,
	})
	return err
}

// helpText is the organisation's own text where it has one.
func helpText(o *ent.Organization) string {
	if strings.TrimSpace(o.SmsHelpText) != "" {
		return o.SmsHelpText
	}
	return fmt.Sprintf("This is %s. Text STOP to get no more messages from this number, or START to get them again.", o.Name)
}
