package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"time"
)

func carrierFaults() []fault {
	return []fault{ // the outbox knows no bus, so one will do
		{name: "the mail server fails for now", on: overPostgres, hold: 3 * time.Second, strike: mailing(fails), after: mailed(1, "SENT")},
		{name: "the mail server refuses", on: overPostgres, hold: time.Second, strike: mailing(refuses), after: mailed(0, "FAILED")},
		{name: "the mail server is in a black hole", on: overPostgres, hold: 17 * time.Second, strike: mailLost, after: mailed(1, "SENT")},
		// That an email may come twice is documented (package smtp).
		{name: "the mail server takes mail and does not say so", on: overPostgres, hold: 17 * time.Second, strike: mailing(mumbles), after: mailed(2, "SENT")},
		{name: "callbacks shuffled and doubled", hold: time.Second, strike: shuffle},
	}
}

// mailing has the mail server behave in a manner, and customers invited by email meanwhile.
func mailing(how manner) func(w *world, r *run) (func() error, error) {
	return func(w *world, r *run) (func() error, error) {
		w.mail.behave(how)
		return func() error { w.mail.behave(takes); return nil }, r.inviteByMail()
	}
}

func mailLost(w *world, r *run) (func() error, error) {
	w.mail.network.silence()
	return func() error { w.mail.network.heal(); return nil }, r.inviteByMail()
}

func (r *run) inviteByMail() error {
	for i := range 3 {
		to := fmt.Sprintf("ada.%d@customer.example", r.w.named.Add(1))
		made, err := r.w.invite(r.w.t.Context(), i, "EMAIL", to)
		if err != nil {
			return err
		}
		r.letters = append(r.letters, made)
	}
	return nil
}

// settling is how long an email may take: a call that is not answered, its claim, and another call.
const settling = 75 * time.Second

// mailed holds every invitation by email to come to a status, and to be so many messages at most, under one id.
func mailed(most int, status string) func(w *world, r *run) {
	return func(w *world, r *run) {
		ctx, cancel := context.WithTimeout(w.t.Context(), settling+longEnough)
		defer cancel()
		for i, one := range r.letters {
			var statuses []string
			var err error
			if !await(settling, func() bool {
				statuses, err = w.statuses(ctx, w.process(i), one.place)
				return err == nil && slices.Contains(statuses, status)
			}) {
				r.breach(stuck, "an invitation by email went %v (%v), want %s", statuses, err, status)
			}
			copies := w.mail.got(one.to)
			if ids := slices.Compact(slices.Sorted(slices.Values(copies))); len(copies) > most || len(ids) > 1 {
				r.breach(sentTwice, "%s got %q", one.to, copies)
			}
		}
		r.checkForward(ctx, r.letters)
	}
}

// shuffle has the carrier report everything on some messages, doubled, in any order, at any process.
func shuffle(w *world, r *run) (func() error, error) {
	const many = 12
	ctx := w.t.Context()
	for i := range many {
		made, err := w.invite(ctx, i, "SMS", w.number("9999")) // on which the simulator says nothing by itself
		if err != nil {
			return nil, err
		}
		r.invites.add(made)
		if err := w.reportAll(ctx, made.to); err != nil {
			return nil, err
		}
	}
	return nothing, nil
}

func (w *world) reportAll(ctx context.Context, to string) error {
	var messages []message
	var err error
	if !await(longEnough, func() bool { messages, err = w.messages(ctx, to); return len(messages) > 0 }) {
		return fmt.Errorf("no message came to %s: %w", to, err)
	}
	reports := []string{"SENT", "SENT", "DELIVERED", "DELIVERED", "FAILED", "FAILED", "SENT"}
	rand.Shuffle(len(reports), func(i, j int) { reports[i], reports[j] = reports[j], reports[i] })
	// Two at a time, so that the order is that of the list, and yet they meet.
	for pair := range slices.Chunk(reports, 2) {
		if err := joined(len(pair), func(i int) error { return w.report(ctx, w.process(i), messages[0].ID, pair[i]) }); err != nil {
			return err
		}
	}
	return nil
}

// report has the simulator report on a message.
func (w *world) report(ctx context.Context, p *process, id, status string) error {
	body, err := json.Marshal(map[string]string{"id": id, "status": status, "reason": "of the harness"})
	if err != nil {
		return err
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.at()+"/simulator/status", bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := w.client.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if text, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusOK {
		return fmt.Errorf("report %s: %d %s", status, response.StatusCode, text)
	}
	return nil
}
