package twilio

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"parley/internal/notify"
)

const (
	// pageSize is how many messages are asked for at once. Two numbers have seldom exchanged more.
	pageSize = "200"

	// clocks is how much our clock, and that of another process of ours, may differ from Twilio's.
	clocks = 15 * time.Minute

	// trial begins each text that an account on trial sends.
	trial = "Sent from your Twilio trial account - "
)

// page is a page of messages, the newest first. The next one's address has no host.
type page struct {
	Messages []message `json:"messages"`
	Next     string    `json:"next_page_uri"`
}

// Lookup returns the receipts of the messages between the two numbers that have the same text and were made since the
// time, oldest first.
func (a *Account) Lookup(ctx context.Context, m notify.Outgoing, since time.Time) ([]notify.Receipt, error) {
	since = since.Add(-clocks)
	var same []notify.Receipt
	query := url.Values{"From": {m.From}, "To": {m.To}, "PageSize": {pageSize}}
	for path := a.resource("Messages.json") + "?" + query.Encode(); path != ""; {
		p, err := a.page(ctx, path)
		if err != nil {
			return nil, err
		}
		same = append(same, p.same(m.Text, since)...)
		if path = p.Next; p.before(since) {
			break
		}
	}
	slices.Reverse(same)
	return same, nil
}

// page reads a page of messages. An address that Twilio gives is followed within the account alone: the token goes there.
func (a *Account) page(ctx context.Context, path string) (page, error) {
	var p page
	if !strings.HasPrefix(path, a.resource("Messages.json?")) {
		return page{}, errors.New("look for a text message: the next page is not of this account")
	}
	err := a.get(ctx, path, nil, &p)
	var refused problem
	if errors.As(err, &refused) {
		return page{}, notify.Unknown{Code: refused.Error(), Err: err}
	}
	if err != nil {
		return page{}, fmt.Errorf("look for a text message: %w", err)
	}
	return p, nil
}

// same are the receipts of those with the text that are not older.
func (p page) same(text string, since time.Time) (all []notify.Receipt) {
	for _, m := range p.Messages {
		if sameText(m.Body, text) && !m.before(since) {
			all = append(all, m.receipt())
		}
	}
	return all
}

// before tells whether all of the page are older. One newer among them would mean that more may follow: what is still in
// Twilio's queue may stand elsewhere.
func (p page) before(since time.Time) bool {
	return len(p.Messages) > 0 && !slices.ContainsFunc(p.Messages, func(m message) bool { return !m.before(since) })
}

func (m message) before(since time.Time) bool {
	at, known := m.created()
	return known && at.Before(since)
}

// sameText compares texts by their words: who passes them on may touch the spaces.
func sameText(one, other string) bool {
	return slices.Equal(strings.Fields(strings.TrimPrefix(one, trial)), strings.Fields(other))
}
