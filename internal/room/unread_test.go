package room_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"parley/internal/room"
)

// What a page of rooms asks for at once is counted in a query or two, and not in one for each room.
func TestWhoWaitsForACountIsCountedForTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var rounds []int
		tally := room.NewTally(func(rooms []string) (int, error) {
			rounds = append(rounds, len(rooms))
			time.Sleep(time.Second)
			return len(rounds), nil
		})
		var all sync.WaitGroup
		ask := func(n, want int) {
			for i := range n {
				all.Go(func() {
					if got, err := tally.Count(t.Context(), "org", strconv.Itoa(i)); got != want || err != nil {
						t.Errorf("room %d is counted in round %d %v, want %d", i, got, err, want)
					}
				})
			}
			synctest.Wait()
		}
		ask(1, 1)
		ask(room.LargestRound, 2)
		ask(20, 3)
		all.Wait()
		synctest.Wait()
		if len(rounds) != 3 || rounds[0] != 1 || rounds[1] != room.LargestRound || rounds[2] != 20 || tally.Counting() != 0 {
			t.Errorf("they were counted in %v, and %d are counting", rounds, tally.Counting())
		}
	})
}

func TestACountIsTheBusinessOfItsOrganisation(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		tally := room.NewTally(func(rooms []string) (int, error) {
			if rooms[0] == "stuck" {
				<-stuck
			}
			return 1, nil
		})
		go func() { _, _ = tally.Count(t.Context(), "one", "stuck") }()
		synctest.Wait()
		if _, err := tally.Count(t.Context(), "other", "room"); err != nil {
			t.Error(err)
		}
		leaving, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := tally.Count(leaving, "one", "room"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("who leaves gets %v", err)
		}
		close(stuck)
	})
}

func TestACountThatFailsFailsForItsRoundAlone(t *testing.T) {
	t.Parallel()
	away := errors.New("the database is away")
	tally := room.NewTally(func(rooms []string) (int, error) {
		switch rooms[0] {
		case "broken":
			return 0, away
		case "worse":
			panic("a panic")
		}
		return 1, nil
	})
	if _, err := tally.Count(t.Context(), "org", "broken"); !errors.Is(err, away) {
		t.Errorf("it gets %v", err)
	}
	if _, err := tally.Count(t.Context(), "org", "worse"); err == nil {
		t.Error("a panic is no error")
	}
	if n, err := tally.Count(t.Context(), "org", "room"); n != 1 || err != nil {
		t.Errorf("the next one gets %d %v", n, err)
	}
}
