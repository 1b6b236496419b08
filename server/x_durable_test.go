package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestSendMessageIsOneStatementAndOneCommit(t *testing.T) {
	t.Parallel()
	s := &spy{t: t}
	h := newHouse(t, withPool(s.pool))
	agent := h.SignIn("agent@demo.example")
	room, ada := agent.invited()
	for _, who := range []*user{agent, ada} {
		for _, key := range []any{nil, "a key"} {
			fewest := []string{"", "", "", ""}
			for i := range 3 { // a token is looked up now and then
				input := vars{"roomId": room.ID, "body": "Hello"}
				if key != nil {
					input["idempotencyKey"] = fmt.Sprint(key, i)
				}
				s.statements()
				who.mutate("sendMessage", input, messageSelection).ok()
				if got := s.statements(); len(got) < len(fewest) {
					fewest = got
				}
			}
			if len(fewest) != 1 || !strings.Contains(fewest[0], "INSERT INTO events") {
				t.Errorf("%s, key %v: %d statements: %q", who.name, key, len(fewest), fewest)
			}
		}
	}
}

// What was answered without an error is in the log, whatever becomes of the database's connections meanwhile; what is
// repeated with its key is there once.
func TestX4_WhatWasAcceptedIsThereAfterConnectionsAreLost(t *testing.T) {
	t.Parallel()
	const writers, each = 6, 30
	h := newHouse(t, withLimits("rates=0"))
	h.provoke()
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	feed := agent.follow(room, overSocket)
	feed.expect("CaughtUp")
	accepted := together(writers+1, func(w int) (all []string) {
		if w == writers { // the one who cuts connections
			for range 5 {
				if _, err := h.db.SQL.Exec(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
					continue
				}
				agent.mutate("sendMessage", vars{"roomId": room.ID, "body": "between"}, "message { id }")
			}
			return nil
		}
		for i := range each {
			body := fmt.Sprintf("%d/%d", w, i)
			for try := 0; try < 50; try++ {
				a := agent.mutate("sendMessage", vars{"roomId": room.ID, "body": body, "idempotencyKey": body}, "message { id }")
				if a.isOK() {
					all = append(all, body)
					break
				}
			}
		}
		return all
	})
	want := slices.Concat(accepted...)
	if len(want) != writers*each {
		t.Errorf("%d messages were accepted in the end", len(want))
	}
	found := map[string]int{}
	for range want {
		for {
			e := feed.until("MessagePosted")
			if e.Message.Body != "between" {
				found[e.Message.Body]++
				break
			}
		}
	}
	for _, body := range want {
		if n := h.number(`SELECT count(*) FROM events WHERE body = $1`, body); n != 1 || found[body] != 1 {
			t.Errorf("%s is there %d times, and was told %d times", body, n, found[body])
		}
	}
	if n := h.number(`SELECT max(seq) - count(*) FROM events`); n != 0 {
		t.Errorf("there are %d gaps", n)
	}
}

// The same, with a server that is told to end in the middle.
func TestX4_WhatWasAcceptedIsThereAfterAShutdown(t *testing.T) {
	t.Parallel()
	h := newHouse(t, withLimits("rates=0"))
	agent := h.SignIn("agent@demo.example")
	room := agent.CreateRoom()
	enough := make(chan struct{}, 1000)
	results := make(chan []string)
	go func() {
		results <- slices.Concat(together(4, func(w int) (all []string) {
			for i := 0; ; i++ {
				a := agent.mutate("sendMessage", vars{"roomId": room.ID, "body": fmt.Sprintf("%d/%d", w, i)}, "message { id }")
				if !a.isOK() {
					return all
				}
				all = append(all, a.text("message.id"))
				select {
				case enough <- struct{}{}:
				default:
				}
			}
		})...)
	}()
	for range 40 {
		<-enough
	}
	if err := h.stop(); err != nil {
		t.Error(err)
	}
	for _, id := range <-results {
		if h.number(`SELECT count(*) FROM events WHERE id = $1`, id) != 1 {
			t.Errorf("%s was accepted and is not there", id)
		}
	}
}
