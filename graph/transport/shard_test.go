package transport

import (
	"testing"

	"pgregory.net/rapid"
)

// Whoever comes, leaves and is visited: each knows its place, and those that have been visited are before the others.
func TestMembersKnowTheirPlaces(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := &shard{}
		var there []*member
		visited := map[*member]bool{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			switch which := rapid.IntRange(0, 100).Draw(t, "which"); rapid.SampledFrom([]string{"come", "come", "leave", "visit", "pass"}).Draw(t, "what") {
			case "come":
				m := &member{}
				s.add(m)
				there = append(there, m)
			case "leave":
				if len(there) > 0 {
					i := which % len(there)
					m := there[i]
					if !s.remove(m) || s.remove(m) {
						t.Fatal("a member was not removed once")
					}
					there = append(there[:i], there[i+1:]...)
				}
			case "visit":
				some, _ := s.take(make([]*member, 0, which%8))
				for _, m := range some {
					visited[m] = true
				}
			case "pass":
				s.at = 0
				clear(visited)
			}
			if len(s.members) != len(there) {
				t.Fatalf("%d members, want %d", len(s.members), len(there))
			}
			for _, m := range there {
				if m.place < 0 || m.place >= len(s.members) || s.members[m.place] != m {
					t.Fatalf("a member is not at its place %d of %d", m.place, len(s.members))
				}
				if visited[m] != (m.place < s.at) {
					t.Fatalf("at %d: visited is %v, and %d are", m.place, visited[m], s.at)
				}
			}
		}
	})
}
