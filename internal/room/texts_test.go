package room_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"parley/internal/eventlog"
)

// Statements repeat what constants say. These tests hold the two together.

// found is what matches in a file, once, with blanks as one space; of a group the group.
func found(t *testing.T, file, pattern string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	all := regexp.MustCompile(pattern).FindAllStringSubmatch(string(text), -1)
	if len(all) != 1 {
		t.Fatalf("%s has %q %d times, want it once: adapt the test", file, pattern, len(all))
	}
	return strings.Join(strings.Fields(all[0][len(all[0])-1]), " ")
}

// Whoever raises a stream does so as all do.
func TestAStreamIsRaisedAlikeByAllStatements(t *testing.T) {
	t.Parallel()
	stride := fmt.Sprintf("interval '%g minutes'", eventlog.Stride.Minutes())
	raise := func(file string) string {
		return strings.ReplaceAll(found(t, file, `(?s)last_at = greatest.*? ELSE s\.active_at END`), "s.", "")
	}
	want := raise("post.sql")
	if !strings.Contains(want, "active_at < clock_timestamp() - "+stride+" THEN") {
		t.Errorf("post.sql raises by\n%s\nand a stride is %s", want, stride)
	}
	for _, file := range []string{"post_many.sql", "../eventlog/log.go"} {
		if got := raise(file); got != want {
			t.Errorf("%s raises by\n%s, want\n%s", file, got, want)
		}
	}
	if got := found(t, "../eventlog/growth.go", `active_at > o\.after - (interval '[^']*')`); got != stride {
		t.Errorf("what has grown is looked for since %s, and a stride is %s", got, stride)
	}
}

// Rooms that no organisation has timed out yet are not looked at.
func TestR17_NoRoomIsTimedOutBeforeTheFewestDays(t *testing.T) {
	t.Parallel()
	days := found(t, "../organization/settings.go", `fewestDays\s+= (\d+)`)
	if got := found(t, "timeout.go", `s\.active_at < \$1::timestamptz - interval '(\d+) days'`); got != days {
		t.Errorf("rooms are looked at after %s days, and can be timed out after %s", got, days)
	}
}
