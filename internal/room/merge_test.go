package room_test

import (
	"slices"
	"testing"
	"time"

	"parley/ent"
	entroom "parley/ent/room"
	"parley/internal/apierr"
	"parley/internal/room"
)

func TestR13_WhatAMergeDecides(t *testing.T) {
	t.Parallel()
	const draft, active, timedOut, closed = entroom.StatusDraft, entroom.StatusActive, entroom.StatusTimedOut, entroom.StatusClosed
	number, address := "+447400123456", "ada@x.example"
	ada := &ent.Customer{ID: "cus_ada", FirstName: "Ada", Phone: &number, CreatedAt: time.Unix(2, 0)}
	eve := &ent.Customer{ID: "cus_eve", FirstName: "Eve", Email: &address, EmailKey: &address, CreatedAt: time.Unix(1, 0)}
	for name, c := range map[string]struct {
		from, into     entroom.Status
		theirs, ours   *ent.Customer
		status         entroom.Status
		stays, retired *ent.Customer
		refused        string // the field; "" where it is not
	}{
		"drafts":                            {from: draft, into: draft, status: draft},
		"a draft into a living one":         {from: draft, into: active, ours: eve, status: active, stays: eve},
		"a draft into a timed-out one":      {from: draft, into: timedOut, ours: eve, status: timedOut, stays: eve},
		"a living one into a draft":         {from: active, theirs: ada, into: draft, status: active, stays: ada},
		"a timed-out one into a draft":      {from: timedOut, theirs: ada, into: draft, status: timedOut, stays: ada},
		"living ones":                       {from: active, theirs: ada, into: active, ours: eve, status: active, stays: eve, retired: ada},
		"a living one into a timed-out one": {from: active, theirs: ada, into: timedOut, ours: eve, status: active, stays: eve, retired: ada},
		"a timed-out one into a living one": {from: timedOut, theirs: ada, into: active, ours: eve, status: active, stays: eve, retired: ada},
		"timed-out ones":                    {from: timedOut, theirs: ada, into: timedOut, ours: eve, status: timedOut, stays: eve, retired: ada},
		"a closed one into a draft":         {from: closed, into: draft, refused: "roomId"},
		"a closed one into a living one":    {from: closed, theirs: ada, into: active, ours: eve, refused: "roomId"},
		"a draft into a closed one":         {from: draft, into: closed, refused: "intoRoomId"},
		"a living one into a closed one":    {from: active, theirs: ada, into: closed, ours: eve, refused: "intoRoomId"},
		"closed ones":                       {from: closed, into: closed, refused: "roomId"},
	} {
		got, err := room.PlanMerge(beside(c.from, c.theirs), beside(c.into, c.ours))
		if c.refused != "" {
			all := apierr.As(err)
			if len(all) != 1 || all[0].Code != apierr.RoomIsClosed || !slices.Equal(all[0].Field, []string{c.refused}) {
				t.Errorf("%s: %v of %v", name, err, all)
			}
			continue
		}
		if err != nil || got.Status != c.status || got.Retired != c.retired || (got.Customer == nil) != (c.stays == nil) {
			t.Errorf("%s: %+v %v", name, got, err)
			continue
		}
		if c.stays != nil && got.Customer.ID != c.stays.ID {
			t.Errorf("%s: %s stays", name, got.Customer.ID)
		}
		if c.retired != nil && (got.Customer.Phone != ada.Phone || got.Customer.Email != eve.Email) {
			t.Errorf("%s: they are not one: %v", name, got.Customer)
		}
	}
	if ada.Email != nil || eve.Phone != nil {
		t.Errorf("who was looked at has changed: %v and %v", ada, eve)
	}
}

// beside is a room with its customer, nil for none.
func beside(status entroom.Status, c *ent.Customer) *ent.Room {
	r := &ent.Room{Status: status}
	r.Edges.Customer = c
	return r
}
