package session_test

import (
	"testing"

	"parley/ent"
	"parley/internal/session"
)

func TestTheFirstFreeSeatIsGiven(t *testing.T) {
	t.Parallel()
	for want, taken := range map[int][][]int{
		1: {{}, {2}, {5, 3, 2, 4}},
		2: {{1}, {3, 1}, {1, 3, 4, 5}},
		3: {{2, 1}, {5, 2, 1, 4}},
		6: {{1, 2, 3, 4, 5}}, // how many there may be is no matter of seats
	} {
		for _, seats := range taken {
			var specialists []*ent.Specialist
			for _, seat := range seats {
				specialists = append(specialists, &ent.Specialist{Seat: seat})
			}
			if got := session.Free(specialists); got != want {
				t.Errorf("of %v seat %d is given, want %d", seats, got, want)
			}
		}
	}
}
