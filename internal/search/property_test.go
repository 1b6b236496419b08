package search_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"parley/ent"
	"parley/internal/database"
	"parley/internal/eventlog"
	"parley/internal/search"
)

// step is one thing that happens; which and far say to which stream or process, or how much.
type step struct{ what, which, far int }

const (
	write    = iota // some messages, in a transaction that stays open
	writeBig        // more than is taken at once
	say             // some, and that is all
	commit
	rollBack
	find
	grow    // older: as if the stream had been quiet for a while
	ahead   // newer: as if the clock had been set back since
	setBack // likewise, for one who searches
	merge
)

// steps are all kinds; those without which the others show little come twice.
var steps = []int{write, writeBig, say, say, commit, rollBack, find, find, grow, ahead, setBack, merge, merge}

// Whatever is written, in whatever order it is committed, however long ago a stream was written into before and whatever
// the clock was then: everything that was committed before a search is found by it once, in every process.
func TestR18_WhateverWasCommittedIsFound(t *testing.T) {
	t.Parallel()
	l := setup(t)
	draw := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) step {
		return step{rapid.SampledFrom(steps).Draw(t, "what"), rapid.IntRange(0, 100).Draw(t, "which"), rapid.IntRange(0, 100).Draw(t, "far")}
	}), 10, 40)
	rapid.Check(t, func(rt *rapid.T) {
		s := &stage{library: *l, ctx: t.Context(), open: map[int]*draft{}, committed: map[string]bool{}}
		s.owner = fmt.Sprintf("org_%d", time.Now().UnixNano())
		for range 2 {
			x := s.index()
			x.SetBatch(7)
			s.processes = append(s.processes, x)
		}
		defer s.close()
		for range 3 {
			stream, err := s.stream(s.ctx)
			if err != nil {
				rt.Fatal(err)
			}
			s.streams = append(s.streams, stream)
		}
		for i, h := range append(draw.Draw(rt, "steps"), step{what: find}, step{what: find, which: 1}) {
			if err := s.do(h); err != nil {
				rt.Fatalf("step %d %v: %v", i, h, err)
			}
		}
	})
}

// stage is some streams, with those who write and those who search.
type stage struct {
	library
	ctx       context.Context
	processes []*search.Index
	streams   []int64
	open      map[int]*draft // by stream: one at a time can be written into
	committed map[string]bool
}

// draft is what a transaction that is open has written.
type draft struct {
	tx  *ent.Tx
	ids []string
}

func (s *stage) close() {
	for _, d := range s.open {
		_ = d.tx.Rollback()
	}
}

func (s *stage) do(h step) error {
	i := h.which % len(s.streams)
	stream, d := s.streams[i], s.open[i]
	switch {
	case h.what == find:
		return s.find(h.which)
	case h.what == setBack:
		s.processes[h.which%len(s.processes)].SetBack(time.Duration(h.far) * time.Minute)
		return nil
	case h.what == write && d == nil:
		return s.write(i, 1+h.far%3)
	case h.what == writeBig && d == nil:
		return s.write(i, 20)
	case h.what == say && d == nil:
		if err := s.write(i, 1+h.far%3); err != nil {
			return err
		}
		return s.commit(i)
	case h.what == commit && d != nil:
		return s.commit(i)
	case h.what == rollBack && d != nil:
		delete(s.open, i)
		return d.tx.Rollback()
	case d != nil:
		return nil
	case h.what == grow:
		quiet := []time.Duration{time.Second, 2 * time.Minute, 599 * time.Second, 24 * time.Hour}[h.far%4]
		return s.shift(h.which, stream, -quiet)
	case h.what == ahead:
		return s.shift(h.which, stream, time.Duration(h.far)*time.Minute)
	case h.what == merge:
		return s.merge(i, (i+1+h.far%2)%len(s.streams))
	}
	return nil
}

func (s *stage) write(i, n int) error {
	tx, err := s.db.Ent.Tx(s.ctx)
	if err != nil {
		return err
	}
	s.open[i] = &draft{tx: tx}
	s.open[i].ids, err = s.writeTx(s.ctx, tx, s.streams[i], slices.Repeat([]string{"words"}, n)...)
	return err
}

func (s *stage) commit(i int) error {
	d := s.open[i]
	delete(s.open, i)
	for _, id := range d.ids {
		s.committed[id] = true
	}
	return d.tx.Commit()
}

// shift has what is there have happened at another time. It has been found before.
func (s *stage) shift(which int, stream int64, by time.Duration) error {
	if err := s.find(which); err != nil {
		return err
	}
	at := time.Now().Add(by)
	_, err := s.db.SQL.ExecContext(s.ctx, `UPDATE streams SET last_at = $2, active_at = $2 WHERE id = $1`, stream, at)
	return err
}

// merge moves all entries of a stream behind those of another, searched before or not, and goes on with a new one.
func (s *stage) merge(from, into int) error {
	if s.open[into] != nil {
		return nil
	}
	err := database.WithTx(s.ctx, s.db.Ent, func(tx *ent.Tx) error {
		if _, err := s.log.MoveTx(s.ctx, tx, s.streams[from], s.streams[into]); err != nil {
			return err
		}
		told, err := s.log.AppendTx(s.ctx, tx, s.streams[into], eventlog.Entry{Kind: "ROOM_MERGED", Side: "MEMBER"})
		if err != nil {
			return err
		}
		return s.log.ContinueTx(s.ctx, tx, s.streams[from], s.streams[into], told[0].Seq)
	})
	if err != nil {
		return err
	}
	s.streams[from], err = s.stream(s.ctx)
	return err
}

func (s *stage) find(which int) error {
	found, err := s.library.find(s.ctx, s.processes[which%len(s.processes)], "words")
	if err != nil {
		return err
	}
	for _, id := range found {
		if !s.committed[id] {
			return fmt.Errorf("%s is found", id)
		}
	}
	if slices.Sort(found); len(slices.Compact(found)) != len(s.committed) {
		return fmt.Errorf("%d of %d are found", len(found), len(s.committed))
	}
	return nil
}
