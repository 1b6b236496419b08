package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

// invited is a room whose customer was invited.
type invited struct {
	place
	channel, to string
}

// inviter invites customers by text message, one after the other.
type inviter struct {
	r *run

	mu   sync.Mutex
	made []invited
}

func (x *inviter) add(made invited) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.made = append(x.made, made)
}

// invite goes on until it is told to stop; what has begun by then is finished.
func (x *inviter) invite(ctx context.Context, stop <-chan struct{}) {
	pace := time.NewTicker(invitedPause)
	defer pace.Stop()
	for i := 0; ctx.Err() == nil; i++ {
		select {
		case <-stop:
			return
		case <-pace.C:
		}
		made, err := x.r.w.invite(ctx, i, "SMS", x.r.w.number(""))
		if err != nil {
			x.r.breach(stuck, "%v", err)
			return
		}
		x.add(made)
	}
}

// number is a mobile phone's, with these digits at its end.
func (w *world) number(ending string) string {
	unique := fmt.Sprintf("%08d", w.named.Add(1))
	return "+4471" + unique[len(ending):] + ending
}

// invite invites a customer into a room of their own, and insists on an answer.
func (w *world) invite(ctx context.Context, at int, channel, to string) (invited, error) {
	room, err := w.createRoom(ctx)
	if err != nil {
		return invited{}, err
	}
	var payload struct{ Invitation struct{ ID string } }
	input := vars{
		"roomId": room.id, "channel": channel, "to": to, "firstName": "Ada", "lastName": "Lovelace", "idempotencyKey": w.name("invite"),
	}
	err = w.insist(ctx, at, "inviteCustomer", input, "invitation { id }", &payload)
	return invited{room, channel, to}, err
}

// check holds every invitation to be one message, and its statuses to move forward.
func (x *inviter) check(ctx context.Context) {
	for _, i := range x.made {
		messages, err := x.r.w.messages(ctx, i.to)
		if err != nil {
			x.r.breach(stuck, "the simulator: %v", err)
			return
		}
		if len(messages) > 1 {
			x.r.breach(sentTwice, "%s has %d messages", i.to, len(messages))
		}
	}
	x.r.checkForward(ctx, x.made)
}

// ranks are how far a status is.
var ranks = map[string]int{"QUEUED": 1, "SENT": 2, "DELIVERED": 3, "FAILED": 3, "OPENED": 4, "JOINED": 5}

// checkForward holds the statuses of invitations to move forward only, in the events that tell of them.
func (r *run) checkForward(ctx context.Context, all []invited) {
	for i, one := range all {
		statuses, err := r.w.statuses(ctx, r.w.process(i), one.place)
		if err != nil {
			r.breach(stuck, "the statuses of an invitation: %v", err)
			return
		}
		if !slices.IsSortedFunc(statuses, func(a, b string) int { return ranks[a] - ranks[b] }) || hasTwice(statuses) {
			r.breach(backwards, "an invitation by %s went %v", one.channel, statuses)
		}
	}
}

// hasTwice tells whether a rank comes twice: of two final statuses one stands.
func hasTwice(statuses []string) bool {
	for i := 1; i < len(statuses); i++ {
		if ranks[statuses[i]] == ranks[statuses[i-1]] {
			return true
		}
	}
	return false
}

// statuses are those that an invitation has had so far, in order.
func (w *world) statuses(ctx context.Context, p *process, room place) ([]string, error) {
	ctx, cancel := context.WithTimeout(ctx, attempt) // there are heartbeats, so silence alone does not end it
	defer cancel()
	sub, err := overSocket(ctx, w, p, w.token, vars{"room": room.id, "after": room.start})
	if err != nil {
		return nil, err
	}
	defer sub.cut()
	var all []string
	for {
		payload, err := sub.next()
		if err != nil {
			return nil, err
		}
		e, err := decode(payload)
		switch {
		case err != nil:
			return nil, err
		case e.Type == "InvitationStatusChanged":
			all = append(all, e.Status)
		case e.Type == "CaughtUp":
			return all, nil
		}
	}
}

// message is one that the simulator holds.
type message struct{ ID, Status string }

// messages are those that the simulator has for a number.
func (w *world) messages(ctx context.Context, to string) (all []message, err error) {
	address := w.process(0).at() + "/simulator/messages?to=" + url.QueryEscape(to)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, err
	}
	response, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	return all, json.NewDecoder(response.Body).Decode(&all)
}
